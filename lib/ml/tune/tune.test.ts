import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ALGORITHMS } from "../learn/fit-estimator.ts";
import { cancelledError } from "../control.ts";
import { frameFromRows } from "../frame/frame-rows.ts";
import { createRandom } from "../random.ts";
import { crossValidate } from "../validate/cross-validate.ts";
import { defaultSpace } from "./default-spaces.ts";
import { dimensionNames, pointAt, spaceSize, type SearchSpace } from "./search-space.ts";
import { randomPoint, suggestPoint, type TriedPoint } from "./suggest-point.ts";
import { tuneModel, type TuneOptions } from "./tune-model.ts";

const random = createRandom(11);
const rows = Array.from({ length: 240 }, () => {
  const x = random.normal();
  const z = random.normal();
  return {
    x,
    z,
    noise: random.normal(),
    y: x * z + 0.3 * random.normal() > 0 ? "yes" : "no",
    amount: 2 * x + z,
  };
});
const frame = frameFromRows(rows);
const boosting: TuneOptions = {
  frame,
  target: "y",
  algorithm: "gradient-boosting",
  parameters: { rounds: 27 },
  folds: { folds: 3 },
  trials: 9,
  seed: 4,
};
const linear: TuneOptions = { ...boosting, target: "amount", algorithm: "linear", parameters: {} };

const space: SearchSpace = {
  rate: { kind: "number", from: 0.001, to: 1, scale: "log" },
  size: { kind: "number", from: -5, to: 5, scale: "linear" },
  leaves: { kind: "integer", from: 2, to: 9, scale: "log" },
  mode: { kind: "choice", values: ["a", "b", null, true, 3] },
};

describe("search spaces", () => {
  it("give values within their ranges, whole where they are integers, and reach both ends", () => {
    const seen = new Set<unknown>();
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const point = pointAt(space, randomPoint(space, createRandom(seed)));
        expect(Object.keys(point).toSorted()).toEqual(dimensionNames(space));
        expect(point["rate"]).toBeGreaterThanOrEqual(0.001);
        expect(point["rate"]).toBeLessThanOrEqual(1);
        expect(Math.abs(Number(point["size"]))).toBeLessThanOrEqual(5);
        expect(Number.isInteger(point["leaves"])).toBe(true);
        seen.add(point["leaves"]).add(point["mode"]);
      }),
      { numRuns: 500 },
    );
    for (const value of [2, 9, "a", null, true]) expect(seen.has(value)).toBe(true);
    expect(pointAt(space, [1, 0, 0, 1])).toMatchObject({ leaves: 9, mode: "a", rate: 0.001, size: 5 });
    expect(spaceSize(space)).toBe(Infinity);
    expect(spaceSize({ leaves: space["leaves"]!, mode: space["mode"]! })).toBe(40);
  });

  it("spread trials evenly over orders of magnitude on the logarithmic scale", () => {
    const stream = createRandom(2);
    const rates = Array.from({ length: 3000 }, () =>
      Number(pointAt(space, randomPoint(space, stream))["rate"]),
    );
    for (const [from, to] of [
      [0.001, 0.01],
      [0.01, 0.1],
      [0.1, 1],
    ] as const) {
      const share = rates.filter((rate) => rate >= from && rate < to).length / rates.length;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(0.04);
    }
  });

  it("exist by default for every algorithm that has something to tune", () => {
    for (const algorithm of ALGORITHMS) {
      if (algorithm === "baseline" || algorithm === "ols")
        expect(() => defaultSpace(algorithm)).toThrow(/nothing to tune/);
      else expect(Object.keys(defaultSpace(algorithm)).length).toBeGreaterThan(0);
    }
  });

  it.each([
    [{}, "names no hyperparameter"],
    [{ rate: { kind: "number", from: 0, to: 1, scale: "log" } }, '"rate" is logarithmic from 0'],
    [{ rate: { kind: "number", from: 2, to: 1, scale: "linear" } }, "the smaller first"],
    [{ leaves: { kind: "integer", from: 1.5, to: 3, scale: "linear" } }, "whole numbers"],
    [{ mode: { kind: "choice", values: [] } }, "has no values"],
  ] as const)("refuse %j", (wrong, part) => {
    expect(() => tuneModel({ ...linear, space: wrong })).toThrow(part);
  });
});

describe("suggestPoint", () => {
  it("comes closer to the optimum than random points do with the same number of trials", () => {
    // A bowl in two numbers with a choice that shifts it: the least value is 0.
    const bowl: SearchSpace = {
      a: { kind: "number", from: 0, to: 1, scale: "linear" },
      b: { kind: "number", from: 0, to: 1, scale: "linear" },
      c: { kind: "choice", values: ["far", "near"] },
    };
    const lossOf = ([a, b, c]: readonly number[]) => (a! - 0.7) ** 2 + (b! - 0.2) ** 2 + (c === 1 ? 0 : 1);
    const leastOf = (seed: number, isGuided: boolean) => {
      const stream = createRandom(seed);
      const tried: TriedPoint[] = [];
      for (let trial = 0; trial < 60; trial++) {
        const coordinates = isGuided ? suggestPoint(bowl, tried, stream) : randomPoint(bowl, stream);
        tried.push({ coordinates, loss: lossOf(coordinates) });
      }
      return Math.min(...tried.map(({ loss }) => loss));
    };
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    const meanOf = (isGuided: boolean) =>
      seeds.reduce((sum, seed) => sum + leastOf(seed, isGuided), 0) / seeds.length;
    expect(meanOf(true)).toBeLessThan(meanOf(false) / 3);
  });
});

