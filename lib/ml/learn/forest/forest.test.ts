import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Control } from "../../control.ts";
import { treeShap } from "../../explain/tree-shap.ts";
import { MlError } from "../../score/ml-error.ts";
import { marginFunction } from "../../score/margins.ts";
import type { Matrix } from "../../score/preparation.ts";
import { forestParameters } from "./forest-parameters.ts";
import { drawnRows, fit, FORESTS, levels, matrixOf, numbers, predict, PROBLEMS } from "./forest.testing.ts";

const CASES = FORESTS.flatMap((algorithm) => PROBLEMS.map((problem) => ({ algorithm, problem })));

function repeatRows(matrix: Matrix, rows: readonly number[]): Matrix {
  const columns = matrix.columns.map((column) => ({
    ...column,
    values: Float64Array.from(rows, (row) => column.values[row]!),
  }));
  return { rowCount: rows.length, columns };
}

describe("forests", () => {
  it.each(CASES)("$algorithm learns what a $problem target depends on", ({ algorithm, problem }) => {
    const { matrix, targets } = drawnRows(1500, 1);
    const test = drawnRows(500, 2);
    const grown = fit(
      matrix,
      { target: targets[problem], problem },
      { algorithm, stated: { minimalLeafRows: 8 } },
    );
    const outputs = predict(grown, test.matrix);
    const wrong = test.targets[problem].reduce((sum, actual, row) => {
      if (problem === "regression") return sum + (actual - outputs[0]![row]!) ** 2;
      const shares =
        problem === "binary"
          ? [1 - outputs[0]![row]!, outputs[0]![row]!]
          : outputs.map((output) => output[row]!);
      return sum + (shares.indexOf(Math.max(...shares)) === actual ? 0 : 1);
    }, 0);
    // The noise alone gives a mean squared error of 0.25; guessing the largest class is wrong for 4 rows in 10 and more.
    expect(wrong / 500).toBeLessThan(problem === "regression" ? 0.55 : 0.25);
  });

  it.each(CASES)("$algorithm gives shares or means of a $problem target", ({ algorithm, problem }) => {
    const { matrix, targets } = drawnRows(300, 3);
    const target = targets[problem];
    const { ensemble, ...rest } = fit(matrix, { target, problem }, { algorithm, stated: {} });
    const outputs = predict({ ensemble, ...rest }, matrix);
    const [least, most] = [Math.min(...target), Math.max(...target)];
    for (const row of target.keys()) {
      const values = outputs.map((output) => output[row]!);
      if (problem === "multiclass") expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
      else expect(values[0]! >= least - 1e-12 && values[0]! <= most + 1e-12).toBe(true);
    }
    expect(ensemble.link).toBe(problem === "regression" ? "identity" : "probability");
  });

  it.each(CASES)(
    "$algorithm gives the same bytes for a seed and others for another: $problem",
    ({ algorithm, problem }) => {
      const { matrix, targets } = drawnRows(400, 4);
      const bytes = (seed: number): string =>
        JSON.stringify(
          fit(
            matrix,
            { target: targets[problem], problem },
            { algorithm, seed, stated: { maximalFeatures: 0.5 } },
          ),
        );
      expect(bytes(7)).toBe(bytes(7));
      expect(bytes(7)).not.toBe(bytes(8));
    },
  );

  it.each(PROBLEMS)("grows the same bytes on 1, 2 and 4 threads: %s", (problem) => {
    const { matrix, targets } = drawnRows(13_000, 5);
    const stated = { trees: 40, maximalDepth: 6 };
    const bytes = [1, 2, 4].map((threads) => {
      const result = fit(matrix, { target: targets[problem], problem }, { threads, stated });
      expect(result.outOfBag?.rows).toBe(13_000);
      return JSON.stringify(result);
    });
    expect(bytes[1]).toBe(bytes[0]);
    expect(bytes[2]).toBe(bytes[0]);
  });

  it("grows the first trees of a larger forest into a smaller one", () => {
    const { matrix, targets } = drawnRows(300, 6);
    const problem = "regression" as const;
    const [few, many] = [3, 6].map(
      (trees) => fit(matrix, { target: targets.regression, problem }, { stated: { trees } }).ensemble.trees,
    );
    for (const [index, tree] of few!.entries()) {
      expect(many![index]!.threshold).toEqual(tree.threshold);
      expect(many![index]!.cover).toEqual(tree.cover);
    }
  });

  it("stops when its control says so, on one thread and on several, and reports every tree", () => {
    const { matrix, targets } = drawnRows(13_000, 7);
    for (const threads of [1, 3]) {
      let done = 0;
      const control: Control = {
        throwIfCancelled: () => {
          if (done >= 5) throw new MlError("cancelled", "stop");
        },
        report: (progress) => {
          expect(progress).toMatchObject({ stage: "train", total: 4000 });
          done = progress.done;
        },
      };
      const train = () =>
        fit(
          matrix,
          { target: targets.binary, problem: "binary" },
          { threads, control, stated: { trees: 4000 } },
        );
      expect(train).toThrow(/stop/);
      expect(done).toBeLessThan(100);
    }
  });

  it.each(["decision-tree", "extra-trees"] as const)(
    "takes whole weights as repeated rows: %s",
    (algorithm) => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 1000 }), fc.constantFrom(...PROBLEMS), (seed, problem) => {
          const { matrix, targets } = drawnRows(60, seed);
          const target = targets[problem];
          const weights = Float64Array.from(target, (_, row) => row % 4);
          const rows = Array.from(target.keys()).flatMap((row) => Array.from({ length: row % 4 }, () => row));
          const stated = { ...(algorithm === "extra-trees" ? { trees: 5 } : {}), maximalDepth: 3 };
          const weighted = fit(matrix, { target, problem }, { algorithm, weights, stated });
          const repeated = fit(
            repeatRows(matrix, rows),
            { target: rows.map((row) => target[row]!), problem },
            { algorithm, stated },
          );
          // Rows of weight 0 shape the bins only, so thresholds may lie elsewhere in the gaps between rows that count.
          const known = rows.filter((row, place) => row !== rows[place - 1]);
          const [left, right] = [
            predict(weighted, repeatRows(matrix, known)),
            predict(repeated, repeatRows(matrix, known)),
          ];
          for (const [output, values] of left.entries()) {
            for (const [place, value] of values.entries())
              expect(value).toBeCloseTo(right[output]![place]!, 9);
          }
        }),
        { numRuns: 20 },
      );
    },
  );

  it("adds up its SHAP contributions to the predicted probability", () => {
    for (const problem of PROBLEMS) {
      const { matrix, targets } = drawnRows(400, 9);
      const { ensemble } = fit(
        matrix,
        { target: targets[problem], problem },
        { stated: { trees: 10, maximalDepth: 5 } },
      );
      const rows = repeatRows(
        matrix,
        Array.from({ length: 40 }, (_, row) => row),
      );
      const margins = marginFunction(ensemble)(rows);
      const { expected, values } = treeShap(ensemble, rows);
      for (const [output, margin] of margins.entries()) {
        for (let row = 0; row < 40; row++) {
          const parts = values[output]!.subarray(row * 4, row * 4 + 4);
          const sum = parts.reduce((total, part) => total + part, expected[output]!);
          expect(Math.abs(sum - margin[row]!)).toBeLessThan(1e-9);
        }
      }
    }
  });

  it("judges itself on the rows that trees did not see", () => {
    const { matrix, targets } = drawnRows(1500, 10);
    const noise = drawnRows(1500, 11).targets.binary;
    const judged = fit(matrix, { target: targets.binary, problem: "binary" });
    const fooled = fit(matrix, { target: noise, problem: "binary" });
    const valued = fit(matrix, { target: targets.regression, problem: "regression" });
    expect(judged.outOfBag).toMatchObject({ rows: 1500, r2: null });
    expect(judged.outOfBag!.accuracy).toBeGreaterThan(0.8);
    expect(fooled.outOfBag!.accuracy).toBeLessThan(0.65);
    expect(valued.outOfBag!.r2).toBeGreaterThan(0.7);
    expect(
      fit(matrix, { target: noise, problem: "binary" }, { algorithm: "extra-trees" }).outOfBag,
    ).toBeNull();
  });
});

