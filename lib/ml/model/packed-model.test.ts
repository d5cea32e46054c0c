import { describe, expect, it } from "vitest";
import { frameFromRows, frameToRows } from "../frame/frame-rows.ts";
import { trainModel } from "../learn/train-model.ts";
import { createRandom } from "../random.ts";
import { compileTrees } from "../score/compiled-trees.ts";
import { decodeModel } from "../score/decode-model.ts";
import { readTreeEnsemble } from "../score/decode-estimator.ts";
import type { TreeEnsemble } from "../score/estimator.ts";
import type { Model } from "../score/model-file.ts";
import {
  codeBits,
  codeBytes,
  decodeCodes,
  encodeCodes,
  encodeNumbers,
  isPacked,
} from "../score/packed-numbers.ts";
import type { PackedColumn, PackedTrees } from "../score/packed-trees.ts";
import { createScorer } from "../score/scorer.ts";
import { encodeModel } from "./encode-model.ts";
import { packEstimator } from "./pack-trees.ts";
import { sampleColumns, sampleEnsemble } from "./sample-ensembles.testing.ts";

const random = createRandom(5);
const frame = frameFromRows(
  Array.from({ length: 400 }, (_, row) => {
    const size = random.normal();
    const city = `city ${Math.floor(40 * random.uniform())}`;
    const noise = random.normal();
    return {
      size,
      city: row % 19 === 0 ? null : city,
      width: row % 13 === 0 ? null : random.normal(),
      answer: size + noise > 0 ? "yes" : "no",
      grade: size + noise > 0.7 ? "high" : size + noise > -0.7 ? "mid" : "low",
    };
  }),
);

function forest(target: "answer" | "grade", trees: number): Model {
  return trainModel({
    training: frame,
    target,
    algorithm: "random-forest",
    features: ["size", "city", "width"],
    seed: 1,
    parameters: { trees, minimalLeafRows: 1 },
  }).model;
}

const textOf = (model: Model): string => new TextDecoder().decode(encodeModel(model));

/** What a file holds in the place of its trees. */
const estimatorIn = (text: string) =>
  (JSON.parse(text) as { estimator: { trees?: unknown; packedTrees?: PackedTrees } }).estimator;

/** An ensemble of more than 20,000 nodes with splits of every kind. */
const large = sampleEnsemble({ seed: 3, rounds: 1500 });

interface PackedEnsemble extends Omit<TreeEnsemble, "trees"> {
  readonly packedTrees: PackedTrees;
}

/** The packed form of a large ensemble; only that has the key. */
const packed = (ensemble: TreeEnsemble): PackedEnsemble => {
  const form = packEstimator(ensemble) as PackedEnsemble;
  expect(form.packedTrees).toBeDefined();
  return form;
};

const read = (form: unknown): TreeEnsemble =>
  readTreeEnsemble({ value: JSON.parse(JSON.stringify(form)), path: "estimator" }, sampleColumns.length);

const column = (numbers: readonly number[]): PackedColumn => ({
  distinct: null,
  values: encodeNumbers(Float64Array.from(numbers)),
});
/** One split on a number, one on levels, and three leaves. */
const small: PackedEnsemble = {
  kind: "tree-ensemble",
  link: "identity",
  outputs: 1,
  base: [0],
  inputPrecision: "double",
  packedTrees: {
    copies: 1,
    nodeCounts: [5],
    feature: column([0, 2, -1, -1, -1]),
    cover: column([5, 3, 2, 1, 2]),
    threshold: column([1.5, 0]),
    missingLeft: column([1, 0]),
    gain: column([2, 1]),
    left: column([1, 2]),
    right: column([1, 1]),
    levelCounts: column([-1, 2]),
    levels: column([3, 5]),
    value: column([10, 20, 30]),
  },
};

