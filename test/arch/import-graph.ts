import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** One import of one file: a path from the root for our own files, a package name for others. */
export interface Import {
  from: string;
  to: string;
  isPackage: boolean;
  isTypeOnly: boolean;
}

/** Source files that git knows or would add. */
export function sourceFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  return listed.split("\n").filter((file) => /\.(ts|tsx)$/.test(file) && !file.endsWith(".d.ts"));
}

const statement = /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']/g;
const dynamic = /\bimport\(\s*["']([^"']+)["']\s*\)/g;

/** Every import and re-export of a file, dynamic ones with a literal path too. */
export function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const found: Import[] = [];
  for (const [, type, specifier] of text.matchAll(statement)) {
    if (specifier !== undefined) found.push(resolveImport(file, specifier, type !== undefined));
  }
  for (const [, specifier] of text.matchAll(dynamic)) {
    if (specifier !== undefined) found.push(resolveImport(file, specifier, false));
  }
  return found;
}

function resolveImport(from: string, specifier: string, isTypeOnly: boolean): Import {
  if (specifier.startsWith("#")) return { from, to: specifier.slice(1), isPackage: false, isTypeOnly };
  if (specifier.startsWith(".")) {
    return { from, to: normalize(join(dirname(from), specifier)), isPackage: false, isTypeOnly };
  }
  const name = specifier.startsWith("node:")
    ? "node:"
    : specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/");
  return { from, to: name, isPackage: true, isTypeOnly };
}
