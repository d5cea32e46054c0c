import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArtifactStore } from "#core/contract/artifact.ts";
import { FailureError, failure } from "#core/contract/failure.ts";
import { sha256 } from "#core/events/hash.ts";
import { checkAddress, noArtifact } from "../files/artifact-address.ts";
import { fileFailure, isMissing } from "../files/file-failure.ts";

/** Artifacts in memory. Only who asks for a path gets a file, in a temporary folder that `close` removes. */
export function createMemoryArtifactStore(): ArtifactStore & { close(): Promise<void> } {
  const contents = new Map<string, Uint8Array>();
  const files = new Map<string, Promise<string>>();
  let folder: Promise<string> | undefined;
  const contentOf = (digest: string): Uint8Array => {
    const address = checkAddress(digest);
    const bytes = contents.get(address);
    if (bytes === undefined) throw noArtifact(address);
    return bytes;
  };
  const writeOut = async (digest: string, bytes: Uint8Array): Promise<string> => {
    folder ??= mkdtemp(join(tmpdir(), "swarm-artifacts-"));
    const file = join(await folder, digest);
    await writeFile(file, bytes, { mode: 0o444 });
    return file;
  };

  return {
    async put(content) {
      const bytes = content instanceof Uint8Array ? Uint8Array.from(content) : await readSource(content.path);
      const digest = sha256(bytes);
      contents.set(digest, bytes);
      return { sha256: digest, bytes: bytes.byteLength };
    },
    async has(digest) {
      return contents.has(checkAddress(digest));
    },
    async read(digest) {
      return Uint8Array.from(contentOf(digest));
    },
    async path(digest) {
      const bytes = contentOf(digest);
      const file = files.get(digest) ?? writeOut(digest, bytes);
      files.set(digest, file);
      return file;
    },
    async close() {
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
    },
  };
}

async function readSource(path: string): Promise<Uint8Array> {
  try {
    return Uint8Array.from(await readFile(path));
  } catch (cause) {
    if (!isMissing(cause)) throw fileFailure(cause, `read ${path}`);
    throw new FailureError(failure("not-found", `no file ${path}: check the path.`), { cause });
  }
}
