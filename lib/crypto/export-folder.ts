import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { fail, ok } from "#core/contract/failure.ts";
import type { ExportSource, ExportTarget } from "#core/events/tiles-files.ts";
import { hasCode } from "./has-code.ts";

/**
 * Writes an export next to its place and moves it there as a whole. The place may be an empty folder or nothing
 * yet; anything else is refused with `conflict` and left alone. Only the owner may read it: it may hold content.
 */
export async function createExportFolder(path: string): Promise<ExportTarget> {
  const target = resolve(path);
  await mkdir(dirname(target), { recursive: true });
  const draft = await mkdtemp(`${target}.draft-`);
  return {
    async write(name, content) {
      const file = inside(draft, name);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(file, content, { mode: 0o600 });
    },
    async commit() {
      try {
        if (!(await makeWay(target))) {
          return fail("conflict", `${target} is not empty. Name a folder that does not exist yet.`);
        }
        await rename(draft, target);
        return ok(undefined);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return fail("storage-failed", `The export cannot be put at ${target}: ${reason}`);
      }
    },
    discard: () => rm(draft, { recursive: true, force: true }),
  };
}

/** Reads an export from a folder; never follows a name out of it. */
export function openExportFolder(path: string): ExportSource {
  const folder = resolve(path);
  return {
    async read(name) {
      try {
        return new Uint8Array(await readFile(inside(folder, name)));
      } catch (error) {
        if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR") || hasCode(error, "EISDIR"))
          return undefined;
        throw error;
      }
    },
  };
}

/** True when nothing stands at the place any more. */
async function makeWay(target: string): Promise<boolean> {
  try {
    if ((await readdir(target)).length > 0) return false;
    await rmdir(target);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return true;
    if (hasCode(error, "ENOTDIR")) return false;
    throw error;
  }
}

function inside(folder: string, name: string): string {
  const file = resolve(join(folder, name));
  if (!file.startsWith(folder + sep))
    throw new RangeError(`${JSON.stringify(name)} points out of the export`);
  return file;
}
