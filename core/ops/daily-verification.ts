import { isoTime } from "#core/contract/clock.ts";
import type { Event } from "#core/contract/event.ts";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import { verifierKeyOf } from "#core/events/checkpoint-key.ts";
import type { KeptCheckpoint } from "#core/events/checkpoint-sink.ts";
import { LOG_STREAM, newLogEvent } from "./log-events.ts";
import type { LogFinding } from "./log-finding.ts";
import { type CheckpointContext, type CheckpointOutcome, signCheckpoint } from "./sign-checkpoint.ts";
import { type LogReport, verifyLog } from "./verify-log.ts";

const MAX_DETAIL = 1000;

export interface DailyVerification {
  report: LogReport;
  /** The `log.verified` event, or why it could not be written: a finding is told even then. */
  recorded: Result<Event>;
  /** The checkpoint that signs the record, or why there is none. */
  signed: Result<CheckpointOutcome>;
}

/**
 * The pass over the whole log that runs once a day and on demand: verifies it against every kept checkpoint,
 * records `log.verified` with range, root and verdict, and signs a checkpoint over that record. A bad verdict is
 * recorded and signed like a good one; what follows from it is for the caller.
 */
export async function runDailyVerification(context: CheckpointContext): Promise<Result<DailyVerification>> {
  const key = await verifierKeyOf(context.signer);
  if (!key.ok) return key;
  const checkpoints: KeptCheckpoint[] = [];
  for (const sink of context.sinks) checkpoints.push(...(await sink.read()));
  const report = await verifyLog({
    integrity: context.integrity,
    keys: [key.value, ...(context.earlierKeys ?? [])],
    checkpoints,
    expectKept: true,
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  const recorded = await record(context, report);
  const signed = recorded.ok ? await signCheckpoint(context) : recorded;
  return ok({ report, recorded, signed });
}

async function record({ log, clock }: CheckpointContext, report: LogReport): Promise<Result<Event>> {
  const verdict = report.ok ? { ok: true } : { ok: false, firstBad: shortened(report.firstBad) };
  const data = { from: 0, to: report.size, root: report.head, ...verdict };
  const event = newLogEvent("log.verified", data, { by: "daily-verification", at: isoTime(clock.now()) });
  const committed = await log.commit({
    appends: [{ stream: LOG_STREAM, events: [event] }],
    durability: "full",
  });
  if (!committed.ok) return committed;
  const [written] = committed.value;
  return written === undefined
    ? fail("internal", "the log committed one event and gave none back")
    : ok(written);
}

/** Keeps the record under the size limit of event data. */
const shortened = (finding: LogFinding): LogFinding => ({
  ...finding,
  detail: finding.detail.slice(0, MAX_DETAIL),
});
