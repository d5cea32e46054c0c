import { describe, expect, it } from "vitest";
import { selectRows } from "../frame/frame.ts";
import { frameFromRows } from "../frame/frame-rows.ts";
import { trainModel } from "../learn/train-model.ts";
import { createRandom } from "../random.ts";
import { createScorer } from "../score/scorer.ts";
import type { Matrix } from "../score/preparation.ts";
import { coalitionGame, type CoalitionGame } from "./coalition-game.ts";
import { explainModel } from "./explain-model.ts";
import { kernelShap } from "./kernel-shap.ts";
import { permutationShap } from "./permutation-shap.ts";

const WIDTH = 8;
const random = createRandom(5);
const numbers = (rowCount: number): Matrix => ({
  rowCount,
  columns: Array.from({ length: WIDTH }, (_, index) => ({
    name: `f${index}`,
    source: `f${index}`,
    levels: null,
    values: Float64Array.from({ length: rowCount }, () => random.normal()),
  })),
});

/** A smooth function with interactions of every degree, no tree and not linear. */
const predict = ({ rowCount, columns }: Matrix): Float64Array[] => {
  const at = (row: number, index: number): number => columns[index]!.values[row]!;
  const value = (row: number): number =>
    at(row, 0) * at(row, 1) * at(row, 4) +
    Math.sin(at(row, 2) + at(row, 3)) +
    Math.exp(-(at(row, 4) ** 2)) * at(row, 5) +
    0.5 * at(row, 6);
  const first = Float64Array.from({ length: rowCount }, (_, row) => value(row));
  return [first, first.map((one) => 1 - one)];
};

const gameOf = (rowCount: number): CoalitionGame =>
  coalitionGame({ matrix: numbers(rowCount), background: numbers(30), predict, outputs: 2 });
const game = gameOf(3);
const exact = kernelShap(game, { seed: 0, coalitions: 256 });

describe("kernelShap", () => {
  it("goes through all coalitions where they are few, and is then the definition: symmetric, idle features exactly 0", () => {
    expect(exact.standardErrors).toBeNull();
    for (const [output, values] of exact.values.entries()) {
      for (let row = 0; row < 3; row++) {
        const own = values.subarray(row * WIDTH, (row + 1) * WIDTH);
        expect(own[7]).toBe(0);
        const total = own.reduce((sum, value) => sum + value, exact.expected[output]!);
        expect(total).toBeCloseTo(game.full(row)[output]!, 12);
      }
    }
    for (const [place, value] of exact.values[0]!.entries())
      expect(exact.values[1]![place]).toBeCloseTo(-value, 12);
  });

  it("comes near the exact values when it samples, within its own standard errors, for the same seed the same", () => {
    const options = { seed: 4, coalitions: 1200, isExactAllowed: false };
    const sampled = kernelShap(game, options);
    expect(kernelShap(game, options)).toEqual(sampled);
    let squares = 0;
    let count = 0;
    for (const [output, values] of sampled.values.entries()) {
      for (const [place, value] of values.entries()) {
        const error = sampled.standardErrors![output]![place]!;
        expect(error).toBeLessThan(0.1);
        squares += ((value - exact.values[output]![place]!) / Math.max(error, 1e-9)) ** 2;
        count++;
      }
      for (let row = 0; row < 3; row++) {
        const own = values.subarray(row * WIDTH, (row + 1) * WIDTH);
        const total = own.reduce((sum, one) => sum + one, sampled.expected[output]!);
        expect(total).toBeCloseTo(game.full(row)[output]!, 12);
      }
    }
    // Errors in units of their standard error: about 1 on average.
    expect(squares / count).toBeLessThan(2.5);
    expect(squares / count).toBeGreaterThan(0.2);
  });

  it("explains a row alike alone and among others", () => {
    const matrix = numbers(4);
    const background = numbers(10);
    const whole = coalitionGame({ matrix, background, predict, outputs: 2 });
    const columns = matrix.columns.map((column) => ({ ...column, values: column.values.slice(2, 3) }));
    const alone = coalitionGame({ matrix: { rowCount: 1, columns }, background, predict, outputs: 2 });
    const options = { seed: 1, coalitions: 100 };
    const [all, one] = [kernelShap(whole, options), kernelShap(alone, options)];
    expect(Array.from(one.values[0]!)).toEqual(Array.from(all.values[0]!.subarray(2 * WIDTH, 3 * WIDTH)));
  });

  it("refuses too few coalitions and says how many it takes", () => {
    expect(() => kernelShap(game, { seed: 0, coalitions: 20, isExactAllowed: false })).toThrow(/at least 32/);
    const background = { ...numbers(0), rowCount: 0 };
    expect(() => coalitionGame({ matrix: numbers(1), background, predict, outputs: 2 })).toThrow(/no rows/);
  });
});

