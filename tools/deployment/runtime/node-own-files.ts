import { createReadStream } from "node:fs";
import { open, readFile, readdir, realpath, stat } from "node:fs/promises";
import type { OwnFiles } from "./own-files.ts";

/**
 * The program's own files from disk. A tool reads data only through its context; what is read here is the program
 * itself (Node's executable and libraries, the scoring code), which no operator names and no agent can choose.
 */
export function createNodeOwnFiles(): OwnFiles {
  return {
    async find(path) {
      const real = await realpath(path).catch(() => undefined);
      if (real === undefined) return undefined;
      const facts = await stat(real);
      if (!facts.isFile()) return undefined;
      const content = {
        bytes: facts.size,
        open: () => createReadStream(real, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>, // no encoding: Buffers
      };
      return { path: real, content };
    },
    async slice(path, offset, length) {
      await using file = await open(path);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
    read: (path) => readFile(path),
    async list(folder) {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name)
        .sort();
    },
  };
}
