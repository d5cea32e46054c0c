import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCsv } from "#lib/ml/frame/read-csv.ts";
import { fingerprintRows } from "#lib/ml/frame/fingerprint-rows.ts";
import { hasTool, python } from "./outside-tool.ts";

const TABLE = `city,age,note\nRome,31,"a ""quoted"" line\nand another"\n,45.5,\nTromsø,-0,plain\nOslo,1e-7,ü\n`;
const TYPES = { age: "number", city: "string", note: "string" };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "swarm-rows-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!hasTool(python))("the fingerprint of rows", () => {
  it("is computed by the program that docs/verify.md prints", async () => {
    const document = await readFile(new URL("../../docs/verify.md", import.meta.url), "utf8");
    const program = /## The rows[\s\S]*?```python\n([\s\S]*?)```/.exec(document)?.[1];
    if (program === undefined) throw new Error("docs/verify.md prints no program for the rows");
    const path = join(folder, "table.csv");
    await writeFile(path, TABLE);
    const printed = execFileSync("python3", ["-c", program, path, JSON.stringify(TYPES)], {
      encoding: "utf8",
    });
    const { frame } = await readCsv({ path }, { kinds: { note: "text", city: "categorical" } });
    expect(printed.trim()).toBe(fingerprintRows(frame));
  });
});
