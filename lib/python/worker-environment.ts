/** What the libraries' own threads may be; a fit sets the number it was asked for. */
const SINGLE = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };

/**
 * The environment of the worker: enough to start an interpreter, and nothing of the operator's. Keys of providers,
 * tokens and proxies stay out.
 */
export function workerEnvironment(environment: NodeJS.ProcessEnv, folder: string): Record<string, string> {
  const kept = ["PATH", "LD_LIBRARY_PATH", "SYSTEMROOT"].flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    ...SINGLE,
    HOME: folder,
    TMPDIR: folder,
    LC_ALL: "C.UTF-8",
    PYTHONHASHSEED: "0",
  };
}
