import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createControl } from "../../control.ts";
import { frameFromRows } from "../../frame/frame-rows.ts";
import { renameColumns, selectColumns, sliceRows } from "../../frame/frame.ts";
import { adjustedPValues } from "../benjamini-hochberg.ts";
import { compareFrames } from "../compare-frames.ts";
import { classifyDomains } from "./domain-classifier.ts";
import { plantedFrame } from "./planted-frames.testing.ts";
import { reconstructionDrift } from "./reconstruction-error.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

const reference = plantedFrame({ rows: 1500, seed: 1 });
const same = plantedFrame({ rows: 1200, seed: 2 });
const flipped = plantedFrame({ rows: 1200, seed: 3, correlation: -0.8 });

function testsOfColumns(current: typeof same): number[] {
  const values = compareFrames(reference, current).columns.map(({ comparison }) =>
    comparison.kind === "numeric" ? comparison.ks.asymptoticP : comparison.chiSquared.p,
  );
  return adjustedPValues(values);
}

describe("a correlation that flips while no column moves", () => {
  it("is seen by no test of a single column", () => {
    expect(compareFrames(reference, flipped).verdict).toBe("stable");
    expect(Math.min(...testsOfColumns(flipped))).toBeGreaterThan(0.05);
  });

  it("is seen by the domain classifier, which names the two columns", () => {
    const { auc, p, importances } = classifyDomains(reference, flipped, { seed: 7 });
    expect(auc).toBeGreaterThan(0.75);
    expect(p).toBeLessThan(1e-20);
    expect(
      importances
        .slice(0, 2)
        .map(({ feature }) => feature)
        .toSorted(),
    ).toEqual(["left", "right"]);
    expect(importances[1]!.aucLoss).toBeGreaterThan(10 * Math.abs(importances[2]!.aucLoss));
  });

  it("is seen by the reconstruction error, which names the two columns", () => {
    const drift = reconstructionDrift(reference, flipped, { seed: 7 });
    expect(drift.isDrifted).toBe(true);
    expect(drift.error).toBeGreaterThan(drift.limits.high);
    expect(
      drift.columns
        .slice(0, 2)
        .map(({ column }) => column)
        .toSorted(),
    ).toEqual(["left", "right"]);
  });
});

describe("the domain classifier", () => {
  it("finds nothing between two draws of one source", () => {
    const { auc, p } = classifyDomains(reference, same, { seed: 7 });
    expect(Math.abs(auc - 0.5)).toBeLessThan(0.04);
    expect(p).toBeGreaterThan(0.01);
  });

  it("sees a shifted number and a shifted category, and names each first", () => {
    const number = classifyDomains(reference, plantedFrame({ rows: 1200, seed: 4, shift: 0.6 }), { seed: 7 });
    expect(number.importances[0]?.feature).toBe("third");
    expect(number.p).toBeLessThan(1e-6);
    const town = classifyDomains(reference, plantedFrame({ rows: 1200, seed: 5, town: 0.7 }), { seed: 7 });
    expect(town.importances[0]?.feature).toBe("town");
    expect(town.p).toBeLessThan(1e-6);
  });

  it("calls equal sources different about as often as its p-value says", () => {
    const values = Array.from({ length: 30 }, (_, draw) => {
      const [left, right] = [
        plantedFrame({ rows: 150, seed: 100 + draw }),
        plantedFrame({ rows: 150, seed: 900 + draw }),
      ];
      return classifyDomains(left, right, { seed: draw, folds: 3, columns: ["left", "right"] }).p;
    });
    expect(values.filter((p) => p < 0.05).length).toBeLessThanOrEqual(4);
    expect(values.filter((p) => p < 0.5).length).toBeGreaterThanOrEqual(6);
  });

  it("gives the same result for the same seed, and another for another", () => {
    const run = (seed: number) => classifyDomains(reference, same, { seed, maximalRows: 300, folds: 2 });
    expect(run(1)).toEqual(run(1));
    expect(run(1).auc).not.toBe(run(2).auc);
    expect(run(1).referenceRows).toBe(300);
  });

  it("leaves out with a reason what has no place in it, and refuses what it cannot judge", () => {
    const before = frameFromRows(
      Array.from({ length: 40 }, (_, row) => ({ a: row, b: 1, c: null, when: "2024-01-01" })),
    );
    const now = frameFromRows(
      Array.from({ length: 40 }, (_, row) => ({ a: row, b: "x", c: 1, when: "2025-01-01" })),
    );
    const { skipped } = classifyDomains(before, now, { seed: 1, folds: 2 });
    expect(skipped.map(({ column }) => column)).toEqual(["b", "c", "when"]);
    expect(() => classifyDomains(before, now, { seed: 1, columns: ["b"] })).toThrow(
      /No column can be compared/,
    );
    expect(() => classifyDomains(before, sliceRows(now, 0, 8), { seed: 1 })).toThrow(/8 rows; 25 are needed/);
  });

  it("stops when it is cancelled", () => {
    const control = createControl({ signal: AbortSignal.abort() });
    expect(() => classifyDomains(reference, same, { seed: 1, control })).toThrow(/cancelled/);
  });

  it("does not mind a column of the name it gives its target", () => {
    const named = (frame: typeof same) => renameColumns(frame, { third: "is current" });
    expect(classifyDomains(named(reference), named(same), { seed: 7 }).auc).toBeCloseTo(0.5, 1);
  });
});

