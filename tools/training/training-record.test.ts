import { describe, expect, it } from "vitest";
import { sha256 } from "#core/events/hash.ts";
import { sampleEnvironment } from "#core/testing/sample-environment.ts";
import { loanRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { trainClassifier } from "./train-classifier.ts";

type Rows = readonly Readonly<Record<string, unknown>>[];

interface Setting {
  seed?: number;
  rows?: Rows;
  algorithm?: string;
  parameters?: Readonly<Record<string, number | null>>;
}

/** Trains from nothing, as another process would; gives the model's bytes by their SHA-256, and the report. */
async function train(setting: Setting = {}) {
  const bench = createToolBench({ seed: setting.seed ?? 1 });
  const input = {
    train: await bench.seed(setting.rows ?? loanRows(400, 1)),
    validation: await bench.seed(loanRows(200, 2)),
    target: "defaulted",
    algorithm: setting.algorithm ?? "gradient-boosting",
    parameters: setting.parameters ?? { rounds: 20 },
  };
  await bench.succeed(trainClassifier, input);
  const report = await bench.report<Record<string, unknown>>("reports/training_1.json");
  return {
    input,
    report,
    model: sha256(bench.context.bytesOf("models/model_1.json")),
    reportSha256: sha256(bench.context.bytesOf("reports/training_1.json")),
  };
}

/** The same rows but for one amount in one of them. */
const oneRowChanged = (rows: Rows): Rows =>
  rows.map((row, index) => (index === 100 ? { ...row, income: Number(row["income"]) + 1000 } : row));

const SMALL = { "random-forest": { trees: 5 }, linear: {}, "gradient-boosting": { rounds: 20 } } as const;

describe("a training that is made again", () => {
  it.each(Object.keys(SMALL) as (keyof typeof SMALL)[])(
    "gives the same model and report to the byte with the same inputs: %s",
    async (algorithm) => {
      const setting = { algorithm, parameters: SMALL[algorithm] };
      const [first, second] = [await train(setting), await train(setting)];
      expect(second.model).toBe(first.model);
      expect(second.reportSha256).toBe(first.reportSha256);
    },
  );

  it("gives another model with another seed, another row or another hyperparameter", async () => {
    const models = [
      (await train()).model,
      (await train({ seed: 2 })).model,
      (await train({ seed: 0 })).model,
      (await train({ rows: oneRowChanged(loanRows(400, 1)) })).model,
      (await train({ parameters: { rounds: 20, learningRate: 0.06 } })).model,
    ];
    expect(new Set(models).size).toBe(models.length);
  });
});

describe("the report of a training", () => {
  it("names seed, threads, hyperparameters as used, data by file and by rows, and the environment", async () => {
    const { report, input } = await train({ seed: 0 });
    expect(report).toMatchObject({
      seed: 0,
      threads: 1,
      parameters: { rounds: 20, learningRate: 0.05 },
      data: {
        train: { sha256: input.train, rows: 400, rowsSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        validation: { sha256: input.validation, rows: 200 },
      },
      environment: sampleEnvironment().sha256,
      tracking: "off",
    });
  });

  it("tells two tables apart by their rows", async () => {
    const rowsOf = ({ report }: { report: Record<string, unknown> }) =>
      (report["data"] as { train: { rowsSha256: string } }).train.rowsSha256; // stated by the test above
    const first = rowsOf(await train());
    expect(rowsOf(await train({ seed: 5 }))).toBe(first);
    expect(rowsOf(await train({ rows: oneRowChanged(loanRows(400, 1)) }))).not.toBe(first);
  });
});
