import { describe, expect, it } from "vitest";
import { engineerFeatures } from "../data/engineer-features.ts";
import { flowerRows, loanRows, priceRows, withoutColumn } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { smokeTest } from "./smoke-test.ts";

interface Output {
  passed: boolean;
  rows: number;
  steps: { step: string; ok: boolean; detail: string }[];
}

type Rows = readonly Readonly<Record<string, unknown>>[];

async function tried(train: Rows, validation: Rows, input: object) {
  const bench = createToolBench();
  const output = await bench.succeed<Output>(smokeTest, {
    train: await bench.seed(train),
    validation: await bench.seed(validation),
    ...input,
  });
  return { bench, ...output };
}

const EVERY_STEP = [
  "load",
  "features",
  "train",
  "save and load",
  "score columns",
  "score raw rows",
  "evaluate",
  "explain",
];

describe("smoke_test", () => {
  it.each(["gradient-boosting", "linear", "decision-tree", "baseline"])(
    "walks %s from the table to the explanation",
    async (algorithm) => {
      const { passed, rows, steps, bench } = await tried(loanRows(2000), loanRows(600, 2), {
        target: "defaulted",
        problemType: "classification",
        algorithm,
      });
      expect(steps.filter(({ ok }) => !ok)).toEqual([]);
      expect(passed).toBe(true);
      expect(rows).toBe(500);
      expect(steps.map(({ step }) => step)).toEqual(EVERY_STEP);
      expect(bench.context.kept).toEqual([]);
    },
  );

  it.each([-1, 1e12, 2.5])("refuses %d rounds as the long run would", async (rounds) => {
    const { passed, steps } = await tried(loanRows(200), loanRows(100, 2), {
      target: "defaulted",
      problemType: "classification",
      parameters: { rounds },
    });
    expect(passed).toBe(false);
    expect(steps.at(-1)).toMatchObject({ step: "train", ok: false });
    expect(steps.at(-1)!.detail).toContain(`Parameter "rounds" is ${rounds}`);
  });

  it("walks amounts and several classes", async () => {
    const amount = { target: "price", problemType: "regression" };
    expect((await tried(priceRows(400), priceRows(200, 2), amount)).passed).toBe(true);
    const classes = { target: "kind", problemType: "classification" };
    expect((await tried(flowerRows(400), flowerRows(200, 2), classes)).passed).toBe(true);
  });

  it("walks a pipeline of engineered columns", async () => {
    const bench = createToolBench();
    const train = await bench.seed(loanRows(900));
    const validation = await bench.seed(loanRows(300, 2));
    const { pipeline } = await bench.succeed<{ pipeline: string }>(engineerFeatures, {
      train,
      target: "defaulted",
      steps: [
        { kind: "target-mean", columns: ["region"] },
        { kind: "ratio", left: "loan", right: "income" },
      ],
    });
    const output = await bench.succeed<Output>(smokeTest, {
      train,
      validation,
      target: "defaulted",
      problemType: "classification",
      engineering: pipeline,
    });
    expect(output.passed).toBe(true);
  });

  it("stops at the step that fails, saying why, before the long run does", async () => {
    const wrongParameter = await tried(loanRows(400), loanRows(200, 2), {
      target: "defaulted",
      problemType: "classification",
      parameters: { depth: 3 },
    });
    expect(wrongParameter.passed).toBe(false);
    expect(wrongParameter.steps.at(-1)).toMatchObject({ step: "train", ok: false });
    expect(wrongParameter.steps.at(-1)?.detail).toContain('"depth"');
    const poorer = withoutColumn(loanRows(200, 2), "income");
    const lacking = await tried(loanRows(400), poorer, {
      target: "defaulted",
      problemType: "classification",
    });
    expect(lacking.steps.at(-1)?.detail).toContain('"income" is missing');
    const amount = await tried(priceRows(400), priceRows(200, 2), {
      target: "price",
      problemType: "classification",
    });
    expect(amount.steps).toMatchObject([{ step: "load", ok: false }]);
  });
});
