import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { createComputePool } from "#api/boot/compute-pool.ts";
import type { EstimatorRows, TrainingBackend } from "#core/contract/training-backend.ts";
import { describeTrainingBackend } from "#core/testing/conformance/training-backend/describe-training-backend.ts";
import type { TestedAlgorithm } from "#core/testing/conformance/training-backend/training-backend-adapter.ts";
import { marginFunction } from "#lib/ml/score/margins.ts";
import type { Estimator } from "#lib/ml/score/estimator.ts";
import { createPythonBackend, type PythonBackend } from "#lib/python/python-backend.ts";
import { createEmbeddedBackend } from "#tools/engine/backends/embedded-backend.ts";
import { hasPythonBackend, python } from "./python-libraries.testing.ts";

/** By the engine's own reader of estimators. */
function margins(estimator: unknown, rows: EstimatorRows): readonly Float64Array[] {
  const columns = rows.columns.map(({ name, levelCount, values }) => ({
    name,
    source: name,
    levels: levelCount === null ? null : Array.from({ length: levelCount }, (_, level) => `level ${level}`),
    values,
  }));
  // The backends' estimators are checked by the model reader in the tools' tests.
  return marginFunction(estimator as Estimator)({ rowCount: rows.rowCount, columns });
}

const pool = createComputePool({ size: 2 });
afterAll(() => pool.close());

describeTrainingBackend({
  name: "embedded",
  create: () => createEmbeddedBackend(pool),
  margins,
  algorithms: [
    {
      name: "gradient-boosting",
      preparation: "trees",
      earlyStopping: { parameters: { rounds: 300, patience: 5 }, rounds: 300 },
    },
    {
      name: "linear",
      preparation: "linear",
      earlyStopping: { hasNoneBecause: "its optimum is unique" },
    },
  ],
  endless: { algorithm: "gradient-boosting", parameters: { rounds: 10_000 } },
  kill: { notPossibleBecause: "it has no process of its own; the pool's tests end its threads" },
});

const hasBackend = await hasPythonBackend();
const scratch = mkdtempSync(join(tmpdir(), "swarm-python-test-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const noRounds = { hasNoneBecause: "it has no rounds" };
const libraries: readonly TestedAlgorithm[] = [
  {
    name: "lightgbm",
    preparation: "trees",
    earlyStopping: { parameters: { num_iterations: 300, early_stopping_round: 5 }, rounds: 300 },
  },
  {
    name: "xgboost",
    preparation: "trees",
    earlyStopping: { parameters: { num_boost_round: 300, early_stopping_rounds: 5 }, rounds: 300 },
  },
  {
    name: "sklearn-hist-gradient-boosting",
    preparation: "trees",
    earlyStopping: {
      parameters: { max_iter: 300, early_stopping: true, n_iter_no_change: 5 },
      rounds: 300,
    },
  },
  { name: "sklearn-random-forest", preparation: "trees", earlyStopping: noRounds },
  { name: "sklearn-logistic-regression", preparation: "linear", earlyStopping: noRounds },
];

describe.skipIf(!hasBackend)("the Python libraries", () => {
  describeTrainingBackend({
    name: "python",
    create: () =>
      createPythonBackend({ environment: { ...process.env, SWARM_PYTHON: python }, root: scratch, scratch }),
    margins,
    algorithms: libraries,
    endless: { algorithm: "lightgbm", parameters: { num_iterations: 1_000_000 } },
    kill(backend: TrainingBackend) {
      const processId = (backend as PythonBackend).processId(); // what `create` made
      if (processId === undefined) throw new Error("no worker is running");
      process.kill(processId, "SIGKILL");
    },
  });
});
