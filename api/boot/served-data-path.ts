import { realpath } from "node:fs/promises";
import { delimiter, isAbsolute, relative, resolve, sep } from "node:path";
import { fail, ok, type Result } from "#core/contract/failure.ts";

/**
 * A data file that the server may read for a remote caller: below one of SWARM_DATA_DIRS (by default the folder the
 * server was started in), with symbolic links resolved, so that none leads out. A relative path counts from these
 * folders. What lies outside is refused in the same words whether it is there or not.
 */
export async function servedDataPath(path: string, environment: NodeJS.ProcessEnv): Promise<Result<string>> {
  const given = (environment["SWARM_DATA_DIRS"] || process.cwd())
    .split(delimiter)
    .filter((root) => root !== "")
    .map((root) => resolve(root));
  const roots = await Promise.all(given.map((root) => realpath(root).catch(() => root)));
  const places = (isAbsolute(path) ? [path] : given.map((root) => resolve(root, path))).map((place) =>
    resolve(place),
  );
  const served = places.filter((place) => [...given, ...roots].some((root) => isBelow(place, root)));
  for (const place of served) {
    // A zero byte and the like: no such name can be.
    const real = await realpath(place).catch(() => undefined);
    if (real === undefined) continue;
    if (roots.some((root) => isBelow(real, root))) return ok(real);
    return outside(path, given);
  }
  if (served.length === 0) return outside(path, given);
  return fail(
    "not-found",
    `the server has no file ${path}; give a path below ${given.join(" or ")}, or upload the file`,
  );
}

const outside = (path: string, roots: readonly string[]): ReturnType<typeof fail> =>
  fail(
    "forbidden",
    `${path} lies outside the folders whose data the server may read (${roots.join(", ")}); set SWARM_DATA_DIRS or upload the file`,
  );

function isBelow(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return inside !== "" && inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}
