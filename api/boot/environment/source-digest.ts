import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sha256 } from "#core/contract/ids.ts";
import { sha256 } from "#core/events/hash.ts";

/** Folders and files whose content decides what Swarm does; what serves tests is not among them. */
export const SHIPPED_SOURCES = [
  "agents",
  "api",
  "bin",
  "core",
  "guardrails",
  "lib",
  "package.json",
  "tools",
] as const;

const NOT_SHIPPED =
  /(^|\/)(core\/testing|fixtures|bench|__pycache__|node_modules)\/|\.(test|testing)\.[a-z]+$/;

/** True for a path below Swarm's folder, with `/` between its parts, that counts as a shipped source. */
export const isShippedSource = (path: string): boolean => !NOT_SHIPPED.test(path);

/**
 * SHA-256 over one line for each shipped source, by path: its SHA-256, two spaces, the path. These are the lines of
 * `sha256sum`, so anyone can make the digest again.
 */
export async function sourceDigest(root: string): Promise<Sha256> {
  const paths = (await Promise.all(SHIPPED_SOURCES.map((start) => filesBelow(root, start)))).flat();
  const lines = await Promise.all(
    paths
      .filter(isShippedSource)
      .sort()
      .map(async (path) => `${sha256(await readFile(join(root, path)))}  ${path}\n`),
  );
  return sha256(lines.join(""));
}

async function filesBelow(root: string, start: string): Promise<string[]> {
  if (start.endsWith(".json")) return [start];
  const entries = await readdir(join(root, start), { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => {
    if (!entry.isFile()) return [];
    const folder = entry.parentPath.slice(root.length).replaceAll("\\", "/").replace(/^\//, "");
    return [`${folder}/${entry.name}`];
  });
}