describe("permutationShap", () => {
  it("adds up exactly, and comes nearer with more orders", () => {
    const distance = (permutations: number): number => {
      const { values, expected } = permutationShap(game, { seed: 2, permutations });
      for (let row = 0; row < 3; row++) {
        const own = values[0]!.subarray(row * WIDTH, (row + 1) * WIDTH);
        expect(own.reduce((sum, one) => sum + one, expected[0]!)).toBeCloseTo(game.full(row)[0]!, 12);
      }
      return values[0]!.reduce((sum, value, place) => sum + Math.abs(value - exact.values[0]![place]!), 0);
    };
    expect(distance(200)).toBeLessThan(distance(2));
    expect(distance(200)).toBeLessThan(0.5);
  });

  it("is exact for interactions of two features, from the first two orders on", () => {
    const pairs = ({ rowCount, columns }: Matrix): Float64Array[] => [
      Float64Array.from(
        { length: rowCount },
        (_, row) => columns[0]!.values[row]! * columns[1]!.values[row]! - columns[2]!.values[row]!,
      ),
    ];
    const request = { matrix: numbers(2), background: numbers(5), predict: pairs, outputs: 1 };
    const estimated = permutationShap(coalitionGame(request), { seed: 0, permutations: 2 });
    const definition = kernelShap(coalitionGame(request), { seed: 0 });
    for (const [place, value] of definition.values[0]!.entries()) {
      expect(estimated.values[0]![place]).toBeCloseTo(value, 12);
      expect(estimated.standardErrors![0]![place]).toBeLessThan(1e-6);
    }
  });
});

const rows = Array.from({ length: 300 }, (_, row) => {
  const [x, y] = [random.normal(), random.normal()];
  const town = ["Bonn", "Lyon", "Rome"][row % 3]!;
  return {
    x: row % 11 === 0 ? null : x,
    y,
    town,
    won: x * y + (town === "Rome" ? 1 : 0) + 0.2 * random.normal() > 0.3 ? "yes" : "no",
  };
});
const frame = frameFromRows(rows);
const trained = (algorithm: "gradient-boosting" | "linear") =>
  trainModel({
    training: frame,
    target: "won",
    algorithm,
    features: ["x", "y", "town"],
    seed: 0,
    ...(algorithm === "linear" ? {} : { parameters: { rounds: 20 } }),
  }).model;
const background = selectRows(
  frame,
  Array.from({ length: 40 }, (_, row) => row * 7),
);

