import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyLink, marginFunction } from "../../score/margins.ts";
import { probeMatrix } from "../probe-matrix.ts";
import { sampleColumns, sampleEnsemble } from "../sample-ensembles.testing.ts";
import { exportLightgbm } from "./export-lightgbm.ts";
import { importLightgbm, lightgbmMatrix } from "./import-lightgbm.ts";

interface Recorded {
  readonly madeBy: string;
  readonly rows: readonly (readonly (number | null)[])[];
  readonly cases: readonly {
    readonly name: string;
    readonly model: string;
    /** LightGBM's raw scores and predictions: one list per row. */
    readonly raw: readonly (readonly number[])[];
    readonly predicted: readonly (readonly number[])[];
  }[];
}

// Written by LightGBM itself; record-fixture.py beside it says how.
const recorded = JSON.parse(
  readFileSync(new URL("lightgbm.fixture.json", import.meta.url), "utf8"),
) as Recorded;
const features = [0, 1, 2].map((index) =>
  Float64Array.from(recorded.rows, (row) => row[index] ?? Number.NaN),
);

describe("importLightgbm", () => {
  it.each(recorded.cases)("predicts what LightGBM predicted: $name", ({ model, raw, predicted }) => {
    const imported = importLightgbm(model);
    expect(imported.featureNames).toEqual(["first", "second", "third"]);
    const margins = marginFunction(imported.ensemble)(lightgbmMatrix(imported, features));
    // LightGBM's raw scores know nothing of the sigmoid's slope and are sums where predictions are means.
    const slope = Number(/sigmoid:(\d+)/.exec(model)?.[1] ?? 1);
    const rounds = model.includes("average_output") ? imported.ensemble.trees.length : 1;
    for (const [row, scores] of raw.entries()) {
      for (const [output, score] of scores.entries()) {
        expect((margins[output]![row]! * rounds) / slope).toBeCloseTo(score, 12);
      }
    }
    const values = applyLink(imported.ensemble.link, margins);
    for (const [row, wanted] of predicted.entries()) {
      for (const [output, value] of wanted.entries()) expect(values[output]![row]).toBeCloseTo(value, 12);
    }
  });

  it("knows each of LightGBM's missing types, and categories", () => {
    const of = (name: string) => importLightgbm(recorded.cases.find((one) => one.name.includes(name))!.model);
    expect(of("zeros missing").zeroIsMissing).toContain(true);
    expect(of("nothing missing").zeroIsMissing).toEqual([false, false, false]);
    expect(of("categories").isCategorical).toEqual([false, false, true]);
    const nothingMissing = of("nothing missing");
    // Where nothing is missing NaN is compared as 0, so the two rows are one to LightGBM.
    const pair = [Float64Array.of(NaN, 0), Float64Array.of(NaN, 0), Float64Array.of(1, 1)];
    const margin = marginFunction(nothingMissing.ensemble)(lightgbmMatrix(nothingMissing, pair))[0]!;
    expect(margin[0]).toBe(margin[1]);
  });

  const [first] = recorded.cases;
  it.each([
    ["another file", () => "hello", "begins with"],
    ["a file cut off", (text: string) => text.slice(0, text.length / 2), "cut off"],
    [
      "an unknown objective",
      (text: string) => text.replace("objective=binary", "objective=lambdarank"),
      "objective",
    ],
    ["linear leaves", (text: string) => text.replace("is_linear=0", "is_linear=1"), "linear models"],
    ["a missing list", (text: string) => text.replace("leaf_count=", "leaf_cont="), "leaf_count of tree 0"],
    [
      "a list too short",
      (text: string) => text.replace(/threshold=\S+ /, "threshold="),
      "threshold of tree 0",
    ],
    ["a circle", (text: string) => text.replace(/left_child=\S+/, "left_child=0"), "every node once"],
    [
      "a feature too many",
      (text: string) => text.replace(/split_feature=\S+/, "split_feature=9"),
      "features below 3",
    ],
  ])("refuses %s by name", (_, damage, part) => {
    const damaged = damage(first!.model);
    expect(damaged).not.toBe(first!.model);
    expect(() => importLightgbm(damaged)).toThrow(part);
  });

  it("wants as many features as the model reads", () => {
    expect(() => lightgbmMatrix(importLightgbm(first!.model), [])).toThrow(/reads 3 features, but 0/);
  });
});

describe("exportLightgbm", () => {
  const kinds = [
    { link: "identity", outputs: 1 },
    { link: "logit", outputs: 1 },
    { link: "log", outputs: 1 },
    { link: "softmax", outputs: 3 },
  ] as const;

  it.each(kinds)("comes back with every margin equal to the last bit: $link", (kind) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const ensemble = sampleEnsemble({ ...kind, seed });
        const back = importLightgbm(exportLightgbm(ensemble, sampleColumns));
        expect(back.ensemble.link).toBe(kind.link);
        const rows = probeMatrix(ensemble, sampleColumns, { rowCount: 300, seed: 1 });
        const columns = rows.columns.map((column) => column.values);
        expect(marginFunction(back.ensemble)(lightgbmMatrix(back, columns))).toEqual(
          marginFunction(ensemble)(rows),
        );
      }),
      { numRuns: 20 },
    );
  });

  it("names no objective for forests of probabilities, so that the sums stay as they are", () => {
    const ensemble = sampleEnsemble({ seed: 1, link: "probability", outputs: 3 });
    const text = exportLightgbm(ensemble, sampleColumns);
    expect(text).not.toContain("objective=");
    expect(importLightgbm(text).ensemble).toMatchObject({ link: "identity", outputs: 3 });
  });

  it("keeps the covers in proportion as row counts, by which LightGBM explains", () => {
    const ensemble = sampleEnsemble({ seed: 2, rounds: 1 });
    const back = importLightgbm(exportLightgbm({ ...ensemble, base: [0] }, sampleColumns)).ensemble.trees[0]!;
    const share = (tree: typeof back) => tree.cover[tree.left[0]!]! / tree.cover[0]!;
    const isExchanged = ensemble.trees[0]!.categories[0] !== null && ensemble.trees[0]!.missingLeft[0] === 1;
    const wanted = share(ensemble.trees[0]!);
    expect(share(back)).toBeCloseTo(isExchanged ? 1 - wanted : wanted, 7);
  });

  it("states the size of each tree in bytes, which LightGBM jumps by", () => {
    const text = exportLightgbm(sampleEnsemble({ seed: 2 }), sampleColumns);
    const sizes = /tree_sizes=(.*)/.exec(text)![1]!.split(" ").map(Number);
    let place = text.indexOf("Tree=0");
    for (const [index, size] of sizes.entries()) {
      expect(text.startsWith(`Tree=${index}\n`, place)).toBe(true);
      place += size;
    }
    expect(text.startsWith("end of trees", place)).toBe(true);
  });

  it("refuses trees that compare in float32, which LightGBM does not", () => {
    expect(() => exportLightgbm(sampleEnsemble({ seed: 1, precision: "single" }), sampleColumns)).toThrow(
      /Export them as XGBoost JSON/,
    );
  });
});
