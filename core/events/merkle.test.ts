import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sha256 } from "#core/contract/ids.ts";
import { sha256 } from "./hash.ts";
import { emptyFrontier, frontierRoot, growFrontier, StoredFrontier } from "./merkle-frontier.ts";
import { EMPTY_ROOT } from "./merkle-hash.ts";
import { verifyConsistency, verifyInclusion } from "./merkle-proof.ts";
import { MerkleTree } from "./merkle-tree.ts";

/** The definitions of RFC 6962, section 2.1, word for word and as slow as they are. */
const naive = {
  node: (left: Sha256, right: Sha256) =>
    sha256(Buffer.concat([Buffer.of(1), Buffer.from(left, "hex"), Buffer.from(right, "hex")])),
  split(count: number) {
    let k = 1;
    while (k << 1 < count) k <<= 1;
    return k;
  },
  root(leaves: Sha256[]): Sha256 {
    const [only] = leaves;
    if (only === undefined) return sha256("");
    if (leaves.length === 1) return only;
    const k = naive.split(leaves.length);
    return naive.node(naive.root(leaves.slice(0, k)), naive.root(leaves.slice(k)));
  },
  path(m: number, leaves: Sha256[]): Sha256[] {
    if (leaves.length === 1) return [];
    const k = naive.split(leaves.length);
    return m < k
      ? [...naive.path(m, leaves.slice(0, k)), naive.root(leaves.slice(k))]
      : [...naive.path(m - k, leaves.slice(k)), naive.root(leaves.slice(0, k))];
  },
  subproof(m: number, leaves: Sha256[], b: boolean): Sha256[] {
    if (m === leaves.length) return b ? [] : [naive.root(leaves)];
    const k = naive.split(leaves.length);
    return m <= k
      ? [...naive.subproof(m, leaves.slice(0, k), b), naive.root(leaves.slice(k))]
      : [...naive.subproof(m - k, leaves.slice(k), false), naive.root(leaves.slice(0, k))];
  },
};

const leafAt = (index: number) => sha256(`leaf ${index}`);
const leavesOf = (count: number) => Array.from({ length: count }, (_, index) => leafAt(index));

function treeOf(leaves: Sha256[]): MerkleTree {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree;
}

const flip = (value: Sha256): Sha256 => ((value.startsWith("0") ? "1" : "0") + value.slice(1)) as Sha256; // still 64 hex digits

const SIZES = 70;

