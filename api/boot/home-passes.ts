import type { Event } from "#core/contract/event.ts";
import type { EventLog } from "#core/contract/event-log.ts";
import { type Failure, FailureError, failure } from "#core/contract/failure.ts";
import { checkpointIfDue, type CheckpointPolicy } from "#core/ops/checkpoint-policy.ts";
import { runDailyVerification } from "#core/ops/daily-verification.ts";
import { LOG_STREAM } from "#core/ops/log-events.ts";
import { LogFinding } from "#core/ops/log-finding.ts";
import { sweepGates } from "#core/ops/sweep-gates.ts";
import type { OpenedRuntime } from "./open-runtime.ts";
import type { Pass } from "./passes.ts";
import { checkpointContext } from "./record-checkpoint.ts";

/** How often each pass over a home comes round, in milliseconds, and when a checkpoint is due. */
export interface PassTimes {
  sweepMs: number;
  checkpointMs: number;
  verifyLookMs: number;
  recoverMs: number;
  checkpoint: CheckpointPolicy;
}

export const passTimes: PassTimes = {
  sweepMs: 15_000,
  checkpointMs: 5000,
  verifyLookMs: 15 * 60_000,
  recoverMs: 15_000,
  checkpoint: { everyEvents: 1000, everySeconds: 60 },
};

export const VERIFICATION = "verification of the log";
const DAY_MS = 24 * 60 * 60_000;

/**
 * What a server does for its home beside driving runs: gates that nobody decides are escalated and expire, the log is
 * signed, once a day it is verified as a whole, and runs that another process left behind are taken up.
 */
export function homePasses(
  opened: OpenedRuntime,
  options: { times?: PassTimes; lookAgain: () => Promise<void> },
): Pass[] {
  const { times = passTimes } = options;
  const { runtime, stores } = opened;
  const { clock } = runtime;
  return [
    {
      name: "gates",
      everyMs: times.sweepMs,
      async run() {
        await sweepGates({ log: stores.log, projections: stores.projections, clock });
      },
    },
    {
      name: "checkpoints",
      everyMs: times.checkpointMs,
      async run(signal) {
        const signed = await checkpointIfDue({ ...checkpointContext(opened), signal }, times.checkpoint);
        // Another process signed at this moment, which is as good.
        if (!signed.ok && signed.failure.code !== "conflict") throw new FailureError(signed.failure);
      },
    },
    {
      name: VERIFICATION,
      everyMs: times.verifyLookMs,
      async run(signal) {
        const last = await lastVerification(stores.log);
        if (last === "empty") return;
        if (last !== undefined && clock.now() - Date.parse(last.at) < DAY_MS) {
          if (last.data["ok"] === false) throw new FailureError(unsound(last.data["firstBad"]));
          return;
        }
        const verified = await runDailyVerification({ ...checkpointContext(opened), signal });
        if (!verified.ok) throw new FailureError(verified.failure);
        const { report, recorded } = verified.value;
        if (!report.ok) throw new FailureError(unsound(report.firstBad));
        if (!recorded.ok) throw new FailureError(recorded.failure);
      },
    },
    { name: "left runs", everyMs: times.recoverMs, run: () => options.lookAgain() },
  ];
}

/** The same words for a finding of now and for one on record, so that it is told once. */
function unsound(finding: unknown): Failure {
  const found = LogFinding.safeParse(finding);
  const where = found.success ? ` at position ${found.data.position}: ${found.data.fault}` : "";
  return failure("log-corrupt", `the log is not sound${where}; see what it is with: swarm log verify`);
}

/** The newest `log.verified`, searched backwards through the log's own stream; `empty` for a log without events. */
async function lastVerification(log: EventLog): Promise<Event | "empty" | undefined> {
  if ((await log.head()).size === 0) return "empty";
  const step = 200;
  let { seq } = await log.streamHead(LOG_STREAM);
  while (seq > 0) {
    const afterSeq = Math.max(0, seq - step);
    const events = await log.read(LOG_STREAM, { afterSeq, limit: seq - afterSeq });
    const found = events.findLast((event) => event.type === "log.verified");
    if (found !== undefined) return found;
    seq = afterSeq;
  }
  return undefined;
}
