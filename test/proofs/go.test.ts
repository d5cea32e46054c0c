import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goChecker } from "#core/ops/export-log.ts";
import { fileURLToPath } from "node:url";
import { go, hasTool, runGo } from "./outside-tool.ts";
import { createSampleHome, fillSampleHome, run, type SampleHome } from "./sample-home.ts";

const source = fileURLToPath(goChecker);

describe.skipIf(!hasTool(go))("Go's transparency-log packages", () => {
  let home: SampleHome;
  let binary: string;
  let earlier: string;
  let whole: string;
  let ofRun: string;
  let copies = 0;

  beforeAll(async () => {
    home = await createSampleHome();
    ({ earlier } = await fillSampleHome(home, "text"));
    whole = await home.export();
    ofRun = await home.export({ stream: run, withEntries: false, withContent: true });
    // What is tested here is what goes out.
    expect(readFileSync(join(whole, "check.go"), "utf8")).toBe(readFileSync(source, "utf8"));
    binary = join(home.folder, "check");
    runGo(["build", "-o", binary, source]);
  });
  afterAll(() => home.dispose());

  /** Exit code 0 with what it said, or what it said against the export. */
  function check(folder: string, ...checkpoints: string[]): { ok: boolean; said: string } {
    try {
      return {
        ok: true,
        said: execFileSync(binary, [folder, ...checkpoints], { encoding: "utf8", stdio: "pipe" }),
      };
    } catch (error) {
      return {
        ok: false,
        said: error instanceof Error && "stderr" in error ? String(error.stderr) : String(error),
      };
    }
  }

  function damagedCopy(original: string, damage: (folder: string) => void): string {
    copies += 1;
    const copy = join(home.folder, `copy-${copies}`);
    cpSync(original, copy, { recursive: true });
    damage(copy);
    return copy;
  }

  const kept = (size: number) => join(home.checkpointFolder, `${size}.checkpoint`);

  it("accept signature, every entry, every earlier checkpoint and one that the reader kept", () => {
    const result = check(whole, kept(300));
    expect(result).toMatchObject({ ok: true });
    expect(result.said).toContain("entries: all 602 are in the signed tree");
    expect(result.said.match(/consistency: size 300 is the beginning of size 602/g)).toHaveLength(2);
  });

  it("accept a run whose export leaves other runs out, event by event by its proof", () => {
    const result = check(ofRun, kept(300));
    expect(result).toMatchObject({ ok: true });
    expect(result.said).toMatch(/run: all \d+ events are in the signed tree/);
    expect(result.said).toContain("entries: not part of this export");
  });

  it("run as the read-me says", () => {
    const command = readFileSync(join(whole, "README.txt"), "utf8")
      .split("\n")
      .find((line) => line.includes("go run check.go ."));
    expect(execFileSync("bash", ["-c", command ?? "false"], { cwd: whole, encoding: "utf8" })).toMatch(
      /OK\n$/,
    );
  });

  it.each([
    ["an entry", "tile/entries/001", 4000],
    ["the length before an entry", "tile/entries/000", 0],
    ["a leaf hash", "tile/0/001", 77],
    ["a hash above", "tile/1/000.p/2", 40],
    ["the signed size or root", "checkpoint", 20],
    ["the signature", "checkpoint", 120],
    ["an earlier checkpoint", "checkpoints/300.checkpoint", 30],
    ["the key", "keys/verifier-keys.txt", 30],
  ])("reject a flipped byte in %s", (_what, file, offset) => {
    const copy = damagedCopy(whole, (folder) => flip(join(folder, file), offset));
    expect(check(copy)).toMatchObject({ ok: false, said: expect.stringContaining("NOT OK") as string });
  });

  it.each([
    ["an event", "run/events.jsonl", 300],
    ["a proof", "run/proofs/000005.tlog-proof", 60],
    ["the index of a proof", "run/proofs/000005.tlog-proof", 29],
  ])("reject a flipped byte in %s of a run", (_what, file, offset) => {
    const copy = damagedCopy(ofRun, (folder) => flip(join(folder, file), offset));
    expect(check(copy)).toMatchObject({ ok: false });
  });

  it("reject an export whose last tile or last entries are missing", () => {
    for (const file of ["tile/0/002.p", "tile/entries/002.p", "tile/1"]) {
      const copy = damagedCopy(whole, (folder) => rmSync(join(folder, file), { recursive: true }));
      expect(check(copy), file).toMatchObject({ ok: false });
    }
    const cut = damagedCopy(whole, (folder) => {
      const path = join(folder, "tile/entries/002.p/90");
      writeFileSync(path, readFileSync(path).subarray(0, -20));
    });
    expect(check(cut)).toMatchObject({
      ok: false,
      said: expect.stringContaining("ends too early") as string,
    });
  });

  it("reject a missing tail by a later checkpoint, though the export is whole in itself", async () => {
    const short = await home.export({ checkpoint: earlier, checkpoints: [] });
    expect(check(short)).toMatchObject({ ok: true });
    expect(check(short, kept(602))).toMatchObject({
      ok: false,
      said: expect.stringContaining("its end is missing") as string,
    });
  });

  it("reject the checkpoint of another log and one of a rewritten history", async () => {
    const other = await createSampleHome();
    try {
      await other.append(run, { n: 1 });
      await other.sign();
      const strange = join(other.checkpointFolder, "1.checkpoint");
      expect(check(whole, strange)).toMatchObject({ ok: false });
    } finally {
      await other.dispose();
    }
  });
});

function flip(path: string, offset: number): void {
  const content = readFileSync(path);
  content[offset] = (content[offset] ?? 0) ^ 1;
  writeFileSync(path, content);
}
