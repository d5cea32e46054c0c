import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasPythonRfc8785, hasTool, python } from "./outside-tool.ts";
import { createSampleHome, fillSampleHome, run, type SampleHome } from "./sample-home.ts";

const standIn = new URL("stand-in", import.meta.url).pathname;
const script = new URL("chain.py", import.meta.url).pathname;

describe.skipIf(!hasTool(python))("a few lines of Python", () => {
  const hasLibrary = hasPythonRfc8785();
  let home: SampleHome;
  let events: string;

  beforeAll(async () => {
    home = await createSampleHome();
    await fillSampleHome(home, "plain text");
    if (hasLibrary)
      await home.append(run, { "\u{1f600}": "ünï", "\ufb33": 5e-324, zero: -0, small: 1e-7, third: 1 / 3 });
    events = join(await home.export({ stream: run, withEntries: false }), "run/events.jsonl");
  });
  afterAll(() => home.dispose());

  // Where the library is missing, the plain stand-in beside this test answers for it.
  const environment = hasLibrary ? {} : { PYTHONPATH: standIn };
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1", ...environment };
  const chain = (file: string) =>
    execFileSync("python3", [script, file], { encoding: "utf8", stdio: "pipe", env });

  it("recompute the hash chain of an exported run up to its last hash", async () => {
    const { hash } = await home.stores.log.streamHead(run);
    expect(chain(events)).toBe(`OK ${hash}\n`);
  });

  it("do so as the read-me prints them", () => {
    const folder = join(events, "..", "..");
    const readme = readFileSync(join(folder, "README.txt"), "utf8");
    const [, program = ""] = /\n3\. [^\n]*\n\n([\s\S]*?)\n4\. /.exec(readme) ?? [];
    const said = execFileSync("python3", ["-c", program], { cwd: folder, encoding: "utf8", env });
    expect(said).toMatch(/^OK [0-9a-f]{64}\n$/);
  });

  it("find a changed event and one that is left out", () => {
    const text = readFileSync(events, "utf8");
    const changed = join(home.folder, "changed.jsonl");
    writeFileSync(changed, text.replace('"n":7,', '"n":8,'));
    expect(() => chain(changed)).toThrow(/was changed/);
    writeFileSync(changed, text.split("\n").toSpliced(3, 1).join("\n"));
    expect(() => chain(changed)).toThrow(/event 5 does not follow the one before/);
  });
});
