import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "#core/events/hash.ts";
import { createCheckpointFolder, createSignerPlaceFile } from "./checkpoint-folder.ts";

let home: string;
let folder: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "swarm-checkpoints-"));
  folder = join(home, "outside", "checkpoints");
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe("checkpoint folder", () => {
  it("keeps every checkpoint under its size, read-only, and the largest as latest", async () => {
    const sink = createCheckpointFolder(folder);
    expect(await sink.read()).toEqual([]);
    for (const size of [9, 120, 30])
      expect(await sink.write({ size, note: `note ${size}` })).toMatchObject({ ok: true });
    expect((await readdir(folder)).sort()).toEqual([
      "120.checkpoint",
      "30.checkpoint",
      "9.checkpoint",
      "latest",
    ]);
    expect(await readFile(join(folder, "latest"), "utf8")).toBe("note 120");
    expect((await stat(join(folder, "9.checkpoint"))).mode & 0o222).toBe(0);
    expect((await sink.read()).map(({ note }) => note)).toEqual(["note 9", "note 30", "note 120"]);
  });

  it("takes the same checkpoint twice, but no other of the same size", async () => {
    const sink = createCheckpointFolder(folder);
    await sink.write({ size: 5, note: "one" });
    expect(await sink.write({ size: 5, note: "one" })).toMatchObject({ ok: true });
    expect(await sink.write({ size: 5, note: "two" })).toMatchObject({
      ok: false,
      failure: { code: "conflict" },
    });
    expect(await readFile(join(folder, "5.checkpoint"), "utf8")).toBe("one");
  });

  it("makes a lost latest good with the next write and passes over strange files", async () => {
    const sink = createCheckpointFolder(folder);
    await sink.write({ size: 5, note: "one" });
    await rm(join(folder, "latest"));
    await writeFile(join(folder, "x.checkpoint"), "?");
    await writeFile(join(folder, "7.checkpoint.1.2.draft"), "cut");
    await sink.write({ size: 5, note: "one" });
    expect(await readFile(join(folder, "latest"), "utf8")).toBe("one");
    expect(await sink.read()).toHaveLength(1);
  });

  it("says that it cannot write instead of throwing", async () => {
    await writeFile(join(home, "outside"), "a file stands there");
    expect(await createCheckpointFolder(folder).write({ size: 1, note: "n" })).toMatchObject({
      ok: false,
      failure: { code: "storage-failed", retryable: true },
    });
  });
});

describe("signer place file", () => {
  const place = { note: "note", hashes: [sha256("a")], signedAt: 1_700_000_000_000 };

  it("gives back what was saved last", async () => {
    const store = createSignerPlaceFile(join(folder, "place.json"));
    expect(await store.load()).toBeUndefined();
    await store.save(place);
    await store.save({ ...place, note: "newer" });
    expect(await store.load()).toEqual({ ...place, note: "newer" });
    expect(await readdir(folder)).toEqual(["place.json"]);
  });

  it.each(["", "{", "[]", '{"note":1}'])("counts a damaged file as lost: %j", async (content) => {
    const path = join(home, "place.json");
    await writeFile(path, content);
    await chmod(path, 0o600);
    expect(await createSignerPlaceFile(path).load()).toBeUndefined();
  });
});
