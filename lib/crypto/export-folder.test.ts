import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createExportFolder, openExportFolder } from "./export-folder.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "swarm-export-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe("export folder", () => {
  it("shows nothing before it is complete, then everything, to its owner alone", async () => {
    const path = join(home, "a", "out");
    const target = await createExportFolder(path);
    await target.write("tile/0/000.p/5", new Uint8Array([1, 2]));
    await target.write("README.txt", "read me");
    await expect(stat(path)).rejects.toThrow("ENOENT");
    expect(await target.commit()).toEqual({ ok: true, value: undefined });
    expect(await readdir(join(home, "a"))).toEqual(["out"]);
    expect((await stat(path)).mode & 0o077).toBe(0);
    expect(await readFile(join(path, "README.txt"), "utf8")).toBe("read me");
    const source = openExportFolder(path);
    expect(await source.read("tile/0/000.p/5")).toEqual(new Uint8Array([1, 2]));
    expect(await source.read("tile/0/001")).toBeUndefined();
    expect(await source.read("tile/0")).toBeUndefined();
  });

  it("takes an empty folder's place, but nobody else's", async () => {
    await mkdir(join(home, "empty"));
    await mkdir(join(home, "full"));
    await writeFile(join(home, "full", "mine.txt"), "mine");
    await writeFile(join(home, "file"), "mine");
    for (const [name, ok] of [
      ["empty", true],
      ["full", false],
      ["file", false],
    ] as const) {
      const target = await createExportFolder(join(home, name));
      await target.write("a", "b");
      const committed = await target.commit();
      expect(committed.ok).toBe(ok);
      if (!committed.ok) expect(committed.failure.code).toBe("conflict");
      if (!committed.ok) await target.discard();
    }
    expect(await readFile(join(home, "full", "mine.txt"), "utf8")).toBe("mine");
    expect((await readdir(home)).sort()).toEqual(["empty", "file", "full"]);
  });

  it("leaves nothing behind when discarded", async () => {
    const target = await createExportFolder(join(home, "out"));
    await target.write("a", "b");
    await target.discard();
    expect(await readdir(home)).toEqual([]);
  });

  it("neither writes nor reads outside of itself", async () => {
    const target = await createExportFolder(join(home, "out"));
    await expect(target.write("../evil", "x")).rejects.toThrow(RangeError);
    await expect(openExportFolder(join(home, "out")).read("../../etc/passwd")).rejects.toThrow(RangeError);
    await target.discard();
  });
});
