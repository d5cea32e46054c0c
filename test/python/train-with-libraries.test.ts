import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { TrainingBackend } from "#core/contract/training-backend.ts";
import { explainModel, frameFromRows } from "#lib/ml/index.ts";
import { createPythonBackend } from "#lib/python/python-backend.ts";
import { LIBRARY_ALGORITHMS } from "#tools/engine/backends/library-algorithms.ts";
import { flowerRows, loanRows, priceRows } from "#tools/engine/sample-tables.testing.ts";
import { createToolBench } from "#tools/engine/tool-bench.testing.ts";
import { mitigateBias } from "#tools/training/mitigate-bias.ts";
import { trainClassifier } from "#tools/training/train-classifier.ts";
import { trainRegressor } from "#tools/training/train-regressor.ts";
import { askPython, hasPythonBackend, python } from "./python-libraries.testing.ts";

interface Output {
  model: string;
  algorithm: string;
  validation: { metric: string; value: number; baseline: number };
  notes: string[];
}

interface Report {
  backend: string;
  versions: Record<string, string>;
  native: string[];
  translation: number;
  history: { round: number; validationLoss: number | null }[];
}

const scratch = mkdtempSync(join(tmpdir(), "swarm-python-tools-"));
const opened: TrainingBackend[] = [];
afterAll(async () => {
  await Promise.all(opened.map((backend) => backend.close()));
  rmSync(scratch, { recursive: true, force: true });
});

function pythonBackend(environment: NodeJS.ProcessEnv): TrainingBackend {
  const backend = createPythonBackend({ environment, root: scratch, scratch });
  opened.push(backend);
  return backend;
}

async function loanParts(backends: readonly TrainingBackend[], seed = 7) {
  const bench = createToolBench({ backends, seed });
  const input = {
    train: await bench.seed(loanRows(800, 1)),
    validation: await bench.seed(loanRows(400, 2)),
    target: "defaulted",
  };
  return { bench, input };
}

describe("without the Python backend", () => {
  it("training with a library fails as a missing part and names the command that brings it", async () => {
    const { bench, input } = await loanParts([pythonBackend({ SWARM_PYTHON_HOME: join(scratch, "none") })]);
    const failure = await bench.fail(trainClassifier, { ...input, algorithm: "lightgbm" });
    expect(failure.code).toBe("missing-part");
    expect(failure.message).toContain("npm run setup:python");
  });

  it("an interpreter without the libraries is a missing part, with its own last word", async () => {
    const { bench, input } = await loanParts([pythonBackend({ SWARM_PYTHON: process.execPath })]);
    const failure = await bench.fail(trainClassifier, { ...input, algorithm: "xgboost" });
    expect(failure.code).toBe("missing-part");
    expect(failure.message).toContain("did not start");
  });

  it("the engine's own algorithms train as ever", async () => {
    const { bench, input } = await loanParts([pythonBackend({ SWARM_PYTHON_HOME: join(scratch, "none") })]);
    const output = await bench.succeed<Output>(trainClassifier, { ...input, algorithm: "linear" });
    expect(output.validation.value).toBeGreaterThan(0.8);
  });
});