describe("explainModel by its predictions alone", () => {
  it("agrees with exact interventional TreeSHAP for trees", () => {
    const model = trained("gradient-boosting");
    const common = { background, maximalRows: 12, seed: 3 } as const;
    const exactly = explainModel(model, frame, { ...common, method: "tree-interventional" });
    const kernel = explainModel(model, frame, { ...common, method: "kernel" });
    expect(kernel).toMatchObject({
      method: "kernel-shap",
      space: "log-odds",
      isExact: true,
      background: { rows: 40, source: "given rows" },
      additivity: { holds: true },
    });
    for (const [place, value] of exactly.contributions[0]!.entries()) {
      expect(Math.abs(kernel.contributions[0]![place]! - value)).toBeLessThan(1e-9);
    }
  });

  it("agrees with linear SHAP when the background is the training rows", () => {
    const model = trained("linear");
    const options = { background: frame, backgroundRows: 300, maximalRows: 8 };
    const closed = explainModel(model, frame, options);
    const kernel = explainModel(model, frame, { ...options, method: "kernel" });
    expect(closed.method).toBe("linear-shap");
    for (const [place, value] of closed.contributions[0]!.entries()) {
      expect(Math.abs(kernel.contributions[0]![place]! - value)).toBeLessThan(1e-9);
    }
  });

  it.each(["kernel", "permutation"] as const)(
    "explains probabilities with %s, adding up to the score",
    (method) => {
      const model = trained("gradient-boosting");
      const explanation = explainModel(model, frame, {
        method,
        space: "probability",
        maximalRows: 6,
        backgroundRows: 20,
      });
      expect(explanation).toMatchObject({
        space: "probability",
        background: { rows: 20, source: "sample of the rows to explain" },
        additivity: { holds: true },
      });
      const scored = createScorer(model).scoreColumns(frame.columns, frame.rowCount);
      if (scored.kind !== "binary") expect.unreachable();
      for (const [place, row] of explanation.rows.entries()) {
        expect(explanation.margins[0]![place]).toBe(scored.probability[row]);
      }
    },
  );

  it("explains any estimator by its predictions: nearest neighbours by the kernel, adding up to the share of neighbours", () => {
    const { model } = trainModel({
      training: frame,
      target: "won",
      algorithm: "nearest-neighbours",
      features: ["x", "y", "town"],
      seed: 0,
    });
    const explanation = explainModel(model, frame, { maximalRows: 5, backgroundRows: 20 });
    expect(explanation).toMatchObject({ method: "kernel-shap", space: "probability", isExact: true });
    expect(explanation.additivity.holds).toBe(true);
    expect(explanation.importance[0]!.meanAbsolute).toBeGreaterThan(0);
  });

  it("explains calibrated probabilities, which are what the model answers", () => {
    const model = {
      ...trained("linear"),
      calibration: { kind: "temperature", temperature: 2.5 },
    } as const;
    const options = { method: "kernel", space: "probability", maximalRows: 4, backgroundRows: 10 } as const;
    const explanation = explainModel(model, frame, options);
    const scored = createScorer(model).scoreColumns(frame.columns, frame.rowCount);
    if (scored.kind !== "binary") expect.unreachable();
    for (const [place, row] of explanation.rows.entries()) {
      expect(explanation.margins[0]![place]).toBe(scored.probability[row]);
    }
    expect(explanation.additivity.holds).toBe(true);
  });

  it("refuses methods, spaces and interactions that the estimator does not allow", () => {
    const model = trained("linear");
    const explain = (options: Parameters<typeof explainModel>[2]) => () =>
      explainModel(model, frame, options);
    expect(explain({ method: "tree-interventional" })).toThrow(/this one is linear. Use auto/);
    expect(explain({ space: "probability" })).toThrow(/kernel and permutation/);
    expect(explain({ interactionRows: 3 })).toThrow(/tree-path-dependent/);
  });

  it("gives interactions over raw features whose rows sum to the contributions", () => {
    const explanation = explainModel(trained("gradient-boosting"), frame, {
      maximalRows: 20,
      interactionRows: 5,
    });
    const width = explanation.features.length;
    expect(explanation.interactions?.rows).toBe(5);
    const [values] = explanation.interactions!.values;
    for (let place = 0; place < 5 * width; place++) {
      const line = values!.subarray(place * width, (place + 1) * width);
      expect(line.reduce((sum, value) => sum + value, 0)).toBeCloseTo(
        explanation.contributions[0]![place]!,
        10,
      );
    }
  });
});
