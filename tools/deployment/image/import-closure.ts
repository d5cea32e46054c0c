import { dirname, join } from "node:path/posix";
import type { OwnFiles } from "../runtime/own-files.ts";

/** An import of a value; imports of types alone leave nothing to load. */
const IMPORT = /^(?:import|export)\s(?!type\s)(?:[\w\s{},*$]+\sfrom\s)?["']([^"']+)["'];?$/gm;

/**
 * The source files that the entries load, by their paths below `root`: the entries, what they import, and so on. What
 * runs from a copy of them needs nothing else.
 * @throws Error for an import of a package, which a copy would not have.
 */
export async function importClosure(
  files: Pick<OwnFiles, "read">,
  root: string,
  entries: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const open = [...entries];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    const content = await files.read(join(root, path));
    found.set(path, content);
    for (const [, specifier = ""] of new TextDecoder().decode(content).matchAll(IMPORT)) {
      if (specifier.startsWith("node:")) continue;
      if (specifier.startsWith("#")) open.push(specifier.slice(1));
      else if (specifier.startsWith(".")) open.push(join(dirname(path), specifier));
      else throw new Error(`${path} imports the package ${specifier}, which a serving image does not have`);
    }
  }
  return found;
}
