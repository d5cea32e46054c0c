import { appendFile, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Artifact, type ArtifactStore } from "#core/contract/artifact.ts";
import { Sha256 } from "#core/contract/ids.ts";
import { sha256 } from "#core/events/hash.ts";
import { createRunFolders } from "./create-run-folders.ts";

let root: string;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A store over plain files that counts how often a path was asked for. */
function createCountingStore(folder: string): { store: ArtifactStore; asked: () => number } {
  let asked = 0;
  const store: ArtifactStore = {
    async put(content) {
      if ("path" in content) throw new Error("these tests put bytes");
      const digest = sha256(content);
      await writeFile(join(folder, digest), content, { mode: 0o444 });
      return { sha256: digest, bytes: content.byteLength };
    },
    has: () => Promise.resolve(true),
    read: (digest) => readFile(join(folder, digest)),
    path(digest) {
      asked += 1;
      return Promise.resolve(join(folder, digest));
    },
  };
  return { store, asked: () => asked };
}

describe("run folders", () => {
  let store: ArtifactStore;
  let asked: () => number;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "swarm-folders-"));
    ({ store, asked } = createCountingStore(await mkdtemp(join(root, "store-"))));
  });
  afterEach(() => rm(root, { recursive: true }));

  const open = () => createRunFolders({ root: join(root, "runs"), artifacts: store });
  const artifact = async (name: string, text: string): Promise<Artifact> => {
    const put = await store.put(bytes(text));
    return Artifact.parse({ ...put, name, kind: "other", mediaType: "text/plain", inputs: [] });
  };
  const read = (path: string) => readFile(join(root, "runs", path), "utf8");

  it("lays artifacts under their names, below the run that made them", async () => {
    const folders = open();
    await folders.place("run_a", [
      await artifact("metrics.json", "{}"),
      await artifact("image/index.json", "[]"),
    ]);
    await folders.place("run_b", [await artifact("metrics.json", "{ }")]);
    expect(await read("run_a/metrics.json")).toBe("{}");
    expect(await read("run_a/image/index.json")).toBe("[]");
    expect(await read("run_b/metrics.json")).toBe("{ }");
  });

  it("gives copies that a person may edit without touching the store", async () => {
    const one = await artifact("card.md", "# Card");
    await open().place("run_a", [one]);
    const copy = join(root, "runs/run_a/card.md");
    expect((await stat(copy)).mode & 0o777).toBe(0o644);
    await writeFile(copy, "# Mine");
    expect(new TextDecoder().decode(await store.read(one.sha256))).toBe("# Card");
  });

  it("copies again only what changed, also in another process", async () => {
    await open().place("run_a", [await artifact("a.txt", "1"), await artifact("b.txt", "1")]);
    const before = asked();
    await open().place("run_a", [await artifact("a.txt", "1"), await artifact("b.txt", "2")]);
    expect(asked() - before).toBe(1);
    expect(await read("run_a/b.txt")).toBe("2");
  });

  it("leaves no half files behind", async () => {
    await open().place("run_a", [await artifact("a.txt", "1")]);
    expect((await readdir(join(root, "runs/run_a"))).toSorted()).toEqual([".artifacts.json", "a.txt"]);
  });

  it("loses nothing when calls of one run place at once", async () => {
    const folders = open();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => artifact(`part/${index}.txt`, String(index))),
    );
    await Promise.all(all.map((one) => folders.place("run_a", [one])));
    const before = asked();
    await open().place("run_a", all);
    expect(asked()).toBe(before);
  });

  describe("conversations", () => {
    const line = (seq: number) => ({ seq, line: JSON.stringify({ seq, content: "naïve 😀" }) });
    const seqs = async (): Promise<unknown[]> =>
      (await read("run_a/conversations/trainer.jsonl"))
        .trimEnd()
        .split("\n")
        .map((text) => (JSON.parse(text) as { seq: unknown }).seq);

    it("go on after their last line, in this process and in the next, and repeat none", async () => {
      const folders = open();
      await folders.appendConversation("run_a", "trainer", [line(1), line(4)]);
      await folders.appendConversation("run_a", "trainer", [line(4), line(6)]);
      await open().appendConversation("run_a", "trainer", [line(1), line(4), line(6), line(9)]);
      expect(await seqs()).toEqual([1, 4, 6, 9]);
    });

    it("are whole again after a line that was cut in the middle", async () => {
      await open().appendConversation("run_a", "trainer", [line(1), line(2)]);
      await appendFile(join(root, "runs/run_a/conversations/trainer.jsonl"), line(3).line.slice(0, 25));
      await open().appendConversation("run_a", "trainer", [line(1), line(2), line(3), line(4)]);
      expect(await seqs()).toEqual([1, 2, 3, 4]);
    });
  });
});

it("refuses names that would leave the folder", () => {
  for (const name of ["../x", "a/../../x", "/etc/x", "a/..", ".", ""])
    expect(
      Artifact.safeParse({
        sha256: Sha256.parse("0".repeat(64)),
        bytes: 0,
        name,
        kind: "other",
        mediaType: "text/plain",
        inputs: [],
      }).success,
      name,
    ).toBe(false);
});
