import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { MadeWith } from "#core/contract/environment-record.ts";
import { sha256 } from "#core/events/hash.ts";
import { jsonOf } from "./json-of.ts";

/** What of a lock file of npm (lockfileVersion 2 and 3) is read. */
const LockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      dev: z.boolean().optional(),
      link: z.boolean().optional(),
    }),
  ),
});

/**
 * The packages that the lock file pins for running Swarm, by their place below node_modules. A file that cannot be read
 * counts as none: it pins nothing.
 */
export async function lockedPackages(root: string): Promise<MadeWith["packages"]> {
  const text = await readFile(join(root, "package-lock.json"), "utf8").catch(() => undefined);
  if (text === undefined) return { status: "no-lock-file" };
  const lock = LockFile.safeParse(jsonOf(text));
  if (!lock.success) return { status: "no-lock-file" };
  const versions = Object.entries(lock.data.packages).flatMap(([place, { version, dev, link }]) =>
    place === "" || version === undefined || dev === true || link === true
      ? []
      : [[place.replace(/^node_modules\//, ""), version] as const],
  );
  return { status: "locked", lockSha256: sha256(text), versions: Object.fromEntries(versions) };
}