describe.skipIf(!(await hasPythonBackend()))("training through the tools with the field's libraries", () => {
  const backend = pythonBackend({ ...process.env, SWARM_PYTHON: python });

  it("the tools offer exactly the algorithms that the backend has", async () => {
    const described = await backend.describe({ signal: new AbortController().signal });
    expect(described.ok && described.value.algorithms.map(({ name }) => name)).toEqual([
      ...LIBRARY_ALGORITHMS,
    ]);
  });

  it.each(LIBRARY_ALGORITHMS)(
    "%s trains a classifier whose report states versions and translation",
    async (algorithm) => {
      const { bench, input } = await loanParts([backend]);
      const output = await bench.succeed<Output>(trainClassifier, {
        ...input,
        algorithm,
        protected: ["sex"],
      });
      expect(output.algorithm).toBe(algorithm);
      expect(output.validation.metric).toBe("auc");
      expect(output.validation.value).toBeGreaterThan(0.85);
      const report = await bench.report<Report>("reports/training_1.json");
      expect(report.backend).toBe("python");
      expect(Object.keys(report.versions)).toContain("scikit-learn");
      expect(report.translation).toBeLessThan(algorithm === "xgboost" ? 2e-6 : 1e-9);
      const model = await bench.model(output.model);
      expect(model.training.algorithm).toBe(algorithm);
      expect(model.features.map(({ name }) => name)).not.toContain("sex");
    },
  );

  it.each(LIBRARY_ALGORITHMS.filter((name) => name !== "sklearn-logistic-regression"))(
    "%s trains a regressor, and three classes",
    async (algorithm) => {
      const bench = createToolBench({ backends: [backend] });
      const [train, validation] = [await bench.seed(priceRows(500, 1)), await bench.seed(priceRows(200, 2))];
      const price = await bench.succeed<Output>(trainRegressor, {
        train,
        validation,
        target: "price",
        algorithm,
      });
      expect(price.validation.value).toBeGreaterThan(0.9);
      const flowers = createToolBench({ backends: [backend] });
      const parts = [await flowers.seed(flowerRows(300, 1)), await flowers.seed(flowerRows(150, 2))] as const;
      const about = { train: parts[0], validation: parts[1], target: "kind", algorithm };
      const kind = await flowers.succeed<Output>(trainClassifier, about);
      expect(kind.validation.value).toBeGreaterThan(0.9);
      expect((await flowers.model(kind.model)).classes).toEqual(["rose", "tulip", "violet"]);
    },
  );

  it("logistic regression refuses an amount", async () => {
    const bench = createToolBench({ backends: [backend] });
    const [train, validation] = [await bench.seed(priceRows(200, 1)), await bench.seed(priceRows(100, 2))];
    const about = { train, validation, target: "price", algorithm: "sklearn-logistic-regression" };
    const failure = await bench.fail(trainRegressor, about);
    expect(failure.code).toBe("invalid-input");
    expect(failure.message).toContain("regression problem");
  });

  it.each(["lightgbm", "sklearn-random-forest"])(
    "%s gives the same model bytes for the same seed",
    async (algorithm) => {
      const digests = await Promise.all(
        [7, 7, 8].map(async (seed) => {
          const { bench, input } = await loanParts([backend], seed);
          const parameters = algorithm === "lightgbm" ? { bagging_fraction: 0.7, bagging_freq: 1 } : {};
          return (await bench.succeed<Output>(trainClassifier, { ...input, algorithm, parameters })).model;
        }),
      );
      expect(digests[1]).toBe(digests[0]);
      expect(digests[2]).not.toBe(digests[0]);
    },
  );

  it("a parameter that the library lacks, and a value that it refuses, fail by name", async () => {
    const { bench, input } = await loanParts([backend]);
    const about = { ...input, algorithm: "lightgbm" };
    const unknown = await bench.fail(trainClassifier, { ...about, parameters: { leaves: 3 } });
    expect(unknown.message).toContain('no parameter "leaves"');
    expect(unknown.message).toContain("num_leaves");
    const value = await bench.fail(trainClassifier, { ...about, parameters: { num_leaves: -3 } });
    expect(value.code).toBe("invalid-input");
    expect(value.message).toContain("num_leaves");
  });

  it("mitigate_bias trains a library's model again on reweighed rows", async () => {
    const { bench, input } = await loanParts([backend]);
    const trained = await bench.succeed<Output>(trainClassifier, {
      ...input,
      algorithm: "lightgbm",
      protected: ["sex"],
    });
    const report = await bench.call(mitigateBias, {
      model: trained.model,
      train: input.train,
      validation: input.validation,
      protected: ["sex"],
      method: "reweighing",
    });
    expect(report).toMatchObject({ ok: true, output: { method: "reweighing" } });
    const models = bench.context.kept.filter(({ name }) => name === "model.json");
    const newest = await bench.model(models.at(-1)!.sha256);
    expect(newest.training.algorithm).toBe("lightgbm");
    expect(newest.training.notes.join()).toContain("Kamiran");
  });

  it.each([
    [
      "lightgbm",
      "lightgbm.txt",
      `b = lightgbm.Booster(model_str=given["text"])
raw, shap = b.predict(x, raw_score=True), b.predict(x, pred_contrib=True)`,
    ],
    [
      "xgboost",
      "xgboost.json",
      `b = xgboost.Booster(); b.load_model(bytearray(given["text"], "utf8"))
d = xgboost.DMatrix(x, feature_types=["q" if c is None else "c" for c in given["levels"]], enable_categorical=True)
raw, shap = b.predict(d, output_margin=True), b.predict(d, pred_contribs=True)`,
    ],
  ])(
    "%s reads its native file, and its own SHAP values are the engine's",
    async (algorithm, file, predict) => {
      const { bench, input } = await loanParts([backend]);
      const { model: digest } = await bench.succeed<Output>(trainClassifier, {
        ...input,
        algorithm,
        parameters: algorithm === "lightgbm" ? { num_iterations: 40 } : { num_boost_round: 40 },
      });
      const model = await bench.model(digest);
      const frame = frameFromRows(loanRows(60, 5));
      const explanation = explainModel(model, frame, { maximalRows: 60 });
      const { margins } = explanation;
      const { encoders } = model.preparation;
      const native = bench.context.bytesOf(`models/native_1.${file}`);
      const found = askPython(
        `import json, sys, numpy, lightgbm, xgboost
given = json.load(sys.stdin)
x = numpy.array([[numpy.nan if v is None else v for v in row] for row in given["rows"]], dtype=float)
${predict}
json.dump({"raw": raw.tolist(), "shap": shap.tolist()}, sys.stdout)`,
        {
          text: new TextDecoder().decode(native),
          levels: encoders.map((encoder) => (encoder.kind === "categorical" ? encoder.levels.length : null)),
          rows: loanRows(60, 5).map((row) =>
            encoders.map((encoder) => {
              const value = row[encoder.column];
              if (encoder.kind === "categorical") return encoder.levels.indexOf(String(value));
              return encoder.kind === "date-part" ? monthPart(String(value), encoder.part) : value;
            }),
          ),
        },
      ) as { raw: number[]; shap: number[][] }; // what the script prints
      const tolerance = algorithm === "xgboost" ? 5e-6 : 1e-9;
      for (const [row, raw] of found.raw.entries()) {
        expect(Math.abs((margins[0]?.[row] ?? Number.NaN) - raw)).toBeLessThan(tolerance);
      }
      // Contributions are told per raw column; those of a date's parts are added.
      const width = explanation.features.length;
      for (const [row, values] of found.shap.entries()) {
        for (const [index, feature] of explanation.features.entries()) {
          let expected = 0;
          for (const [place, encoder] of encoders.entries()) {
            if (encoder.column === feature) expected += values[place] ?? Number.NaN;
          }
          const got = explanation.contributions[0]?.[row * width + index] ?? Number.NaN;
          expect(Math.abs(got - expected)).toBeLessThan(algorithm === "xgboost" ? 2e-5 : 1e-6);
        }
      }
    },
  );
});

/** A part of a month like 2025-03, as the preparation makes it. */
function monthPart(month: string, part: string): number {
  return part === "month" ? Number(month.slice(5)) : Date.parse(`${month}-01T00:00:00Z`) / 86_400_000;
}