describe("a large forest's model file", () => {
  it("packs its trees: it comes back the same, scores the same to the last bit, and has always the same bytes", () => {
    const model = forest("answer", 250);
    const text = textOf(model);
    expect(estimatorIn(text).trees).toBeUndefined();
    expect(text.length).toBeLessThan(JSON.stringify(model).length / 3);
    const back = decodeModel(text);
    expect(back).toEqual(model);
    expect(textOf(back)).toBe(text);
    expect(textOf(forest("answer", 250))).toBe(text);
    const score = (candidate: Model) => createScorer(candidate).scoreColumns(frame.columns, frame.rowCount);
    expect(score(back)).toEqual(score(model));
  });

  it("keeps the structure that the trees of all classes share once, in the file and in memory", () => {
    const model = forest("grade", 100);
    const text = textOf(model);
    expect(estimatorIn(text).packedTrees).toMatchObject({ copies: 3, nodeCounts: { length: 100 } });
    const back = decodeModel(text);
    expect(back).toEqual(model);
    const [first, second] = back.estimator.kind === "tree-ensemble" ? back.estimator.trees : [];
    expect(second!.feature).toBe(first!.feature);
    expect(second!.value).not.toEqual(first!.value);
  });

  it("is read as well when it lists its trees, as files did before, and then written packed", () => {
    const model = forest("answer", 250);
    const listed = JSON.stringify(model);
    expect(decodeModel(listed)).toEqual(model);
    expect(textOf(decodeModel(listed))).toBe(textOf(model));
  });

  it("of few nodes lists its trees", () => {
    expect(estimatorIn(textOf(forest("answer", 10))).packedTrees).toBeUndefined();
  });
});

describe("scoring trees", () => {
  it("gives a row alone the bits it gets among many, where trees share a structure too", () => {
    for (const model of [forest("grade", 20), forest("answer", 20)]) {
      const scorer = createScorer(model);
      const together = scorer.scoreRows(frameToRows(frame));
      const alone = frameToRows(frame).map((row) => scorer.scoreRows([row])[0]);
      expect(alone).toEqual(together);
    }
  });

  it("refuses a node below two others, which would be walked again and again", () => {
    const [tree] = read(small).trees;
    const twice = { ...large, trees: [{ ...tree!, left: [1, 2, -1, -1, -1], right: [1, 2, -1, -1, -1] }] };
    expect(() => compileTrees(twice)).toThrow(/below two others/);
  });
});

