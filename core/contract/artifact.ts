import { z } from "zod";
import { type Sha256, Sha256 as Sha256Schema } from "./ids.ts";

export const ArtifactKind = z.enum([
  "dataset",
  "data-profile",
  "validation-report",
  "preparation-report",
  "split",
  "model",
  "metrics",
  "fairness",
  "drift",
  "explanation",
  "model-card",
  "audit-report",
  "container-image",
  "container-build",
  "kubernetes-manifests",
  "manifest",
  "signature",
  "chart",
  "log",
  "other",
]);
export type ArtifactKind = z.infer<typeof ArtifactKind>;

/**
 * Bytes addressed by their SHA-256, with a name inside the run's folder. `inputs` are the digests that it was
 * made from: the lineage edges of its maker.
 */
export const Artifact = z.strictObject({
  sha256: Sha256Schema,
  kind: ArtifactKind,
  /** Path inside the run's folder: letters, digits, `._-` and `/`, never leaving the folder. */
  name: z
    .string()
    .max(200)
    .regex(/^(?!.*(^|\/)\.\.?(\/|$))[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_.][A-Za-z0-9._-]*)*$/),
  mediaType: z.string().min(1).max(100),
  bytes: z.number().int().nonnegative(),
  inputs: z.array(Sha256Schema).max(20),
});
export type Artifact = z.infer<typeof Artifact>;

/** Content-addressed bytes. Same bytes, same address; nothing is ever overwritten. */
export interface ArtifactStore {
  /** Stores bytes, or the file at a path, durably, and returns the address. */
  put(content: Uint8Array | { path: string }): Promise<{ sha256: Sha256; bytes: number }>;
  has(sha256: Sha256): Promise<boolean>;
  /** Throws a FailureError `not-found`, or `log-corrupt` when the bytes do not hash to their address. */
  read(sha256: Sha256): Promise<Uint8Array>;
  /** A local file with these bytes for readers that want a path (workers, outside tools); never write to it. */
  path(sha256: Sha256): Promise<string>;
}
