import type { StreamRef } from "#core/contract/event.ts";
import type { Sha256 } from "#core/contract/ids.ts";
import type { LogIntegrity, ScannedEvent } from "#core/contract/integrity.ts";
import type { VerifierKey } from "#core/events/checkpoint-key.ts";
import type { KeptCheckpoint } from "#core/events/checkpoint-sink.ts";
import { openCheckpoints } from "./known-checkpoints.ts";
import type { LogFinding } from "./log-finding.ts";
import { LogWalk } from "./log-walk.ts";
import type { RootClaim } from "./root-claims.ts";

export interface LogToVerify {
  integrity: LogIntegrity;
  /** Keys whose checkpoints count. Without one, any checkpoint is a finding. */
  keys: readonly VerifierKey[];
  /** Every checkpoint that was kept outside the database. */
  checkpoints?: readonly KeptCheckpoint[];
  /** `checkpoints` are all that the sinks hold: the last one on record has to be among them. */
  expectKept?: boolean;
  /** A checkpoint that the reader kept: the log has to hold at least what it speaks of. */
  since?: string;
  /**
   * Counts this stream's events and checks this stream's payloads only. Chains and roots are checked over the whole
   * log all the same: a changed event cannot be trusted to say whose it is, and without every leaf there is no root.
   */
  stream?: StreamRef;
  signal?: AbortSignal;
}

interface Checked {
  /** Events looked at: of the stream if one was named, else all. */
  events: number;
  /** Events of the whole log that were sound from its start on. */
  size: number;
  /** Merkle root over these. */
  head: Sha256;
  /** Signed and recorded roots that agreed. With 0 a cut tail cannot be seen. */
  checkpoints: number;
  /** Hash of the named stream's last event. */
  chainHead?: Sha256;
}

export type LogReport = Checked & ({ ok: true } | { ok: false; firstBad: LogFinding });

/**
 * Checks the log as it lies in the store: dense positions and sequence numbers, hashes, links, payload
 * commitments, and the tree against every checkpoint. Reports the first bad place and stops there. A missing
 * payload is a finding unless a `payload.erased` event names it. Never throws for what it finds; rejects with the
 * signal's reason when aborted.
 *
 * Takes 64 bytes of memory an event, because recorded roots may speak of any earlier size.
 */
export async function verifyLog(options: LogToVerify): Promise<LogReport> {
  const { integrity, keys, stream, since, signal } = options;
  const kept = [
    ...(options.checkpoints ?? []),
    ...(since === undefined ? [] : [{ name: "kept by the reader", note: since }]),
  ];
  const { claims, refused } = openCheckpoints(kept, keys);
  const walk = new LogWalk({ integrity, claims, stream });
  for await (const place of placesOf(integrity, signal)) {
    await walk.visit(place);
    if (walk.isSettled) break;
  }
  const firstBad =
    walk.conclude() ??
    refusedCheckpoint(refused, walk.size) ??
    (options.expectKept === true ? lostCheckpoint(walk, claims) : undefined);
  const checked: Checked = {
    events: walk.events,
    size: walk.size,
    head: walk.root,
    checkpoints: walk.checkpoints,
    ...(walk.chainHead === undefined ? {} : { chainHead: walk.chainHead }),
  };
  return firstBad === undefined ? { ok: true, ...checked } : { ok: false, ...checked, firstBad };
}

/** A store that breaks off in the middle has an unreadable place there. */
async function* placesOf(
  integrity: LogIntegrity,
  signal: AbortSignal | undefined,
): AsyncIterable<ScannedEvent> {
  let position = 0;
  try {
    for await (const place of integrity.scan({ fromPosition: 0 })) {
      signal?.throwIfAborted();
      position = place.position + 1;
      yield place;
    }
  } catch (error) {
    if (signal?.aborted) throw error;
    yield {
      position,
      fault: `the store cannot be read on: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** A note goes to the sinks before it is recorded, so one that is on record and in no sink was taken away. */
function lostCheckpoint({ lastRecorded }: LogWalk, claims: readonly RootClaim[]): LogFinding | undefined {
  if (lastRecorded === undefined) return undefined;
  const { size, root, event } = lastRecorded;
  if (claims.some((claim) => claim.size === size && claim.root === root)) return undefined;
  const detail = `the checkpoint of size ${size} is on record and lies in no sink: it was removed, or a sink is not reachable`;
  return {
    position: event.position,
    stream: event.stream,
    seq: event.seq,
    fault: "checkpoint-missing",
    detail,
  };
}

function refusedCheckpoint(refused: readonly string[], size: number): LogFinding | undefined {
  const [first] = refused;
  return first === undefined ? undefined : { position: size, fault: "checkpoint-signature", detail: first };
}