describe("packed trees", () => {
  it("bring back splits of every kind, level sets of many words included", () => {
    expect(read(packed(large))).toEqual(large);
  });

  it("of several outputs keep structures of their own where they differ", () => {
    const boosted = sampleEnsemble({ seed: 4, outputs: 3, link: "softmax", rounds: 500 });
    const form = packed(boosted);
    expect(form.packedTrees.copies).toBe(1);
    expect(read(form)).toEqual(boosted);
    const first = boosted.trees.find((tree) => tree.feature.length > 20);
    const levels = first!.categories.map((set) => (set === null ? null : [...set, 69]));
    const nearly = boosted.trees.map((_, index) =>
      index === 2
        ? { ...first!, categories: levels }
        : { ...first!, value: first!.value.map((one) => one * (index + 1)) },
    );
    const ensemble = { ...boosted, trees: nearly };
    expect(read(packed(ensemble))).toEqual(read(ensemble));
  });

  it("pack the members of a stack", () => {
    const member = { columns: [0, 1, 2], estimator: large };
    const stack = {
      kind: "stack",
      link: "identity",
      members: [member],
      combiner: [{ intercept: 0, terms: [[1]] }],
    } as const;
    expect(packEstimator(stack)).toMatchObject({
      members: [{ columns: [0, 1, 2], estimator: packed(large) }],
    });
  });

  it.each([
    ["a leaf with a gain", { gain: 1 }],
    ["a leaf with a threshold", { threshold: 2 }],
    ["a leaf with a side for missing values", { missingLeft: 1 as const }],
    ["a leaf with a child", { left: 7 }],
  ])("stay lists where another program wrote %s", (_, oddity) => {
    const [first] = large.trees;
    const leaf = first!.feature.indexOf(-1);
    const changed = Object.fromEntries(
      Object.entries(oddity).map(([key, value]) => [
        key,
        (first as unknown as Record<string, number[]>)[key]!.with(leaf, value),
      ]),
    );
    const ensemble = { ...large, trees: [{ ...first!, ...changed }, ...large.trees.slice(1)] };
    expect(packEstimator(ensemble)).toBe(ensemble);
  });

  it("are not written with numbers that are not finite", () => {
    const [first] = large.trees;
    const broken = (value: number) => ({
      ...large,
      trees: [{ ...first!, cover: first!.cover.with(0, value) }, ...large.trees.slice(1)],
    });
    for (const value of [NaN, Infinity]) {
      expect(() => read(packEstimator(broken(value)))).toThrow(/packedTrees\.cover\.values: finite numbers/);
    }
  });

  const damaged = (part: Partial<PackedTrees>) => ({
    ...small,
    packedTrees: { ...small.packedTrees, ...part },
  });

  it("are laid out as their description says", () => {
    expect(read(small).trees).toEqual([
      {
        feature: [0, 2, -1, -1, -1],
        threshold: [1.5, 0, 0, 0, 0],
        categories: [null, [3, 5], null, null, null],
        missingLeft: [1, 0, 0, 0, 0],
        left: [1, 3, -1, -1, -1],
        right: [2, 4, -1, -1, -1],
        value: [0, 0, 10, 20, 30],
        cover: [5, 3, 2, 1, 2],
        gain: [2, 1, 0, 0, 0],
      },
    ]);
  });

  const coded = (distinct: readonly number[], codes: readonly number[], bits: number): PackedColumn => ({
    distinct: encodeNumbers(Float64Array.from(distinct)),
    values: encodeCodes(Uint32Array.from(codes), bits),
  });

  it.each<[string, Partial<PackedTrees>, string]>([
    ["a column cut short", { cover: column([5, 3, 2, 1]) }, "cover.values: base64 of 5 float64"],
    ["codes cut short", { left: coded([1, 2], [], 1) }, "left.values: base64 of 2 codes of 1 bits"],
    ["a code that stands for nothing", { gain: coded([1, 2, 3], [0, 3], 2) }, "gain.values: codes below 3"],
    ["codes of nothing at all", { gain: coded([], [0, 0], 1) }, "gain.values: codes below 0"],
    ["text that is no base64", { gain: { distinct: null, values: "?" } }, "gain.values: base64"],
    ["half a number", { gain: { distinct: "AAAA", values: "AA==" } }, "gain.distinct: base64 of float64"],
    ["a threshold that is no number", { threshold: column([NaN, 0]) }, "threshold.values: finite numbers"],
    ["a value that is no number", { value: coded([1, NaN], [0, 1, 1], 1) }, "value.distinct: finite numbers"],
    ["a child that comes before", { left: column([0, 2]) }, "left.values: integers >= 1"],
    ["a right child that comes before", { right: column([1, -2]) }, "right[1]: a later node"],
    ["a child of two parents", { left: column([1, 1]), right: column([1, 0]) }, "left[1]: a node of its own"],
    ["a child outside", { left: column([1, 3]) }, "right[1]: a later node"],
    ["a feature outside", { feature: column([0, 3, -1, -1, -1]) }, "feature[1]: at most 2"],
    ["a broken feature", { feature: column([0.5, 2, -1, -1, -1]) }, "feature.values: integers >= -1"],
    ["more splits than leaves allow", { feature: column([0, 2, 1, -1, -1]) }, "one leaf more than splits"],
    ["an even number of nodes", { nodeCounts: [4] }, "nodeCounts[0]: an odd number"],
    ["a flag that is none", { missingLeft: column([1, 2]) }, "missingLeft.values: numbers 0 and 1"],
    ["a level below 0", { levels: column([3, -1]) }, "levels.values: integers >= 0"],
    ["a set larger than its levels", { levelCounts: column([-1, 3]) }, "levels.values: base64 of 3 float64"],
    ["copies of nothing", { copies: 2 }, "copies: 1 or 1 is expected"],
  ])("are refused with the place of the fault: %s", (_, part, message) => {
    try {
      read(damaged(part));
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "bad-model", message: expect.stringContaining(message) });
    }
  });

  it("and lists in one file are refused", () => {
    expect(() => read({ ...small, trees: [] })).toThrow(/unknown key "trees"/);
  });

  it("hold codes of any number of bits", () => {
    for (let bits = 1; bits <= 24; bits++) {
      const codes = Uint32Array.from([2 ** bits - 1, 0, 1, 2 ** (bits - 1), 2 ** bits - 1]);
      const text = encodeCodes(codes, bits);
      expect(isPacked(text, codeBytes(codes.length, bits))).toBe(true);
      expect(decodeCodes(text, codes.length, bits)).toEqual(codes);
    }
    expect([1, 2, 3, 256, 257].map(codeBits)).toEqual([1, 1, 2, 8, 9]);
  });
});