describe("tuneModel", () => {
  it.each(["random", "tpe", "halving"] as const)(
    "finds better than the defaults by %s, the same for the same seed",
    (method) => {
      const options = { ...boosting, method, trials: method === "halving" ? 9 : 12 };
      const tuning = tuneModel(options);
      expect(tuneModel(options)).toEqual(tuning);
      expect(tuneModel({ ...options, seed: 5 }).trials[1]).not.toEqual(tuning.trials[1]);
      const [defaults] = tuning.trials;
      expect(defaults).toMatchObject({ number: 0, parameters: {}, status: "complete" });
      if (defaults?.status !== "complete") expect.unreachable();
      expect(tuning.best.summary.mean).toBeGreaterThanOrEqual(defaults.score);
      expect(tuning.stop).toBe("trials");
      // What is reported is what a cross-validation with these parameters gives.
      const again = crossValidate({ ...boosting, parameters: tuning.best.parameters });
      expect(again.summary.auc!.mean).toBe(tuning.best.summary.mean);
      expect(again.summary.auc).toEqual(tuning.best.summary);
    },
  );

  it("gives a third of the points three times the rounds, until one has them all", () => {
    const { trials, best } = tuneModel({ ...boosting, method: "halving", trials: 9 });
    const shares = trials.slice(1).map(({ share }) => share);
    expect(shares).toEqual([...Array.from({ length: 9 }, () => 1 / 9), ...[0, 0, 0].map(() => 1 / 3), 1]);
    const roundsOf = (share: number) =>
      trials
        .filter((trial) => trial.share === share && trial.status === "complete")
        .map((trial) => (trial.status === "complete" ? trial.rounds : null));
    expect(new Set(roundsOf(1 / 9))).toEqual(new Set([3]));
    expect(new Set(roundsOf(1))).toEqual(new Set([27]));
    expect(best.parameters["rounds"]).toBe(27);
    const scored = trials.slice(1, 10).map((trial) => (trial.status === "complete" ? trial.score : -1));
    const kept = trials.slice(10, 13).map(({ parameters }) => JSON.stringify(parameters));
    const third = scored.toSorted((a, b) => b - a)[2]!;
    for (const [index, score] of scored.entries()) {
      const isKept = kept.includes(JSON.stringify(trials[index + 1]!.parameters));
      if (isKept) expect(score).toBeGreaterThanOrEqual(third);
    }
  });

  it("gives a share of the rows to learners without rounds", () => {
    const { trials } = tuneModel({ ...linear, method: "halving", trials: 3 });
    expect(trials.map(({ share }) => share)).toEqual([1, 1 / 3, 1 / 3, 1 / 3, 1]);
    expect(trials.every(({ status }) => status === "complete")).toBe(true);
  });

  it("judges by the named measure in its own direction", () => {
    const tuning = tuneModel({ ...linear, measure: "rmse", method: "random" });
    expect(tuning.direction).toBe("lower");
    const scores = tuning.trials.map((trial) => (trial.status === "complete" ? trial.score : Infinity));
    expect(tuning.best.summary.mean).toBe(Math.min(...scores));
    expect(() => tuneModel({ ...linear, measure: "auc" })).toThrow(
      /no measure of a regression.*rmse, mae, r2/,
    );
  });

  it("keeps trials that fail with their reason, and goes on", () => {
    const wrong: SearchSpace = { penalty: { kind: "choice", values: [-1, 1, 10] } };
    const { trials, stop, notes } = tuneModel({ ...linear, space: wrong, method: "random", trials: 10 });
    expect(stop).toBe("exhausted");
    expect(trials).toHaveLength(4);
    const failed = trials.filter((trial) => trial.status === "failed");
    expect(failed).toHaveLength(1);
    expect(failed[0]!.reason).toMatch(/"penalty" is -1/);
    expect(notes.join()).toContain("1 trials failed");
    const none = {
      ...linear,
      parameters: { penalty: -1 },
      space: { penalty: { kind: "choice", values: [-2] } },
    };
    expect(() => tuneModel(none as TuneOptions)).toThrow(/No trial succeeded.*"penalty" is -1/);
  });

  it("starts no trial after its time, and says that the time ended it", () => {
    let seconds = 0;
    const clock = { maximalSeconds: 3, elapsedSeconds: () => seconds++ };
    const tuning = tuneModel({ ...linear, ...clock, method: "random" });
    expect(tuning.stop).toBe("seconds");
    expect(tuning.trials).toHaveLength(4);
    expect(tuning.notes.join()).toContain("The time ended the search");
    seconds = 0;
    const halved = tuneModel({ ...linear, ...clock, method: "halving" });
    expect(halved.trials.at(-1)).toMatchObject({ share: 1, status: "complete" });
  });

  it("reports each trial with the best so far, and stops when it is cancelled", () => {
    const reports: { done: number; total: number; metric?: { name: string } }[] = [];
    const control = {
      throwIfCancelled: () => {},
      report: (progress: (typeof reports)[number]) => void reports.push(progress),
    };
    tuneModel({ ...linear, method: "random", control });
    const whole = reports.filter(({ metric }) => metric !== undefined);
    expect(whole.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(whole.every(({ metric }) => metric?.name === "best rmse")).toBe(true);
    let asked = 0;
    const stopping = {
      throwIfCancelled: () => {
        if (asked++ > 20) throw cancelledError();
      },
      report: () => {},
    };
    expect(() => tuneModel({ ...linear, control: stopping })).toThrow(/cancelled/);
  });
});