describe("Merkle tree", () => {
  const leaves = leavesOf(SIZES);
  const tree = treeOf(leaves);

  it("gives the published roots of the Certificate Transparency test vectors", () => {
    const inputs = [
      "",
      "00",
      "10",
      "2021",
      "3031",
      "40414243",
      "5051525354555657",
      "606162636465666768696a6b6c6d6e6f",
    ];
    const known = treeOf(inputs.map((hex) => sha256(Buffer.from(`00${hex}`, "hex"))));
    expect([1, 2, 3, 4, 5, 6, 7, 8].map((size) => known.root(size))).toEqual([
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]);
  });

  it("has the root of the recursive definition at every size, now and in the past", () => {
    for (let size = 0; size <= SIZES; size += 1) {
      expect(treeOf(leaves.slice(0, size)).root()).toBe(naive.root(leaves.slice(0, size)));
      expect(tree.root(size)).toBe(naive.root(leaves.slice(0, size)));
    }
  });

  it("gives the inclusion proof of the recursive definition for every leaf at every size, and it verifies", () => {
    for (let size = 1; size <= SIZES; size += 1) {
      const root = tree.root(size);
      for (let index = 0; index < size; index += 1) {
        const proof = tree.inclusionProof(index, size);
        expect(proof).toEqual(naive.path(index, leaves.slice(0, size)));
        expect(verifyInclusion({ leaf: leafAt(index), index, size, root, proof })).toBe(true);
      }
    }
  });

  it("gives the consistency proof of the recursive definition for every pair of sizes, and it verifies", () => {
    for (let size = 1; size <= SIZES; size += 1) {
      for (let oldSize = 1; oldSize <= size; oldSize += 1) {
        const proof = tree.consistencyProof(oldSize, size);
        expect(proof).toEqual(naive.subproof(oldSize, leaves.slice(0, size), true));
        const claim = { oldSize, oldRoot: tree.root(oldSize), size, root: tree.root(size), proof };
        expect(verifyConsistency(claim)).toBe(true);
      }
    }
  });

  it("calls the empty tree a beginning of every tree, and of nothing else", () => {
    const claim = {
      oldSize: 0,
      oldRoot: EMPTY_ROOT,
      size: 5,
      root: tree.root(5),
      proof: tree.consistencyProof(0, 5),
    };
    expect(verifyConsistency(claim)).toBe(true);
    expect(verifyConsistency({ ...claim, oldRoot: leafAt(0) })).toBe(false);
    expect(verifyConsistency({ ...claim, proof: [leafAt(0)] })).toBe(false);
  });

  it("refuses a proof with any hash changed, left out or added, and any other leaf, index, size or root", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: SIZES }), fc.nat(), fc.nat(), (size, pick, at) => {
        const index = pick % size;
        const proof = tree.inclusionProof(index, size);
        const claim = { leaf: leafAt(index), index, size, root: tree.root(size), proof };
        const spot = at % proof.length;
        expect(
          verifyInclusion({ ...claim, proof: proof.map((one, i) => (i === spot ? flip(one) : one)) }),
        ).toBe(false);
        expect(verifyInclusion({ ...claim, proof: proof.filter((_, i) => i !== spot) })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [...proof, leafAt(0)] })).toBe(false);
        expect(verifyInclusion({ ...claim, leaf: flip(claim.leaf) })).toBe(false);
        expect(verifyInclusion({ ...claim, index: (index + 1) % size })).toBe(false);
        expect(verifyInclusion({ ...claim, index: size })).toBe(false);
        expect(verifyInclusion({ ...claim, root: flip(claim.root) })).toBe(false);
      }),
    );
  });

  it("refuses a changed consistency proof and a changed old or new root", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: SIZES }), fc.nat(), fc.nat(), (size, pick, at) => {
        const oldSize = 1 + (pick % (size - 1));
        const proof = tree.consistencyProof(oldSize, size);
        const claim = { oldSize, oldRoot: tree.root(oldSize), size, root: tree.root(size), proof };
        const spot = at % proof.length;
        expect(
          verifyConsistency({ ...claim, proof: proof.map((one, i) => (i === spot ? flip(one) : one)) }),
        ).toBe(false);
        expect(verifyConsistency({ ...claim, proof: proof.filter((_, i) => i !== spot) })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: [...proof, leafAt(0)] })).toBe(false);
        expect(verifyConsistency({ ...claim, oldRoot: flip(claim.oldRoot) })).toBe(false);
        expect(verifyConsistency({ ...claim, root: flip(claim.root) })).toBe(false);
        expect(verifyConsistency({ ...claim, oldSize: size + 1 })).toBe(false);
      }),
    );
  });

  it("throws on a leaf or a size that it does not have", () => {
    expect(() => tree.root(SIZES + 1)).toThrow(RangeError);
    expect(() => tree.inclusionProof(5, 5)).toThrow(RangeError);
    expect(() => tree.consistencyProof(6, 5)).toThrow(RangeError);
    expect(() => tree.leaf(SIZES)).toThrow(RangeError);
    expect(() => new MerkleTree().append("short" as Sha256)).toThrow(TypeError);
  });
});

describe("Merkle frontier", () => {
  it("grown leaf by leaf has the root of the whole tree at every size", () => {
    const leaves = leavesOf(300);
    const tree = treeOf(leaves);
    let frontier = emptyFrontier;
    expect(frontierRoot(frontier)).toBe(EMPTY_ROOT);
    for (const leaf of leaves) {
      frontier = growFrontier(frontier, leaf);
      expect(frontierRoot(frontier)).toBe(tree.root(frontier.size));
    }
  });

  it("goes on the same after it was stored and read back", () => {
    fc.assert(
      fc.property(fc.nat(120), fc.nat(120), (before, after) => {
        let frontier = leavesOf(before).reduce(growFrontier, emptyFrontier);
        frontier = StoredFrontier.parse(JSON.parse(JSON.stringify(frontier)));
        const rest = leavesOf(before + after).slice(before);
        expect(frontierRoot(rest.reduce(growFrontier, frontier))).toBe(
          frontierRoot(leavesOf(before + after).reduce(growFrontier, emptyFrontier)),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("is refused from storage when its hashes do not fit its size", () => {
    expect(StoredFrontier.safeParse({ size: 3, hashes: [leafAt(0)] }).success).toBe(false);
    expect(StoredFrontier.safeParse({ size: 3, hashes: [leafAt(0), leafAt(1)] }).success).toBe(true);
  });
});
