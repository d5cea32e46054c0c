import type { TarContent } from "../image/tar.ts";

/** Reading of files that belong to the running program itself: its executable, its libraries, its own source. */
export interface OwnFiles {
  /** Undefined when nothing is there. Follows links; `path` is where the bytes really lie. */
  find(path: string): Promise<{ path: string; content: TarContent } | undefined>;
  /** Bytes of a part of a file; fewer when the file ends before. */
  slice(path: string, offset: number, length: number): Promise<Uint8Array>;
  read(path: string): Promise<Uint8Array>;
  /** Names of the files directly in a folder, sorted; empty when there is no such folder. */
  list(folder: string): Promise<string[]>;
}
