import { RunId } from "#core/contract/ids.ts";
import { type DriveOutcome, type DriveReason, driveRun } from "#core/run/drive-run.ts";
import type { Runtime } from "#core/run/runtime.ts";

/** Keeps a process's runs going: starts them, wakes them after an answer, takes up what a crash left. */
export interface Supervisor {
  /** Takes up everything that can go on, then follows the log for more. */
  start(): Promise<void>;
  /** Looks for runs that another process left behind since. */
  lookAgain(): Promise<void>;
  /** Lets every run go and waits until nothing writes any more. */
  stop(): Promise<void>;
  /** Runs at work in this process. */
  active(): readonly string[];
}

/** Events after which a run may be able to go on. */
const wakingEvents: Record<string, DriveReason> = {
  "run.created": "resume",
  "gate.resolved": "gate",
  "gate.expired": "gate",
  "run.cancel-requested": "resume",
};

export function createSupervisor(
  runtime: Runtime,
  options: {
    maxConcurrent: number;
    onError: (runId: string, error: unknown) => void;
    /** A drive of this process came to its end: the run ended, or waits. */
    onDriven?: (runId: RunId, outcome: DriveOutcome) => void;
  },
): Supervisor {
  const detach = new AbortController();
  const driving = new Map<RunId, Promise<void>>();
  const again = new Set<RunId>();
  /** What went wrong with a run last, so that looking again does not tell it again. */
  const told = new Map<RunId, string>();
  const queue: { runId: RunId; reason: DriveReason }[] = [];
  let following: Promise<void> = Promise.resolve();

  const wake = (runId: RunId, reason: DriveReason): void => {
    if (detach.signal.aborted) return;
    if (driving.has(runId)) {
      // The answer may have come just after the driver looked: it looks once more.
      again.add(runId);
      return;
    }
    if (queue.some((waiting) => waiting.runId === runId)) return;
    queue.push({ runId, reason });
    pump();
  };

  const pump = (): void => {
    while (driving.size < options.maxConcurrent) {
      const next = queue.shift();
      if (next === undefined) return;
      driving.set(next.runId, drive(next.runId, next.reason));
    }
  };

  const drive = async (runId: RunId, reason: DriveReason): Promise<void> => {
    let outcome: DriveOutcome | undefined;
    try {
      const result = await driveRun(runtime, runId, { reason, detach: detach.signal });
      if (result.ok) {
        outcome = result.value;
        told.delete(runId);
        options.onDriven?.(runId, outcome);
      }
      // Somebody else drives it: then it is in good hands. A conflict without a driver is for people to solve.
      else if ((await runtime.stores.leases.holder(runId))?.alive !== true) {
        tell(runId, new Error(result.failure.message));
      }
    } catch (error) {
      tell(runId, error);
    } finally {
      driving.delete(runId);
      const repeat = again.delete(runId) && (outcome === "waiting" || outcome === undefined);
      if (repeat) wake(runId, "gate");
      pump();
    }
  };

  const tell = (runId: RunId, error: unknown): void => {
    const words = error instanceof Error ? error.message : String(error);
    if (told.get(runId) === words) return;
    told.set(runId, words);
    options.onError(runId, error);
  };

  const recover = async (): Promise<void> => {
    const { rows } = await runtime.stores.projections.list("runs", {
      where: { status: ["queued", "running", "waiting"] },
      orderBy: { column: "created_at", direction: "ascending" },
      limit: 10_000,
    });
    for (const row of rows) {
      if (row["status"] === "waiting" && row["answered"] !== 1) continue;
      const runId = RunId.parse(row["run_id"]);
      if (!driving.has(runId)) wake(runId, "recovery");
    }
  };

  const follow = async (fromPosition: number): Promise<void> => {
    for await (const events of runtime.stores.log.follow({ fromPosition, signal: detach.signal })) {
      for (const event of events) {
        const reason = wakingEvents[event.type];
        if (reason === undefined || event.stream.kind !== "run") continue;
        wake(RunId.parse(event.stream.id), reason);
      }
    }
  };

  return {
    async start() {
      const { size } = await runtime.stores.log.head();
      await recover();
      following = follow(size).catch((error: unknown) => {
        options.onError("(the log)", error);
      });
    },
    lookAgain: () => (detach.signal.aborted ? Promise.resolve() : recover()),
    async stop() {
      detach.abort(new Error("the process shuts down"));
      await Promise.all([following, ...driving.values()]);
    },
    active: () => [...driving.keys()],
  };
}
