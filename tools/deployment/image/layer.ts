import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { gzip } from "./gzip.ts";
import { type TarEntry, writeTar } from "./tar.ts";

/** A finished layer blob. Digests are hex without the `sha256:` before it. */
export interface LayerDescriptor {
  /** Of the compressed blob: its name in the layout. */
  digest: string;
  bytes: number;
  /** Of the archive before compression: what the image's configuration lists. */
  diffId: string;
}

/** Writes a layer to a file as it is made, so that its size never counts in memory. */
export async function writeLayer(
  entries: readonly TarEntry[],
  options: { path: string; level: 1 | 6 | 9; signal: AbortSignal },
): Promise<LayerDescriptor> {
  const diffHash = createHash("sha256");
  const blobHash = createHash("sha256");
  let bytes = 0;
  async function* archive() {
    for await (const chunk of writeTar(entries)) {
      options.signal.throwIfAborted();
      diffHash.update(chunk);
      yield chunk;
    }
  }
  await using file = await open(options.path, "w");
  for await (const chunk of gzip(archive(), options)) {
    blobHash.update(chunk);
    bytes += chunk.byteLength;
    await file.writeFile(chunk);
  }
  return { digest: blobHash.digest("hex"), bytes, diffId: diffHash.digest("hex") };
}
