import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** Paths below a folder whose names end in `suffix`, sorted; empty when there is no such folder. */
export async function filesBelow(folder: string, suffix: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** A manifest's text and the name it goes by in messages: relative to where the reader stands. */
export async function manifestText(path: string): Promise<{ text: string; file: string }> {
  return { text: await readFile(path, "utf8"), file: relative(process.cwd(), path) || path };
}
