import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Import, importsOf, root, sourceFiles } from "./import-graph.ts";

const Rule = z.object({ allow: z.array(z.string()), packages: z.array(z.string()) });
const Architecture = z.object({
  about: z.string(),
  maxLines: z.number(),
  folders: z.record(z.string(), Rule),
  tests: Rule.extend({ about: z.string() }),
});
const arch = Architecture.parse(JSON.parse(readFileSync(join(root, "arch.json"), "utf8")));
const files = sourceFiles();
const isInside = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** The rule's folder for a file: the longest prefix in the table. */
function folderOf(file: string): string | undefined {
  return Object.keys(arch.folders)
    .filter((folder) => isInside(file, folder))
    .sort((left, right) => right.length - left.length)[0];
}

const isTestFile = (file: string): boolean => /\.(test|testing|bench)\.tsx?$|\/(bench|fixtures)\//.test(file);
/** What only tests may import: test files, the parts they share, and all of test/. */
const isForTests = (file: string): boolean =>
  isTestFile(file) || /(^|\/)testing\//.test(file) || isInside(file, "test");
/** Files at the root configure tools; they belong to no folder. */
const isRootFile = (file: string): boolean => !file.includes("/");

function complaint({ from, to, isPackage }: Import): string | undefined {
  const folder = folderOf(from);
  if (folder === undefined)
    return `${from} lies in no folder of arch.json; put it where its noun lives, or add the folder with its rule`;
  const rule = arch.folders[folder];
  const forTests = isTestFile(from) ? arch.tests : undefined;
  if (rule === undefined) return undefined;
  if (isPackage) {
    const packages = [...rule.packages, ...(forTests?.packages ?? [])];
    if (packages.includes("*") || packages.includes(to)) return undefined;
    return `${from} imports the package ${to}; ${folder} may use ${packages.join(", ") || "none"}. A vendor belongs behind a port in lib`;
  }
  const target = folderOf(to);
  if (isForTests(to) && !isForTests(from))
    return `${from} imports ${to}, which is there for tests. What the product needs does not lie among the tests' parts`;
  if (target === folder || isInside(to, folder)) return undefined;
  const allowed = [...rule.allow, ...(forTests?.allow ?? [])];
  const isOnlyForTests = isInside(to, "core/testing") && folder !== "test";
  if (allowed.some((prefix) => isInside(to, prefix) && !(prefix === "core" && isOnlyForTests)))
    return undefined;
  return `${from} imports ${to}; ${folder} may import ${allowed.join(", ") || "nothing of ours"}. Arrows go down only: move the code, or receive it as an argument`;
}

describe("the house", () => {
  it("imports go only where arch.json allows", () => {
    const complaints = files
      .filter((file) => !isRootFile(file))
      .flatMap(importsOf)
      .flatMap((one) => complaint(one) ?? []);
    expect(complaints).toEqual([]);
  });

  it("has no import cycles", () => {
    const graph = new Map(
      files.map((file) => [
        file,
        importsOf(file)
          .filter((one) => !one.isPackage && !one.isTypeOnly)
          .map((one) => one.to),
      ]),
    );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
        return;
      }
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) if (graph.has(next)) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it(`has no file over ${arch.maxLines} lines`, () => {
    const long = files
      .map((file) => ({ file, lines: readFileSync(join(root, file), "utf8").split("\n").length - 1 }))
      .filter(({ lines }) => lines > arch.maxLines);
    expect(long).toEqual([]);
  });

  it("has no folder for things without a noun", () => {
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|common|misc)(\.tsx?$|\/)/.test(file))).toEqual([]);
  });

  it("keeps vendors, tools and agents out of core's words", () => {
    const core = files.filter(
      (file) => isInside(file, "core") && !isInside(file, "core/testing") && !isTestFile(file),
    );
    const words =
      /\b(sqlite|postgres|anthropic|openai|ollama|claude|gpt-|train_classifier|fairness_audit|ml_director|data_profiler)\b/i;
    const named = core.flatMap((file) => {
      const line = readFileSync(join(root, file), "utf8")
        .split("\n")
        .findIndex((text) => words.test(text));
      return line < 0 ? [] : [`${file}:${line + 1}`];
    });
    expect(named).toEqual([]);
  });

  it("says nothing of SQLite outside its folder, the composition root and the tests", () => {
    const elsewhere = files.filter(
      (file) =>
        !isInside(file, "lib/stores") &&
        !isInside(file, "test") &&
        file !== "api/boot/open-stores.ts" &&
        /sqlite/i.test(readFileSync(join(root, file), "utf8")),
    );
    expect(elsewhere).toEqual([]);
  });
});
