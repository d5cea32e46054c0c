import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Every file that the console's entry reaches, and from each what it imports for more than types. */
async function reach(entry: string): Promise<Map<string, string[]>> {
  const seen = new Map<string, string[]>();
  const visit = async (file: string): Promise<void> => {
    if (seen.has(file)) return;
    const imports: string[] = [];
    seen.set(file, imports);
    if (!/\.tsx?$/.test(file)) return;
    const source = await readFile(join(root, file), "utf8");
    const statements =
      /(?:^|\n)\s*(?:import|export)\s+(?!type\b)(?:[^"';]*?\sfrom\s+)?"([^"]+)"|import\("([^"]+)"\)/g;
    for (const match of source.matchAll(statements)) imports.push(match[1] ?? match[2] ?? "");
    for (const name of imports) {
      if (!name.startsWith(".") && !name.startsWith("#")) continue;
      const target = name.startsWith("#") ? name.slice(1) : relative(root, join(root, dirname(file), name));
      expect(existsSync(join(root, target)), `${file} imports ${name}`).toBe(true);
      await visit(target);
    }
  };
  await visit(entry);
  return seen;
}

describe("the console's imports", async () => {
  const files = await reach("dashboard/src/main.tsx");

  it("reach the pages, the fold and the API's schemas", () => {
    const reached = [...files.keys()];
    for (const wanted of [
      "dashboard/src/pages/run/run-page.tsx",
      "core/events/fold-run.ts",
      "core/events/run-event.ts",
      "api/contract/stream.ts",
    ])
      expect(reached).toContain(wanted);
  });

  it("bring nothing of Node's into the browser", () => {
    for (const [file, imports] of files)
      expect(
        imports.filter((name) => name.startsWith("node:")),
        file,
      ).toEqual([]);
  });

  it("take only the API's schemas and the fold from outside of the dashboard", () => {
    const direct = [...files]
      .filter(([file]) => file.startsWith("dashboard/"))
      .flatMap(([, imports]) => imports.filter((name) => name.startsWith("#")));
    expect([...new Set(direct)].toSorted().filter((name) => !name.startsWith("#api/contract/"))).toEqual([
      "#core/events/fold-run.ts",
      "#core/events/run-event.ts",
    ]);
  });

  it("load nothing from elsewhere: no address of another host in page, styles or code", async () => {
    const page = await readFile(join(root, "dashboard/index.html"), "utf8");
    expect(page).not.toMatch(/https?:|<style|style=|<script>(?!<)/);
    for (const name of ["tokens.css", "app.css"]) {
      const styles = await readFile(join(root, "dashboard/src/styles", name), "utf8");
      expect(styles).not.toMatch(/https?:|@font-face/);
    }
  });
});
