import { type Clock, isoTime } from "#core/contract/clock.ts";
import type { Event } from "#core/contract/event.ts";
import type { EventLog } from "#core/contract/event-log.ts";
import { type Failure, fail, ok, type Result } from "#core/contract/failure.ts";
import type { Sha256 } from "#core/contract/ids.ts";
import type { LogIntegrity } from "#core/contract/integrity.ts";
import type { Signer } from "#core/contract/signer.ts";
import { signedCheckpoint } from "#core/events/checkpoint.ts";
import { type VerifierKey, verifierKeyOf } from "#core/events/checkpoint-key.ts";
import type { CheckpointSink, SignerPlaceStore } from "#core/events/checkpoint-sink.ts";
import { frontierRoot, growFrontier, type MerkleFrontier } from "#core/events/merkle-frontier.ts";
import { ChainCheck } from "#core/events/verify-chain.ts";
import { eventHashes } from "#core/events/verify-event-hashes.ts";
import { LOG_STREAM, newLogEvent } from "./log-events.ts";
import { type FoundPlace, findSignerPlace } from "./signer-place.ts";

export interface CheckpointContext {
  log: Pick<EventLog, "commit" | "streamHead" | "head">;
  integrity: LogIntegrity;
  signer: Signer;
  /** At least one; each gets every note. */
  sinks: readonly CheckpointSink[];
  place: SignerPlaceStore;
  clock: Clock;
  /** Earlier keys of this log whose checkpoints still bind it. */
  earlierKeys?: readonly VerifierKey[];
  signal?: AbortSignal;
}

export type CheckpointOutcome =
  | {
      kind: "signed";
      size: number;
      root: Sha256;
      note: string;
      /** The recorded `checkpoint.signed`. */
      event: Event;
      /** Sinks that did not take it; never all of them. */
      missedBy: { sink: string; failure: Failure }[];
    }
  /** Nothing but signed checkpoints came after the last one; `note` is that one, absent for an empty log. */
  | { kind: "nothing-new"; note?: string };

/**
 * Signs the log as it stands: reads what came since the last checkpoint, checks its hashes, gives the signed note
 * to every sink and then records `checkpoint.signed`. The note is outside before the record claims so; a crash
 * between the two leaves a checkpoint that nobody mentions, never a mention without a checkpoint.
 *
 * Failures: `log-corrupt` (what would be signed contradicts an earlier checkpoint or itself: run verifyLog),
 * `storage-failed` (no sink took it), `conflict` (another process signed at the same time; harmless).
 */
export async function signCheckpoint(context: CheckpointContext): Promise<Result<CheckpointOutcome>> {
  const { log, integrity, signer, sinks, place, clock, signal } = context;
  if (sinks.length === 0) {
    return fail(
      "missing-part",
      "No place for checkpoints is configured: a log that vouches only for itself proves nothing.",
    );
  }
  const key = await verifierKeyOf(signer);
  if (!key.ok) return key;
  const keys = [key.value, ...(context.earlierKeys ?? [])];
  const before = await log.streamHead(LOG_STREAM);
  const { size: end } = await log.head();
  const last = await findSignerPlace({
    integrity,
    sinks,
    place,
    keys,
    ...(signal === undefined ? {} : { signal }),
  });
  if (!last.ok) return last;
  const grown = await growOverNewEvents(last.value, { integrity, end, signal });
  if (!grown.ok) return grown;
  const { frontier, hasNews } = grown.value;
  if (!hasNews) {
    return ok({ kind: "nothing-new", ...(last.value.note === undefined ? {} : { note: last.value.note }) });
  }

  const tree = { size: frontier.size, root: frontierRoot(frontier) };
  const note = await signedCheckpoint(tree, signer);
  if (!note.ok) return note;
  const missedBy: { sink: string; failure: Failure }[] = [];
  for (const sink of sinks) {
    const written = await sink.write({ size: tree.size, note: note.value });
    if (!written.ok) missedBy.push({ sink: sink.name, failure: written.failure });
  }
  const refusal = missedBy.find(({ failure }) => failure.code === "conflict");
  if (refusal !== undefined) {
    return fail(
      "log-corrupt",
      `${refusal.sink} holds another checkpoint of size ${tree.size}: this log is not the one that was signed, or two logs share the place. Run \`swarm log verify\`.`,
    );
  }
  if (missedBy.length === sinks.length) {
    const reasons = missedBy.map(({ sink, failure }) => `${sink}: ${failure.message}`).join("; ");
    return fail("storage-failed", `No checkpoint sink took the checkpoint. ${reasons}`, { retryable: true });
  }

  const at = clock.now();
  const data = { ...tree, keyName: signer.keyName };
  const committed = await log.commit({
    appends: [
      {
        stream: LOG_STREAM,
        events: [newLogEvent("checkpoint.signed", data, { by: "checkpoint", at: isoTime(at) })],
        expectedSeq: before.seq,
      },
    ],
    durability: "full",
  });
  if (!committed.ok) return committed;
  const [event] = committed.value;
  if (event === undefined) throw new Error("the log committed one event and gave none back");
  await place.save({ note: note.value, hashes: [...frontier.hashes], signedAt: at });
  return ok({ kind: "signed", ...tree, note: note.value, event, missedBy });
}

/**
 * The frontier after the events before `end`; refuses to take in what is visibly damaged or is not the log it knows.
 * It leaves the scan at `end`: what a store checks of itself behind the last row is too dear for every checkpoint.
 */
async function growOverNewEvents(
  start: FoundPlace,
  { integrity, end, signal }: { integrity: LogIntegrity; end: number; signal: AbortSignal | undefined },
): Promise<Result<{ frontier: MerkleFrontier; hasNews: boolean }>> {
  let { frontier } = start;
  let hasNews = false;
  let isRecorded = start.recorded === undefined;
  const chain = new ChainCheck({ fromStart: frontier.size === 0 });
  const places = frontier.size < end ? integrity.scan({ fromPosition: frontier.size }) : [];
  for await (const { position, event, fault } of places) {
    signal?.throwIfAborted();
    const refuse = (why: string) =>
      fail("log-corrupt", `Position ${position} cannot be signed: ${why}. Run \`swarm log verify\`.`, {
        details: { position },
      });
    if (position !== frontier.size) return refuse(`position ${frontier.size} is missing`);
    if (event === undefined || fault !== undefined) return refuse(fault ?? "no event can be read there");
    const hashes = eventHashes(event);
    const broken = chain.next(event, hashes.expected);
    if (broken !== undefined) return refuse(`${broken.fault}, ${broken.detail}`);
    if (event.position !== position) return refuse(`its event belongs at position ${event.position}`);
    frontier = growFrontier(frontier, hashes.leaf);
    if (event.type !== "checkpoint.signed") hasNews = true;
    else isRecorded ||= event.data["size"] === start.frontier.size && event.data["root"] === start.recorded;
    if (frontier.size >= end) break;
  }
  if (frontier.size < end) {
    return fail(
      "log-corrupt",
      `The log breaks off at position ${frontier.size} of ${end}. Run \`swarm log verify\`.`,
    );
  }
  if (!isRecorded) {
    return fail(
      "log-corrupt",
      `The log has no record of its checkpoint of size ${start.frontier.size}: it was put back or replaced. Run \`swarm log verify\`.`,
    );
  }
  return ok({ frontier, hasNews });
}