describe("the reconstruction error", () => {
  it("finds nothing between draws of one source", () => {
    const drifted = Array.from({ length: 40 }, (_, draw) =>
      reconstructionDrift(reference, plantedFrame({ rows: 400, seed: 50 + draw }), { seed: draw }),
    ).filter(({ isDrifted }) => isDrifted);
    expect(drifted.length).toBeLessThanOrEqual(1);
  });

  it("explains at least the asked share of variance with as few components as do", () => {
    const { components, explainedVariance } = reconstructionDrift(reference, same, {
      seed: 1,
      explainedVariance: 0.65,
      columns: ["left", "right", "third"],
    });
    // Correlations of 0.8 give eigenvalues near 1.8, 1 and 0.2.
    expect(components).toBe(2);
    expect(explainedVariance).toBeGreaterThan(0.9);
  });

  it("refuses rows without any relation to keep", () => {
    const constant = frameFromRows(Array.from({ length: 40 }, () => ({ a: 1, b: "x" })));
    expect(() => reconstructionDrift(constant, constant, { seed: 1 })).toThrow(/No column varies/);
    expect(() => reconstructionDrift(reference, sliceRows(same, 0, 9), { seed: 1 })).toThrow(/9 rows/);
    expect(() =>
      reconstructionDrift(selectColumns(reference, ["left"]), selectColumns(same, ["town"]), { seed: 1 }),
    ).toThrow(/No column can/);
  });
});

describe("eigenvalues of a symmetric matrix", () => {
  // numpy.linalg.eigvalsh of the same matrix.
  it("agree with numpy", () => {
    const { values } = symmetricEigen(Float64Array.of(4, 1, -2, 1, 3, 0.5, -2, 0.5, 1), 3);
    const expected = [5.217955775144567, 3.034654141519038, -0.252609916663607];
    for (const [place, value] of expected.entries()) expect(values[place]).toBeCloseTo(value, 12);
  });

  it("give the matrix back with their orthonormal vectors", () => {
    const size = 6;
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 36, maxLength: 36 }),
        (cells) => {
          const matrix = Float64Array.from(
            cells,
            (_, place) => cells[place]! + cells[(place % size) * size + Math.floor(place / size)]!,
          );
          const { values, vectors } = symmetricEigen(matrix, size);
          for (let row = 0; row < size; row++) {
            for (let column = 0; column < size; column++) {
              const back = vectors.reduce(
                (sum, vector, place) => sum + values[place]! * vector[row]! * vector[column]!,
                0,
              );
              expect(Math.abs(back - matrix[row * size + column]!)).toBeLessThan(1e-10);
              const product = vectors[row]!.reduce(
                (sum, value, place) => sum + value * vectors[column]![place]!,
                0,
              );
              expect(Math.abs(product - (row === column ? 1 : 0))).toBeLessThan(1e-12);
            }
          }
        },
      ),
    );
  });
});
