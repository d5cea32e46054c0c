import { z } from "zod";
import type { Result } from "#core/contract/failure.ts";
import { Sha256 } from "#core/contract/ids.ts";

/**
 * A place for checkpoints that whoever owns the database cannot rewrite: another folder, disk, machine or
 * service. It only ever grows; that is what makes a shortened or rewritten log visible.
 */
export interface CheckpointSink {
  /** Printed in reports. */
  name: string;
  /**
   * Keeps a checkpoint. Repeating the same one is harmless; another one of the same size is refused with
   * `conflict`, because one log cannot have both. Other failures: `storage-failed`.
   */
  write(checkpoint: { size: number; note: string }): Promise<Result<void>>;
  /** All that was ever kept, by size. */
  read(): Promise<KeptCheckpoint[]>;
}

export interface KeptCheckpoint {
  /** Where it lies, for reports. */
  name: string;
  note: string;
}

/**
 * Where the signer stood: enough to sign the next checkpoint without reading the log from its start. Needs no
 * trust: it counts only when its hashes give the root in its own note and the note is signed by the signer's key.
 */
export const SignerPlace = z.strictObject({
  note: z.string(),
  hashes: z.array(Sha256),
  /** Milliseconds since 1970 UTC. */
  signedAt: z.number().nonnegative(),
});
export type SignerPlace = z.infer<typeof SignerPlace>;

/** Keeps the signer's place. A cache: losing it costs one pass over the log. */
export interface SignerPlaceStore {
  /** Undefined when there is none or it cannot be read. */
  load(): Promise<SignerPlace | undefined>;
  save(place: SignerPlace): Promise<void>;
}
