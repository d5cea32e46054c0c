import { describe, expect, it } from "vitest";
import { MlError } from "../../score/ml-error.ts";
import { createRandom } from "../../random.ts";
import type { Matrix } from "../../score/preparation.ts";
import { boostingParameters } from "./boosting-parameters.ts";
import { trainBoosting, type BoostingRequest } from "./train-boosting.ts";
import { CHUNK } from "./training-memory.ts";

/** More rows than a chunk, so that every kind of job has several items. */
const ROWS = CHUNK + 20_000;
const COLUMNS = 13;

const random = createRandom(3);
const matrix: Matrix = {
  rowCount: ROWS,
  columns: Array.from({ length: COLUMNS }, (_, index) => {
    const isCategory = index % 4 === 3;
    const values = Float64Array.from({ length: ROWS }, () => {
      if (random.uniform() < 0.05) return NaN;
      return isCategory ? random.integer(9) : random.normal();
    });
    const levels = isCategory ? Array.from({ length: 9 }, (_level, code) => `l${code}`) : null;
    return { name: `c${index}`, source: `c${index}`, levels, values };
  }),
};

function request(options: Partial<BoostingRequest>): BoostingRequest {
  const classes = options.loss === "softmax" ? 3 : 2;
  const target = Float64Array.from({ length: ROWS }, (_, row) => {
    const signal = matrix.columns[0]!.values[row]! + (matrix.columns[3]!.values[row]! > 4 ? 1 : 0);
    const value = (Number.isNaN(signal) ? 0 : signal) + ((row * 7919) % 1000) / 500;
    return options.loss === "squared" ? value : Math.max(0, Math.min(classes - 1, Math.floor(value)));
  });
  return {
    training: { matrix, target, weights: null },
    validation: null,
    loss: "logistic",
    classCount: classes,
    parameters: boostingParameters({ rounds: 4, featureFraction: 0.8 }),
    seed: 1,
    ...options,
  };
}

describe("boosting on several threads", () => {
  it.each(["logistic", "squared", "softmax"] as const)(
    "gives the same bytes and history with 1, 2 and 4 threads: %s",
    (loss) => {
      const results = [1, 2, 4].map((threads) => JSON.stringify(trainBoosting(request({ loss, threads }))));
      expect(results[1]).toBe(results[0]);
      expect(results[2]).toBe(results[0]);
    },
  );

  it("samples rows and weighs them alike on any number of threads", () => {
    const weights = Float64Array.from({ length: ROWS }, (_, row) => (row % 3) / 2);
    const parameters = boostingParameters({ rounds: 3, rowFraction: 0.9 });
    const results = [1, 3].map((threads) => {
      const base = request({ threads, parameters });
      return JSON.stringify(trainBoosting({ ...base, training: { ...base.training, weights } }));
    });
    expect(results[1]).toBe(results[0]);
  });

  it("stops in the middle of a tree when its control says so", () => {
    let asked = 0;
    const control = {
      report: () => {},
      throwIfCancelled: () => {
        asked++;
        if (asked > 12) throw new MlError("cancelled", "stop");
      },
    };
    expect(() => trainBoosting(request({ threads: 2, control }))).toThrow("stop");
  });
});
