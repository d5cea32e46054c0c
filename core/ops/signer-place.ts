import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { Sha256 } from "#core/contract/ids.ts";
import type { LogIntegrity } from "#core/contract/integrity.ts";
import { openCheckpoint } from "#core/events/checkpoint.ts";
import type { VerifierKey } from "#core/events/checkpoint-key.ts";
import type {
  CheckpointSink,
  KeptCheckpoint,
  SignerPlace,
  SignerPlaceStore,
} from "#core/events/checkpoint-sink.ts";
import {
  emptyFrontier,
  frontierRoot,
  growFrontier,
  type MerkleFrontier,
  StoredFrontier,
} from "#core/events/merkle-frontier.ts";
import { eventHashes } from "#core/events/verify-event-hashes.ts";
import { openCheckpoints } from "./known-checkpoints.ts";

interface Search {
  integrity: LogIntegrity;
  sinks: readonly CheckpointSink[];
  place: SignerPlaceStore;
  keys: readonly VerifierKey[];
  signal?: AbortSignal;
}

/** The tree at the last signed checkpoint, and its note. */
export interface FoundPlace {
  frontier: MerkleFrontier;
  note?: string;
  /** The root that the log must have on record after this place; absent when the log itself was just read. */
  recorded?: Sha256;
}

/**
 * Where the next checkpoint goes on. The stored place counts when its hashes give the root that its own note
 * signs. Without it the log is read from its start up to the largest checkpoint in the sinks and has to agree with
 * every one of them: signing on would otherwise bless a rewritten history. Failure `log-corrupt`.
 */
export async function findSignerPlace(search: Search): Promise<Result<FoundPlace>> {
  const stored = await search.place.load();
  const trusted = stored === undefined ? undefined : trustedPlace(stored, search.keys);
  if (trusted === undefined) return rebuild(search);
  // The log may have been cut back behind the place; then there is nothing to go on from.
  if (!(await reaches(search.integrity, trusted.frontier.size)))
    return shorter(trusted.frontier.size, "its last checkpoint");
  return ok(trusted);
}

function trustedPlace(stored: SignerPlace, keys: readonly VerifierKey[]): FoundPlace | undefined {
  const checkpoint = openCheckpoint(stored.note, keys);
  if (!checkpoint.ok) return undefined;
  const { size, root } = checkpoint.value;
  const frontier = StoredFrontier.safeParse({ size, hashes: stored.hashes });
  if (!frontier.success || frontierRoot(frontier.data) !== root) return undefined;
  return { frontier: frontier.data, note: stored.note, recorded: root };
}

/** True when the log has an event at the last position of a log of this size. */
async function reaches(integrity: LogIntegrity, size: number): Promise<boolean> {
  if (size === 0) return true;
  for await (const { event } of integrity.scan({ fromPosition: size - 1 })) return event !== undefined;
  return false;
}

async function rebuild({ integrity, sinks, keys, signal }: Search): Promise<Result<FoundPlace>> {
  const kept: KeptCheckpoint[] = [];
  for (const sink of sinks) kept.push(...(await sink.read()));
  const { claims, refused } = openCheckpoints(kept, keys);
  const [untrusted] = refused;
  if (untrusted !== undefined) {
    return fail("log-corrupt", `Nothing is signed while a kept checkpoint cannot be trusted. ${untrusted}`);
  }
  const open = claims.sort((left, right) => left.size - right.size);
  const last = open.at(-1);
  if (last === undefined) return ok({ frontier: emptyFrontier });
  let frontier = emptyFrontier;
  let next = 0;
  const disagrees = () => {
    for (; open[next]?.size === frontier.size; next += 1) {
      if (open[next]?.root !== frontierRoot(frontier)) return open[next]?.source;
    }
    return undefined;
  };
  for await (const { position, event } of integrity.scan({ fromPosition: 0 })) {
    signal?.throwIfAborted();
    const source = disagrees();
    if (source !== undefined) {
      return fail("log-corrupt", `The log contradicts ${source}. Run \`swarm log verify\`.`);
    }
    if (frontier.size === last.size) break;
    if (position !== frontier.size || event === undefined) {
      return fail("log-corrupt", `Position ${frontier.size} cannot be read. Run \`swarm log verify\`.`);
    }
    frontier = growFrontier(frontier, eventHashes(event).leaf);
  }
  const source = disagrees();
  if (source !== undefined)
    return fail("log-corrupt", `The log contradicts ${source}. Run \`swarm log verify\`.`);
  if (frontier.size < last.size) return shorter(last.size, last.source);
  return ok({ frontier, note: last.note });
}

const shorter = (size: number, source: string) =>
  fail("log-corrupt", `The log is shorter than the ${size} events of ${source}. Run \`swarm log verify\`.`);
