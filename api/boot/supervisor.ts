import { RunId } from "#core/contract/ids.ts";
import { type DriveOutcome, type DriveReason, driveRun } from "#core/run/drive-run.ts";
import type { Runtime } from "#core/run/runtime.ts";

/** Keeps a process's runs going: starts them, wakes them after an answer, takes up what a crash left. */
export interface Supervisor {
  /** Takes up everything that can go on, then follows the log for more. */
  start(): Promise<void>;
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
  options: { maxConcurrent: number; onError: (runId: string, error: unknown) => void },
): Supervisor {
  const detach = new AbortController();
  const driving = new Map<RunId, Promise<void>>();
  const again = new Set<RunId>();
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
      if (result.ok) outcome = result.value;
      // Somebody else drives it: then it is in good hands.
      else if (result.failure.code !== "conflict") options.onError(runId, new Error(result.failure.message));
    } catch (error) {
      options.onError(runId, error);
    } finally {
      driving.delete(runId);
      const repeat = again.delete(runId) && (outcome === "waiting" || outcome === undefined);
      if (repeat) wake(runId, "gate");
      pump();
    }
  };

  const recover = async (): Promise<void> => {
    const { rows } = await runtime.stores.projections.list("runs", {
      where: { status: ["queued", "running", "waiting"] },
      orderBy: { column: "created_at", direction: "ascending" },
      limit: 10_000,
    });
    for (const row of rows) {
      if (row["status"] === "waiting" && row["answered"] !== 1) continue;
      wake(RunId.parse(row["run_id"]), "recovery");
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
    async stop() {
      detach.abort(new Error("the process shuts down"));
      await Promise.all([following, ...driving.values()]);
    },
    active: () => [...driving.keys()],
  };
}
