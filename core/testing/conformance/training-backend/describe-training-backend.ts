import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Failure, Result } from "#core/contract/failure.ts";
import type {
  EstimatorProblem,
  FitEstimatorRequest,
  FittedEstimator,
  TrainingBackend,
} from "#core/contract/training-backend.ts";
import { contradictoryRows, noiseRows, sampleRows } from "./estimator-rows.ts";
import type { TestedAlgorithm, TrainingBackendAdapter } from "./training-backend-adapter.ts";

const PROBLEMS: readonly (readonly [EstimatorProblem, number])[] = [
  ["binary", 2],
  ["multiclass", 3],
  ["regression", 1],
];
const never = new AbortController().signal;

function request(algorithm: TestedAlgorithm, more: Partial<FitEstimatorRequest> = {}): FitEstimatorRequest {
  const rows = { count: 600, seed: 1, classCount: more.classCount ?? 2, preparation: algorithm.preparation };
  return {
    algorithm: algorithm.name,
    problem: "binary",
    classCount: 2,
    training: sampleRows(rows),
    validation: sampleRows({ ...rows, count: 300, seed: 2 }),
    parameters: {},
    seed: 3,
    ...more,
  };
}

function fitted(result: Result<FittedEstimator>): FittedEstimator {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}

function refused(result: Result<FittedEstimator>): Failure {
  if (result.ok) throw new Error("the fit succeeded");
  return result.failure;
}

/** What every training backend does: the cases that an adapter has to pass. */
export function describeTrainingBackend(adapter: TrainingBackendAdapter): void {
  describe(`training backend ${adapter.name}`, () => {
    let backend: TrainingBackend;
    beforeAll(() => {
      backend = adapter.create();
    });
    afterAll(() => backend.close());
    const fit = (about: FitEstimatorRequest, signal = never) => backend.fit(about, { signal });

    for (const algorithm of adapter.algorithms) describeAlgorithm(algorithm, { adapter, fit });

    it("describes its algorithms: problems, preparation and what stops early", async () => {
      const described = await backend.describe({ signal: never });
      if (!described.ok) throw new Error(described.failure.message);
      for (const { name, preparation, earlyStopping } of adapter.algorithms) {
        const found = described.value.algorithms.find((one) => one.name === name);
        expect(found?.preparation).toBe(preparation);
        expect(found?.earlyStopping === null).toBe("hasNoneBecause" in earlyStopping);
      }
    });

    it("refuses an algorithm that it does not have, and names those it has", async () => {
      const [algorithm] = adapter.algorithms;
      const failure = refused(await fit({ ...request(algorithm!), algorithm: "oracle" }));
      expect(failure.code).toBe("invalid-input");
      expect(failure.message).toContain(algorithm!.name);
    });

    it("answers fits that run at the same time each with its own result", async () => {
      const [algorithm] = adapter.algorithms;
      const abouts = [1, 2, 1].map((seed) =>
        request(algorithm!, {
          training: sampleRows({ count: 400, seed, classCount: 2, preparation: algorithm!.preparation }),
        }),
      );
      const [first, second, third] = (await Promise.all(abouts.map((about) => fit(about)))).map(fitted);
      expect(third!.estimator).toEqual(first!.estimator);
      expect(second!.estimator).not.toEqual(first!.estimator);
    });

    it("ends a fit that is cancelled, and serves the next call", async () => {
      const { endless } = adapter;
      const controller = new AbortController();
      const isRunning = Promise.withResolvers<void>();
      const about = request(adapter.algorithms.find(({ name }) => name === endless.algorithm)!, {
        parameters: endless.parameters,
        validation: null,
      });
      const running = backend.fit(about, {
        signal: controller.signal,
        onProgress: () => isRunning.resolve(),
      });
      await isRunning.promise;
      controller.abort();
      expect(refused(await running).code).toBe("cancelled");
      expect(refused(await fit(about, AbortSignal.abort())).code).toBe("cancelled");
      fitted(await fit(request(adapter.algorithms[0]!)));
    });

    const { kill } = adapter;
    const killTitle = "fails a call whose process is killed, and serves the next one";
    it.skipIf(typeof kill !== "function")(
      typeof kill === "function" ? killTitle : `${killTitle} (skipped: ${kill.notPossibleBecause})`,
      async () => {
        if (typeof kill !== "function") return;
        const { endless } = adapter;
        const isRunning = Promise.withResolvers<void>();
        const about = request(adapter.algorithms.find(({ name }) => name === endless.algorithm)!, {
          parameters: endless.parameters,
          validation: null,
        });
        const running = backend.fit(about, { signal: never, onProgress: () => isRunning.resolve() });
        await isRunning.promise;
        kill(backend);
        const failure = refused(await running);
        expect(failure.code).toBe("tool-failed");
        expect(failure.message).toContain("call again");
        fitted(await fit(request(adapter.algorithms[0]!)));
      },
    );
  });
}

