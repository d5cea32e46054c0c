import { openCheckpoint } from "#core/events/checkpoint.ts";
import type { VerifierKey } from "#core/events/checkpoint-key.ts";
import type { KeptCheckpoint } from "#core/events/checkpoint-sink.ts";
import type { RootClaim } from "./root-claims.ts";

/** What the checkpoints say whose signatures hold, and why the others do not count. */
export interface KnownCheckpoints {
  claims: (RootClaim & { note: string })[];
  refused: string[];
}

/** Opens checkpoints with the keys that are trusted. */
export function openCheckpoints(
  checkpoints: readonly KeptCheckpoint[],
  keys: readonly VerifierKey[],
): KnownCheckpoints {
  const known: KnownCheckpoints = { claims: [], refused: [] };
  for (const { name, note } of checkpoints) {
    const opened = openCheckpoint(note, keys);
    if (opened.ok) {
      known.claims.push({
        size: opened.value.size,
        root: opened.value.root,
        source: `checkpoint ${name}`,
        note,
      });
    } else {
      known.refused.push(`checkpoint ${name}: ${opened.failure.message}`);
    }
  }
  return known;
}
