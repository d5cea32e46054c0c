import type { Result } from "#core/contract/failure.ts";

/** Where an export is written. Nothing of it shows before `commit`. Paths are relative, with forward slashes. */
export interface ExportTarget {
  write(path: string, content: Uint8Array | string): Promise<void>;
  /** Makes the whole export visible at once. Failures: `conflict` (something is there already), `storage-failed`. */
  commit(): Promise<Result<void>>;
  /** Forgets what was written. */
  discard(): Promise<void>;
}

/** Where an export is read from. */
export interface ExportSource {
  /** Undefined when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
}
