/** Long work off the main thread. Task names and their input and output shapes belong to the engine behind it. */
export interface ComputePool {
  /**
   * Runs a named task on a worker thread. Rejects with the engine's typed error; an aborted signal ends the
   * work within 200 ms. Inputs and outputs are structured-cloneable.
   */
  run<Output>(
    task: string,
    input: unknown,
    options: { signal: AbortSignal; onProgress?: (progress: ComputeProgress) => void },
  ): Promise<Output>;
  close(): Promise<void>;
}

export interface ComputeProgress {
  message: string;
  fraction?: number;
  metrics?: Record<string, number>;
}
