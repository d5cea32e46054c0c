import { describe, expect, it } from "vitest";
import { loanRows, priceRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { trainRegressor } from "./train-regressor.ts";

interface Output {
  model: string;
  features: string[];
  validation: { metric: string; value: number; baseline: number };
}

async function parts() {
  const bench = createToolBench();
  const input = {
    train: await bench.seed(priceRows(600, 1)),
    validation: await bench.seed(priceRows(200, 2)),
    target: "price",
  };
  return { bench, input };
}

describe("train_regressor", () => {
  it.each(["gradient-boosting", "random-forest", "extra-trees", "linear"])(
    "trains a %s model far better than the mean",
    async (algorithm) => {
      const { bench, input } = await parts();
      const { validation, features } = await bench.succeed<Output>(trainRegressor, { ...input, algorithm });
      expect(validation.metric).toBe("r2");
      expect(validation.value).toBeGreaterThan(0.9);
      expect(Math.abs(validation.baseline)).toBeLessThan(0.05);
      expect(features.toSorted()).toEqual(["rooms", "size", "town"]);
      expect(bench.facts["model"]).toMatchObject({ problemType: "regression", algorithm });
    },
  );

  it("refuses a target of classes, and one that is not there", async () => {
    const { bench, input } = await parts();
    const loans = await bench.seed(loanRows(200, 1));
    const classes = await bench.fail(trainRegressor, { ...input, train: loans, target: "defaulted" });
    expect(classes).toMatchObject({ code: "invalid-input", details: { column: "defaulted" } });
    expect(classes.message).toContain("use train_classifier");
    expect((await bench.fail(trainRegressor, { ...input, target: "cost" })).message).toMatch(
      /no column "cost".*columns are: size, rooms, town, price/,
    );
  });

  it("refuses a target that never changes", async () => {
    const { bench, input } = await parts();
    const train = await bench.seed(priceRows(100, 1).map((row) => ({ ...row, price: 5 })));
    expect((await bench.fail(trainRegressor, { ...input, train })).message).toContain("only one value");
  });

  it("gives the same bytes with the same seed", async () => {
    const bytes = async () => {
      const { bench, input } = await parts();
      await bench.succeed(trainRegressor, input);
      return bench.context.kept.map(({ name, sha256 }) => `${name} ${sha256}`);
    };
    expect(await bytes()).toEqual(await bytes());
  });
});
