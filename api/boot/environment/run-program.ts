import { execFile } from "node:child_process";

/** Nothing that is asked here takes longer on a machine that works. */
const PATIENCE_MS = 10_000;

/** What a program writes, or undefined when it is not there, fails or takes too long. */
export function outputOf(
  program: string,
  parameters: readonly string[],
  options: { folder: string; environment: Record<string, string> },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      program,
      [...parameters],
      {
        cwd: options.folder,
        env: options.environment,
        timeout: PATIENCE_MS,
        killSignal: "SIGKILL",
        maxBuffer: 16 * 1024 * 1024,
        windowsHide: true,
      },
      (error, stdout) => {
        resolve(error === null ? stdout : undefined);
      },
    );
  });
}
