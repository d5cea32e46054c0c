import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "#core/events/hash.ts";
import { createFakeClock } from "#core/testing/fake-clock.ts";
import { createFileArtifactStore } from "./file-artifact-store.ts";

const bytes = new TextEncoder().encode("content");
const digest = sha256(bytes);
const clock = createFakeClock();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "swarm-artifacts-"));
});
afterEach(() => rm(folder, { recursive: true }));

const open = (isReadOnly = false) => createFileArtifactStore({ folder, clock, isReadOnly });
const address = () => join(folder, "sha256", digest.slice(0, 2), digest.slice(2));

async function tamper(content: string): Promise<void> {
  await chmod(address(), 0o644);
  await writeFile(address(), content);
}

describe("createFileArtifactStore", () => {
  it("keeps a read-only file at the address that the digest names, and nothing else", async () => {
    const store = open();
    await store.put(bytes);
    expect(await store.path(digest)).toBe(address());
    expect((await stat(address())).mode & 0o777).toBe(0o444);
    expect(await readdir(join(folder, "tmp"))).toEqual([]);
  });

  it("makes nothing before something is put", async () => {
    open();
    expect(await readdir(folder)).toEqual([]);
  });

  it("finds a changed file when it is read and when the same bytes are put again, and names it", async () => {
    const store = open();
    await store.put(bytes);
    await tamper("changed");
    for (const attempt of [() => store.read(digest), () => store.put(bytes)]) {
      await expect(attempt()).rejects.toMatchObject({
        failure: { code: "log-corrupt", details: { sha256: digest, path: address() } },
      });
    }
    expect(await readdir(join(folder, "tmp"))).toEqual([]);
  });

  it("leaves no half file behind when the source cannot be read", async () => {
    const store = open();
    await expect(store.put({ path: join(folder, "nothing.csv") })).rejects.toMatchObject({
      failure: { code: "not-found" },
    });
    await expect(store.put({ path: folder })).rejects.toMatchObject({ failure: { code: "storage-failed" } });
    expect(await readdir(join(folder, "tmp"))).toEqual([]);
  });

  it("reports a folder that cannot be written, with what to do", async () => {
    await writeFile(join(folder, "tmp"), "a file where a folder must be");
    expect(() => open()).toThrow(expect.objectContaining({ name: "FailureError" }));
    await rm(join(folder, "tmp"));
    const store = open();
    await writeFile(join(folder, "sha256"), "likewise");
    await expect(store.put(bytes)).rejects.toMatchObject({ failure: { code: "storage-failed" } });
    expect(await readdir(join(folder, "tmp"))).toEqual([]);
  });

  it("removes what dead writers left when it is older than a day, and no younger file", async () => {
    await mkdir(join(folder, "tmp"));
    const now = clock.now() / 1000;
    for (const [name, age] of [
      ["old", 25 * 3600],
      ["young", 23 * 3600],
    ] as const) {
      await writeFile(join(folder, "tmp", name), "half");
      await utimes(join(folder, "tmp", name), now - age, now - age);
    }
    open(true);
    expect(await readdir(join(folder, "tmp"))).toEqual(["old", "young"]);
    open();
    expect(await readdir(join(folder, "tmp"))).toEqual(["young"]);
  });

  it("takes 64 puts of the same bytes at once through two stores", async () => {
    const [one, two] = [open(), open()];
    const puts = Array.from({ length: 64 }, (_, index) => (index % 2 === 0 ? one : two).put(bytes));
    expect(new Set((await Promise.all(puts)).map((put) => put.sha256))).toEqual(new Set([digest]));
    expect(await readdir(dirname(address()))).toEqual([digest.slice(2)]);
    expect(await readdir(join(folder, "tmp"))).toEqual([]);
  });
});