describe("the limits of trees", () => {
  it("are kept: leaves, depth and rows per leaf, depth-first and best-first", () => {
    const { matrix, targets } = drawnRows(300, 12);
    const limits = fc.record({
      maximalLeaves: fc.option(fc.integer({ min: 2, max: 40 })),
      maximalDepth: fc.option(fc.integer({ min: 1, max: 8 })),
      minimalLeafRows: fc.integer({ min: 1, max: 40 }),
      maximalFeatures: fc.constantFrom("sqrt", "log2", 0.5, 1),
      rowFraction: fc.constantFrom(1, 0.5),
      bootstrap: fc.boolean(),
    });
    fc.assert(
      fc.property(limits, fc.constantFrom(...PROBLEMS), (stated, problem) => {
        const { ensemble } = fit(
          matrix,
          { target: targets[problem], problem },
          { stated: { ...stated, trees: 2 } },
        );
        for (const tree of ensemble.trees) {
          const depths = [0];
          for (const [node, feature] of tree.feature.entries()) {
            if (feature < 0) continue;
            const [left, right] = [tree.left[node]!, tree.right[node]!];
            depths[left] = depths[right] = depths[node]! + 1;
            expect(tree.cover[left]! + tree.cover[right]!).toBeCloseTo(tree.cover[node]!, 9);
          }
          const leaves = tree.feature.filter((feature) => feature < 0).length;
          expect(leaves).toBeLessThanOrEqual(stated.maximalLeaves ?? 300);
          expect(Math.max(...depths)).toBeLessThanOrEqual(stated.maximalDepth ?? 300);
          expect(Math.min(...tree.cover)).toBeGreaterThanOrEqual(stated.minimalLeafRows);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("are refused by name when they cannot be", () => {
    const choice = { algorithm: "random-forest", problem: "binary" } as const;
    const refuse = (given: Record<string, unknown>) => () => forestParameters(given, choice);
    expect(refuse({ trees: 0 })).toThrow(/"trees" is 0; it must be an integer from 1/);
    expect(refuse({ rounds: 3 })).toThrow(/no parameter "rounds".*It has: trees/);
    expect(refuse({ maximalFeatures: "half" })).toThrow(/"maximalFeatures" is "half"; it takes "sqrt"/);
    expect(refuse({ maximalFeatures: 1.5 })).toThrow(/"maximalFeatures" is 1.5/);
    expect(refuse({ bootstrap: "yes" })).toThrow(/"bootstrap" is "yes"; it takes true or false/);
    expect(refuse({ minimalLeafRows: "2" })).toThrow(/"minimalLeafRows" is "2"; it takes a number/);
    expect(() => forestParameters({ trees: 5 }, { ...choice, algorithm: "decision-tree" })).toThrow(
      /"trees"/,
    );
    expect(forestParameters({ bootstrap: 0, trees: null }, choice)).toMatchObject({
      bootstrap: false,
      trees: 100,
    });
  });
});

describe("forests on odd data", () => {
  it.each(CASES)(
    "$algorithm takes 1 row, 3 rows and constant or empty columns: $problem",
    ({ algorithm, problem }) => {
      const target = problem === "regression" ? [1, 2, 4] : problem === "binary" ? [0, 1, 1] : [0, 1, 2];
      const about = { problem, target };
      const stated = algorithm === "random-forest" ? { bootstrap: false } : {};
      const three = fit(matrixOf(numbers("x", [1, 2, 3])), about, { algorithm, stated });
      const shown = predict(three, matrixOf(numbers("x", [1, 2, 3])));
      const expected =
        problem === "multiclass"
          ? [
              [1, 0, 0],
              [0, 1, 0],
              [0, 0, 1],
            ]
          : [target];
      for (const [output, values] of expected.entries()) {
        for (const [row, value] of values.entries()) expect(shown[output]![row]).toBeCloseTo(value, 12);
      }
      const mean = target.reduce((sum, value) => sum + value, 0) / 3;
      for (const column of [
        numbers("x", [5, 5, 5]),
        numbers("x", [NaN, NaN, NaN]),
        levels("x", [0, 0, 0], 1),
      ]) {
        const flat = predict(fit(matrixOf(column), about, { algorithm, stated }), matrixOf(column));
        if (problem === "multiclass") for (const output of flat) expect(output[0]).toBeCloseTo(1 / 3, 12);
        else expect(flat[0]![0]).toBeCloseTo(mean, 12);
      }
      const alone = fit(matrixOf(numbers("x", [1])), { target: [1], problem }, { algorithm, stated });
      expect(predict(alone, matrixOf(numbers("x", [NaN]))).at(-1)![0]).toBeCloseTo(1, 12);
    },
  );

  it("learns the side of missing cells: against all numbers, among them and among levels", () => {
    const target = [0, 0, 0, 0, 1, 1];
    const stated = { minimalLeafRows: 1 };
    const columns = [
      numbers("apart", [1, 2, 3, 4, NaN, NaN]),
      numbers("with the large", [1, 2, 3, 4, 9, NaN]),
      numbers("with the small", [4, 5, 6, 7, 1, NaN]),
      numbers("beside +Infinity", [1, 2, 3, Infinity, NaN, NaN]),
      levels("a level", [0, 1, 2, 1, NaN, NaN], 3),
    ];
    for (const column of columns) {
      const tree = fit(
        matrixOf(column),
        { target, problem: "binary" },
        { algorithm: "decision-tree", stated },
      );
      expect(predict(tree, matrixOf(column))[0]).toEqual(target);
      expect(tree.ensemble.trees[0]!.feature).toHaveLength(3);
    }
  });

  it("parts infinite values by finite thresholds", () => {
    const column = numbers("x", [-Infinity, -1, 1, Infinity, NaN]);
    const target = [0, 1, 2, 3, 4];
    for (const algorithm of FORESTS) {
      const stated = algorithm === "random-forest" ? { bootstrap: false } : {};
      const grown = fit(matrixOf(column), { target, problem: "regression" }, { algorithm, stated });
      expect(grown.ensemble.trees.every((tree) => tree.threshold.every(Number.isFinite))).toBe(true);
      for (const [row, value] of predict(grown, matrixOf(column))[0]!.entries())
        expect(value).toBeCloseTo(target[row]!, 9);
    }
  });

  it("finds the best set of levels for values and for two classes, and parts several classes at once", () => {
    const codes = Array.from({ length: 240 }, (_, row) => row % 8);
    const column = levels("c", codes, 8);
    const odd = codes.map((code) => code % 2);
    const stump = { algorithm: "decision-tree", stated: { maximalDepth: 1 } } as const;
    expect(
      predict(fit(matrixOf(column), { target: odd, problem: "binary" }, stump), matrixOf(column))[0],
    ).toEqual(odd);
    const three = codes.map((code) => [0, 2, 1, 0, 2, 1, 0, 2][code]!);
    const tree = fit(
      matrixOf(column),
      { target: three, problem: "multiclass" },
      { algorithm: "decision-tree", stated: { maximalLeaves: 3 } },
    );
    const outputs = predict(tree, matrixOf(column));
    for (const [row, label] of three.entries()) expect(outputs[label]![row]).toBe(1);
  });

  it("goes on splitting where no single split gains: exclusive or", () => {
    const matrix = matrixOf(numbers("a", [0, 0, 1, 1]), numbers("b", [0, 1, 0, 1]));
    const target = [0, 1, 1, 0];
    const tree = fit(matrix, { target, problem: "binary" }, { algorithm: "decision-tree" });
    expect(predict(tree, matrix)[0]).toEqual(target);
  });

  it("refuses no rows, a target that is not finite, and too many levels", () => {
    expect(() => fit(matrixOf(numbers("x", [])), { target: [], problem: "binary" })).toThrow(/no rows/);
    expect(() => fit(matrixOf(numbers("x", [1, 2])), { target: [1, NaN], problem: "regression" })).toThrow(
      /row 1/,
    );
    expect(() => fit(matrixOf(levels("c", [0, 1], 300)), { target: [0, 1], problem: "binary" })).toThrow(
      /300 categories/,
    );
  });
});
