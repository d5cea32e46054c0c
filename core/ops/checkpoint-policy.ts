import { ok, type Result } from "#core/contract/failure.ts";
import { parseCheckpoint } from "#core/events/checkpoint.ts";
import { parseNote } from "#core/events/checkpoint-note.ts";
import { type CheckpointContext, type CheckpointOutcome, signCheckpoint } from "./sign-checkpoint.ts";

/** Sign when this many events or this many seconds have passed since the last checkpoint, whichever is first. */
export interface CheckpointPolicy {
  everyEvents: number;
  everySeconds: number;
}

/** Whether it is time. A log without new events is never due, however old its checkpoint is. */
export function isCheckpointDue(
  policy: CheckpointPolicy,
  since: { newEvents: number; seconds: number },
): boolean {
  if (since.newEvents <= 0) return false;
  return since.newEvents >= policy.everyEvents || since.seconds >= policy.everySeconds;
}

/** Signs a checkpoint when the policy asks for one. Meant for a timer and for the end of each run. */
export async function checkpointIfDue(
  context: CheckpointContext,
  policy: CheckpointPolicy,
): Promise<Result<CheckpointOutcome | { kind: "not-due" }>> {
  const stored = await context.place.load();
  const { size } = await context.log.head();
  // The record of the last checkpoint itself is no news.
  const covered = stored === undefined ? 0 : sizeOf(stored.note) + 1;
  const seconds = (context.clock.now() - (stored?.signedAt ?? 0)) / 1000;
  if (!isCheckpointDue(policy, { newEvents: size - covered, seconds })) return ok({ kind: "not-due" });
  return signCheckpoint(context);
}

/** A hint only: signCheckpoint checks the note before it builds on it. */
function sizeOf(note: string): number {
  const parsed = parseNote(note);
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed;
  return checkpoint.ok ? checkpoint.value.size : 0;
}
