import { createHash, randomUUID } from "node:crypto";
import { readdirSync, rmSync, statSync } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ArtifactStore } from "#core/contract/artifact.ts";
import type { Clock } from "#core/contract/clock.ts";
import { FailureError, failure } from "#core/contract/failure.ts";
import type { Sha256 } from "#core/contract/ids.ts";
import { sha256 } from "#core/events/hash.ts";
import { checkAddress, noArtifact } from "./artifact-address.ts";
import { fileFailure, isMissing } from "./file-failure.ts";

const CHUNK_BYTES = 1 << 20;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Artifacts as files: `<folder>/sha256/ab/cdef…`, read-only, written under a temporary name first and moved into
 * place only when complete and on the disk. Whoever sees a file at an address sees all of it.
 */
export function createFileArtifactStore(options: {
  folder: string;
  clock: Clock;
  isReadOnly: boolean;
}): ArtifactStore {
  const { folder, isReadOnly } = options;
  const addressed = join(folder, "sha256");
  const temporary = join(folder, "tmp");
  const pathOf = (digest: Sha256) => join(addressed, digest.slice(0, 2), digest.slice(2));
  if (!isReadOnly) removeAbandoned(temporary, options.clock.now() - DAY_MS);

  async function place(file: string, digest: Sha256): Promise<void> {
    const target = pathOf(digest);
    if (await isFile(target)) {
      const found = await digestOf(target);
      if (found !== digest) throw corrupt(digest, target);
      await rm(file);
    } else {
      await mkdir(dirname(target), { recursive: true });
      await rename(file, target);
      await syncFolder(addressed);
    }
    // Also when another writer put it there: its own sync may still be to come.
    await syncFolder(dirname(target));
  }

  return {
    async put(content) {
      if (isReadOnly) throw readOnly(folder);
      // Not drawn from the injected random: a name that nobody keeps must not shift what commitments draw.
      const file = join(temporary, randomUUID());
      try {
        await mkdir(temporary, { recursive: true });
        const written = await writeTemporary(file, content);
        await place(file, written.sha256);
        return written;
      } catch (cause) {
        await rm(file, { force: true }).catch(() => undefined); // the first failure is the one to tell
        throw fileFailure(cause, `keep an artifact under ${folder}`);
      }
    },
    async has(digest) {
      return isFile(pathOf(checkAddress(digest)));
    },
    async read(digest) {
      const path = pathOf(checkAddress(digest));
      const bytes = await readFile(path).catch((cause: unknown) => {
        throw isMissing(cause) ? noArtifact(digest) : fileFailure(cause, `read the artifact ${path}`);
      });
      if (sha256(bytes) !== digest) throw corrupt(digest, path);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    async path(digest) {
      const path = pathOf(checkAddress(digest));
      if (!(await isFile(path))) throw noArtifact(digest);
      return path;
    },
  };
}

/** Writes bytes or a copy of a file, hashing what is written, and has it on the disk when it returns. */
async function writeTemporary(
  file: string,
  content: Uint8Array | { path: string },
): Promise<{ sha256: Sha256; bytes: number }> {
  const output = await open(file, "wx", 0o600);
  try {
    const written =
      content instanceof Uint8Array
        ? await writeBytes(output, content)
        : await copyFrom(content.path, output);
    await output.chmod(0o444);
    await output.sync();
    return written;
  } finally {
    await output.close();
  }
}

async function writeBytes(output: FileHandle, bytes: Uint8Array) {
  // The digest is taken from the copy: the caller may change its buffer while the file is being written.
  const copy = Uint8Array.from(bytes);
  await output.writeFile(copy);
  return { sha256: sha256(copy), bytes: copy.byteLength };
}

async function copyFrom(path: string, output: FileHandle) {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of chunksOf(path)) {
    hash.update(chunk);
    await output.writeFile(chunk);
    bytes += chunk.byteLength;
  }
  return { sha256: hash.digest("hex") as Sha256, bytes }; // hex of SHA-256 is 64 lowercase digits
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of chunksOf(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** A file's bytes in order. A chunk is valid until the next one is asked for. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const input = await open(path, "r").catch((cause: unknown) => {
    if (!isMissing(cause)) throw cause;
    throw new FailureError(failure("not-found", `no file ${path}: check the path.`), { cause });
  });
  try {
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await input.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await input.close();
  }
}

/** A new name is on the disk only when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (cause) {
    if (isMissing(cause)) return false;
    throw fileFailure(cause, `look at the artifact ${path}`);
  }
}

/** Removes what writers that died left behind. A day is longer than any live writer takes. */
function removeAbandoned(folder: string, olderThan: number): void {
  for (const name of namesIn(folder)) {
    const file = join(folder, name);
    const found = statSync(file, { throwIfNoEntry: false });
    // Another process that opens the same home may remove it first; `force` takes that in its stride.
    if (found !== undefined && found.mtimeMs < olderThan) rmSync(file, { force: true });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw fileFailure(cause, `clean up ${folder}`);
  }
}

function corrupt(digest: Sha256, path: string): FailureError {
  return new FailureError(
    failure(
      "log-corrupt",
      `artifact ${digest}: the file ${path} does not hash to its address. Somebody or the disk changed it: ` +
        "move it away, and restore it from a backup or make it again.",
      { details: { sha256: digest, path } },
    ),
  );
}

function readOnly(folder: string): FailureError {
  return new FailureError(
    failure(
      "storage-failed",
      `the artifacts under ${folder} were opened read-only: nothing can be kept there.`,
    ),
  );
}