function describeAlgorithm(
  algorithm: TestedAlgorithm,
  about: {
    adapter: TrainingBackendAdapter;
    fit: (request: FitEstimatorRequest) => Promise<Result<FittedEstimator>>;
  },
): void {
  const { adapter, fit } = about;
  describe(algorithm.name, () => {
    for (const [problem, classCount] of PROBLEMS) {
      it(`fits a ${problem} problem that beats a constant, or refuses it by name`, async () => {
        const data = request(algorithm, { problem, classCount });
        const result = await fit(data);
        if (!result.ok) {
          expect(result.failure.code).toBe("invalid-input");
          expect(result.failure.message).toContain(problem);
          return;
        }
        const margins = adapter.margins(result.value.estimator, data.validation!);
        expect(margins).toHaveLength(problem === "multiclass" ? 3 : 1);
        expect(shareRight(margins, { problem, target: data.validation!.target })).toBeGreaterThan(0.8);
      });

      it(`gives the margins of its maker again, for a ${problem} problem`, async () => {
        const data = request(algorithm, { problem, classCount });
        const result = await fit(data);
        if (!result.ok || result.value.check === null) return;
        const { check } = result.value;
        const rows = check.rows === "training" ? data.training : data.validation!;
        for (const [output, margins] of adapter.margins(result.value.estimator, rows).entries()) {
          for (const [row, expected] of check.margins[output]!.entries()) {
            const difference = Math.abs(margins[row]! - expected) / Math.max(1, Math.abs(expected));
            expect(difference).toBeLessThanOrEqual(check.tolerance);
          }
        }
      });
    }

    it("gives the same estimator for the same request", async () => {
      const [first, second] = [fitted(await fit(request(algorithm))), fitted(await fit(request(algorithm)))];
      expect(second.estimator).toEqual(first.estimator);
      expect(second.parameters).toEqual(first.parameters);
    });

    it("heeds the rows' weights", async () => {
      const signs = [30, 1 / 30].map(async (weight) => {
        const training = contradictoryRows(400, weight);
        const { estimator } = fitted(await fit(request(algorithm, { training, validation: null })));
        const [margin] = adapter.margins(estimator, training);
        const middle = margin!.toSorted()[200]!;
        return shareOf(training.columns[0]!.values, (value, row) => value > 0 === margin![row]! > middle);
      });
      const [forwards, backwards] = await Promise.all(signs);
      expect(forwards).toBeGreaterThan(0.8);
      expect(backwards).toBeLessThan(0.2);
    });

    it("refuses an unknown parameter, naming it", async () => {
      const failure = refused(await fit(request(algorithm, { parameters: { wishes: 3 } })));
      expect(failure.code).toBe("invalid-input");
      expect(failure.message).toContain("wishes");
    });

    it("refuses a target with a missing value, and a part without rows", async () => {
      const data = request(algorithm);
      const target = data.training.target.with(7, Number.NaN);
      const gap = refused(await fit({ ...data, training: { ...data.training, target } }));
      expect(gap.code).toBe("invalid-input");
      const none = sampleRows({ count: 0, seed: 1, classCount: 2, preparation: algorithm.preparation });
      expect(refused(await fit({ ...data, training: none })).code).toBe("invalid-input");
    });

    it("tells a memory limit that is too small, and serves the next call", async () => {
      const data = request(algorithm, {
        training: sampleRows({ count: 40_000, seed: 1, classCount: 2, preparation: algorithm.preparation }),
        memoryLimitBytes: 200_000,
      });
      const failure = refused(await fit(data));
      expect(failure.code).toBe("limit-exceeded");
      expect(failure.message).toContain("200000");
      fitted(await fit(request(algorithm)));
    });

    const { earlyStopping } = algorithm;
    const title = "stops early where the validation loss no longer falls, and needs validation rows for it";
    const stops = !("hasNoneBecause" in earlyStopping);
    it.skipIf(!stops)(stops ? title : `${title} (skipped: ${earlyStopping.hasNoneBecause})`, async () => {
      if ("hasNoneBecause" in earlyStopping) return;
      const { parameters, rounds } = earlyStopping;
      const data = request(algorithm, {
        training: noiseRows(600, 1),
        validation: noiseRows(300, 2),
        parameters,
      });
      const result = fitted(await fit(data));
      expect(result.history.length).toBeGreaterThan(0);
      expect(result.history.length).toBeLessThan(rounds);
      expect(result.history.every(({ validation }) => validation !== null)).toBe(true);
      expect(result.notes.join()).toMatch(/stopped early/i);
      expect(refused(await fit({ ...data, validation: null })).code).toBe("invalid-input");
    });
  });
}

const shareOf = (values: Float64Array, isMet: (value: number, row: number) => boolean): number =>
  values.reduce((sum, value, row) => sum + Number(isMet(value, row)), 0) / values.length;

/** Share of rows with the right class; for amounts the share of variance explained. */
function shareRight(
  margins: readonly Float64Array[],
  { problem, target }: { problem: EstimatorProblem; target: Float64Array },
): number {
  if (problem === "regression") {
    const mean = target.reduce((sum, value) => sum + value, 0) / target.length;
    const left = target.reduce((sum, value, row) => sum + (value - margins[0]![row]!) ** 2, 0);
    return 1 - left / target.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  }
  if (problem === "binary") {
    // Margins of forests are probabilities: whoever lies above the middle is counted as positive.
    const isShare = margins[0]!.every((value) => value > -1e-9 && value < 1 + 1e-9);
    return shareOf(target, (value, row) => value === Number(margins[0]![row]! > (isShare ? 0.5 : 0)));
  }
  return shareOf(target, (value, row) => {
    const scores = margins.map((margin) => margin[row]!);
    return scores.indexOf(Math.max(...scores)) === value;
  });
}
