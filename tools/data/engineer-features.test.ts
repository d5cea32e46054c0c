import { describe, expect, it } from "vitest";
import { createScorer, readParquet } from "#lib/ml/index.ts";
import { flowerRows, loanRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { evaluateModelTool } from "../evaluation/evaluate-model.ts";
import { explainModelTool } from "../evaluation/explain-model.ts";
import { trainClassifier } from "../training/train-classifier.ts";
import { engineerFeatures } from "./engineer-features.ts";

interface Output {
  pipeline: string;
  fingerprint: string;
  train: string;
  validation: string | null;
  test: string | null;
  columns: { name: string; step: string; raw: string[]; invertible: string }[];
  notes: string[];
}

const STEPS = [
  { kind: "ratio", left: "loan", right: "income" },
  { kind: "target-mean", columns: ["region"] },
  { kind: "cyclic", column: "month", part: "month" },
  { kind: "signed-log", column: "loan / income", name: "log of burden" },
];

async function parts() {
  const bench = createToolBench();
  const rows = loanRows(1500);
  const [train, validation, test] = [
    await bench.seed(rows.filter((_, row) => row % 5 < 3)),
    await bench.seed(rows.filter((_, row) => row % 5 === 3)),
    await bench.seed(rows.filter((_, row) => row % 5 === 4)),
  ];
  return { bench, rows, given: { train, validation, test, target: "defaulted" } };
}

describe("engineer_features", () => {
  it("makes the columns of every part, keeps the pipeline, and says what each is made of", async () => {
    const { bench, given } = await parts();
    const output = await bench.succeed<Output>(engineerFeatures, { ...given, steps: STEPS });
    expect(output.columns.map(({ name, raw, invertible }) => [name, raw.join("+"), invertible])).toEqual([
      ["loan / income", "loan+income", "with the second source"],
      ["mean target of region", "region", "no"],
      ["month month sin", "month", "alone"],
      ["month month cos", "month", "alone"],
      ["log of burden", "loan+income", "alone"],
    ]);
    for (const digest of [output.train, output.validation, output.test]) {
      const frame = await readParquet({ path: await bench.context.artifacts.path(digest ?? "") });
      expect(frame.columns.map(({ name }) => name)).toContain("log of burden");
    }
    expect(await bench.report("pipeline/features.json")).toMatchObject({
      format: "swarm-engineering/1",
      target: "defaulted",
      fingerprint: output.fingerprint,
      inputs: [
        { name: "loan", kind: "numeric" },
        { name: "income", kind: "numeric" },
        { name: "region", kind: "categorical" },
        { name: "month", kind: "date" },
      ],
    });
  });

  it("has the same fingerprint whatever the other parts hold, and another for other training rows", async () => {
    const { bench, given, rows } = await parts();
    const fingerprint = async (input: object) =>
      (await bench.succeed<Output>(engineerFeatures, { ...given, steps: STEPS, ...input })).fingerprint;
    const first = await fingerprint({});
    const spoilt = rows.slice(0, 100).map((row) => ({ ...row, loan: row.loan * 1000, defaulted: "yes" }));
    expect(await fingerprint({ test: await bench.seed(spoilt) })).toBe(first);
    expect(await fingerprint({ train: await bench.seed(rows.slice(0, 500)) })).not.toBe(first);
  });

  it("reaches the model, which then takes raw rows, is evaluated and explained on raw parts", async () => {
    const { bench, given, rows } = await parts();
    const { pipeline } = await bench.succeed<Output>(engineerFeatures, { ...given, steps: STEPS });
    const { model: digest, features } = await bench.succeed<{ model: string; features: string[] }>(
      trainClassifier,
      {
        train: given.train,
        validation: given.validation,
        target: "defaulted",
        algorithm: "linear",
        engineering: pipeline,
        features: ["log of burden", "mean target of region", "age"],
      },
    );
    expect(features.toSorted()).toEqual(["age", "income", "loan", "region"]);
    const model = await bench.model(digest);
    expect(model.preparation.encoders.map(({ column }) => column)).toEqual(
      expect.arrayContaining(["age", "log of burden", "mean target of region"]),
    );
    const [scored] = createScorer(model).scoreRows([{ age: 40, income: 3000, loan: 900, region: "north" }]);
    expect(scored).toMatchObject({ kind: "binary" });
    expect(createScorer(model).scoreRows([{ ...rows[0] }])).toHaveLength(1);
    const { values } = await bench.succeed<{ values: Record<string, number> }>(evaluateModelTool, {
      model: digest,
      test: given.test,
      resamples: 0,
    });
    expect(values["auc"]).toBeGreaterThan(0.85);
    const explained = await bench.succeed<{
      additivity: { holds: boolean };
      importance: { feature: string }[];
    }>(explainModelTool, { model: digest, data: given.test, rows: 50 });
    expect(explained.additivity.holds).toBe(true);
    expect(explained.importance.map(({ feature }) => feature)).toContain("log of burden");
  });

  it("chooses common steps when none are named, and says that only validation tells", async () => {
    const { bench, given } = await parts();
    const output = await bench.succeed<Output>(engineerFeatures, given);
    expect(output.columns.map(({ step }) => step)).toContain("cyclic");
    expect(output.notes[0]).toContain("only validation tells");
    const plain = createToolBench();
    const train = await plain.seed(flowerRows(300));
    expect((await plain.fail(engineerFeatures, { train, target: "kind" })).message).toContain(
      "no column asks for a common step",
    );
  });

  it.each([
    [{ steps: [{ kind: "frequency", columns: ["defaulted"] }] }, /target "defaulted" is a source/],
    [{ steps: [{ kind: "signed-log", column: "age" }], protected: ["age"] }, /age is protected/],
    [
      { steps: [{ kind: "date-part", column: "month", part: "year" }], timeColumn: "month" },
      /month is the time column/,
    ],
    [{ steps: [{ kind: "signed-log", column: "ages" }] }, /There is no column "ages"/],
    [{ steps: [{ kind: "cube", column: "age" }] }, /steps/],
  ])("refuses %j", async (input, message) => {
    const { bench, given } = await parts();
    const failed = await bench.fail(engineerFeatures, { ...given, ...input });
    expect(failed.code).toBe("invalid-input");
    expect(failed.message).toMatch(message);
  });

  it("cannot be passed off for another target, nor bring in a protected column later", async () => {
    const { bench, given } = await parts();
    const { pipeline } = await bench.succeed<Output>(engineerFeatures, { ...given, steps: STEPS });
    const input = {
      train: given.train,
      validation: given.validation,
      engineering: pipeline,
      algorithm: "linear",
    };
    expect((await bench.fail(trainClassifier, { ...input, target: "sex" })).message).toContain(
      "made for the target defaulted",
    );
    expect(
      (await bench.fail(trainClassifier, { ...input, target: "defaulted", protected: ["region"] })).message,
    ).toContain("made of region, which is protected");
    expect(
      (await bench.fail(trainClassifier, { ...input, target: "defaulted", engineering: given.train }))
        .message,
    ).toContain("no feature pipeline");
  });
});
