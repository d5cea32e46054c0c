import type { Clock } from "#core/contract/clock.ts";

/** Work that comes round: one run at a time, the next so long after the end of the last. */
export interface Pass {
  name: string;
  everyMs: number;
  /** What it throws is told, once for the same words, and does not stop the next round. */
  run(signal: AbortSignal): Promise<void>;
}

export interface PassState {
  name: string;
  /** Why the last round failed; absent when it did not. */
  problem?: string;
}

export interface RunningPasses {
  states(): readonly PassState[];
  /** Ends them and waits for the rounds at work. */
  stop(): Promise<void>;
}

/** Starts every pass with a round at once. */
export function startPasses(
  passes: readonly Pass[],
  options: { clock: Clock; report: (message: string) => void },
): RunningPasses {
  const { clock, report } = options;
  const stopped = new AbortController();
  const states = new Map<string, PassState>(passes.map(({ name }) => [name, { name }]));

  const keep = async (pass: Pass): Promise<void> => {
    const { name, everyMs } = pass;
    while (!stopped.signal.aborted) {
      const problem = await problemOf(pass.run(stopped.signal));
      if (isOver()) return;
      if (problem !== undefined && problem !== states.get(name)?.problem) report(`${name}: ${problem}`);
      states.set(name, problem === undefined ? { name } : { name, problem });
      await clock.sleep(everyMs, stopped.signal).catch(() => undefined);
    }
  };
  // Read through a function: the abort happens while a round is awaited.
  const isOver = (): boolean => stopped.signal.aborted;
  const all = passes.map(keep);

  return {
    states: () => [...states.values()],
    async stop() {
      stopped.abort(new Error("the process shuts down"));
      await Promise.all(all);
    },
  };
}

async function problemOf(round: Promise<void>): Promise<string | undefined> {
  try {
    await round;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
