import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "./hash.ts";
import { verifyInclusion } from "./merkle-proof.ts";
import { MerkleTree } from "./merkle-tree.ts";
import { decodeEntryBundle, encodeEntryBundle } from "./tiles-entries.ts";
import { entryBundlesOf, hashTilesOf, TILE_WIDTH, tilePath } from "./tiles-path.ts";
import { formatEventProof, parseEventProof } from "./tiles-proof.ts";

describe("tile paths", () => {
  it.each([
    [{ level: 0, index: 1_234_067, width: 256 }, "tile/0/x001/x234/067"],
    [{ level: 1, index: 0, width: 17 }, "tile/1/000.p/17"],
    [{ level: "entries" as const, index: 273, width: 112 }, "tile/entries/273.p/112"],
    [{ level: 0, index: 1000, width: 1 }, "tile/0/x001/000.p/1"],
  ])("follow the specification: %j is %s", (tile, path) => {
    expect(tilePath(tile)).toBe(path);
  });

  it("gives a tree of 70,000 the tiles that the specification counts", () => {
    const tiles = hashTilesOf(70_000);
    const of = (level: number) => tiles.filter((tile) => tile.level === level).map(({ width }) => width);
    expect(of(0).filter((width) => width === TILE_WIDTH)).toHaveLength(273);
    expect(of(0).at(-1)).toBe(112);
    expect(of(1)).toEqual([256, 17]);
    expect(of(2)).toEqual([1]);
    expect(of(3)).toEqual([]);
  });

  it("gives a tree of 256 a full tile of leaves and one hash above, an empty tree nothing", () => {
    expect(hashTilesOf(256).map(tilePath)).toEqual(["tile/0/000", "tile/1/000.p/1"]);
    expect(entryBundlesOf(256).map(tilePath)).toEqual(["tile/entries/000"]);
    expect(hashTilesOf(0)).toEqual([]);
  });

  it("names tiles whose hashes are those of the tree", () => {
    const tree = new MerkleTree();
    for (let index = 0; index < 600; index += 1) tree.append(sha256(`leaf ${index}`));
    for (const { level, index, width } of hashTilesOf(600)) {
      const content = tree.nodes(Number(level) * 8, index * TILE_WIDTH, width);
      expect(content.byteLength).toBe(width * 32);
      expect(Buffer.from(content.subarray(0, 32)).toString("hex")).toBe(
        tree.node(Number(level) * 8, index * TILE_WIDTH),
      );
    }
  });
});

describe("entry bundle", () => {
  it("gives back the entries that went in", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 256 }), (entries) => {
        const bundle = encodeEntryBundle(entries);
        if (!bundle.ok) throw new Error(bundle.failure.message);
        expect(decodeEntryBundle(bundle.value)).toEqual({ entries, rest: 0 });
      }),
    );
  });

  it("tells that it was cut and still gives what was whole", () => {
    const bundle = encodeEntryBundle([Buffer.from("first"), Buffer.from("second")]);
    if (!bundle.ok) throw new Error(bundle.failure.message);
    const cut = decodeEntryBundle(bundle.value.subarray(0, -1));
    expect(cut.entries.map((entry) => Buffer.from(entry).toString())).toEqual(["first"]);
    expect(cut.rest).toBe(7);
  });

  it("refuses an entry that its length field cannot hold", () => {
    expect(encodeEntryBundle([new Uint8Array(65_535)]).ok).toBe(true);
    expect(encodeEntryBundle([new Uint8Array(65_536)])).toMatchObject({
      ok: false,
      failure: { code: "invalid-input" },
    });
  });
});

describe("event proof", () => {
  const tree = new MerkleTree();
  for (let index = 0; index < 50; index += 1) tree.append(sha256(`leaf ${index}`));
  const checkpoint = "swarm-0a1b2c3d\n50\nroot\n\n— swarm-0a1b2c3d signature\n";

  it("holds index, path and checkpoint in the text form of the specification", () => {
    const text = formatEventProof({ index: 49, proof: tree.inclusionProof(49), checkpoint });
    expect(text.startsWith("c2sp.org/tlog-proof@v1\nindex 49\n")).toBe(true);
    const parsed = parseEventProof(text);
    if (!parsed.ok) throw new Error(parsed.failure.message);
    expect(parsed.value.checkpoint).toBe(checkpoint);
    const { index, proof } = parsed.value;
    expect(verifyInclusion({ leaf: tree.leaf(49), index, size: 50, root: tree.root(), proof })).toBe(true);
  });

  it("reads the proof of a tree of one, and passes over extra data", () => {
    const text = formatEventProof({ index: 0, proof: [], checkpoint });
    expect(parseEventProof(text)).toMatchObject({ ok: true, value: { index: 0, proof: [] } });
    expect(parseEventProof(text.replace("index", "extra AAAA\nindex"))).toMatchObject({
      ok: true,
      value: { index: 0 },
    });
  });

  it.each([
    "",
    "c2sp.org/tlog-proof@v1\nindex 01\n\nx",
    "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx",
    "c2sp.org/tlog-proof@v2\nindex 1\n\nx",
  ])("refuses %j", (text) => {
    expect(parseEventProof(text).ok).toBe(false);
  });
});
