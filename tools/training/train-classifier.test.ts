import { describe, expect, it } from "vitest";
import { flowerRows, loanRows, priceRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { trainClassifier } from "./train-classifier.ts";

interface Output {
  model: string;
  features: string[];
  trainRows: number;
  validation: { metric: string; value: number; baseline: number };
  notes: string[];
}

type Rows = readonly Readonly<Record<string, unknown>>[];
type BenchOptions = Parameters<typeof createToolBench>[0];

const TARGET = "defaulted";

async function parts(rows: (count: number, seed: number) => Rows = loanRows, options: BenchOptions = {}) {
  const bench = createToolBench(options);
  const input = {
    train: await bench.seed(rows(600, 1)),
    validation: await bench.seed(rows(300, 2)),
    target: TARGET,
    algorithm: "linear",
  };
  return { bench, input };
}

describe("train_classifier", () => {
  it("trains a model that beats the baseline on the validation part, and keeps it", async () => {
    const { bench, input } = await parts();
    const output = await bench.succeed<Output>(trainClassifier, { ...input, algorithm: "gradient-boosting" });
    expect(output.validation).toMatchObject({ metric: "auc", baseline: 0.5 });
    expect(output.validation.value).toBeGreaterThan(0.8);
    expect(bench.facts["model"]).toMatchObject({
      artifact: output.model,
      algorithm: "gradient-boosting",
      mitigation: "none",
      trainRows: 600,
    });
    expect((await bench.model(output.model)).positiveClass).toBe("yes");
    expect(bench.context.kept.map(({ name }) => name)).toContain("models/model_1.json");
  });

  it("learns neither from the time nor from the group that the run's rows were split by", async () => {
    const digest = "0".repeat(64);
    const split = {
      method: "time-ordered",
      timeColumn: "month",
      groupColumn: "region",
      train: digest,
      validation: digest,
      test: digest,
      rows: { train: 600, validation: 300, test: 300 },
    };
    const { bench, input } = await parts(loanRows, { run: { facts: { split } } });
    const { features } = await bench.succeed<Output>(trainClassifier, input);
    expect(features.toSorted()).toEqual(["age", "income", "loan", "sex"]);
    const { message } = await bench.fail(trainClassifier, { ...input, features: ["age", "region"] });
    expect(message).toContain("region cannot be a feature: the column that the rows were split by");
  });

  it.each(["random-forest", "extra-trees", "decision-tree"])(
    "trains a %s, which has no rounds to stop early, and keeps a model that gives probabilities",
    async (algorithm) => {
      const { bench, input } = await parts();
      const output = await bench.succeed<Output>(trainClassifier, { ...input, algorithm });
      expect(output.validation.value).toBeGreaterThan(0.78);
      const { estimator, training } = await bench.model(output.model);
      expect(estimator).toMatchObject({ kind: "tree-ensemble", link: "probability" });
      expect(training.parameters).not.toHaveProperty("patience");
      expect(output.notes.some((note) => note.startsWith("Out of bag"))).toBe(algorithm === "random-forest");
      const about = { ...input, algorithm, parameters: { patience: 5 } };
      expect((await bench.fail(trainClassifier, about)).message).toMatch(/no parameter "patience"/);
    },
  );

  it("never learns from target, time or protected columns, named by the call or by the run", async () => {
    const { bench, input } = await parts(loanRows, { run: { protected: ["sex"], timeColumn: "month" } });
    const { features } = await bench.succeed<Output>(trainClassifier, { ...input, protected: ["age"] });
    expect(features.toSorted()).toEqual(["income", "loan", "region"]);
  });

  it("learns from a protected column only for a stated reason, and tells it", async () => {
    const { bench, input } = await parts();
    const reason = "age is a lawful factor in this product's statute";
    const about = { ...input, protected: ["age"], useProtected: reason };
    const { features, notes } = await bench.succeed<Output>(trainClassifier, about);
    expect(features).toContain("age");
    expect(notes.join()).toContain(reason);
    const short = await bench.fail(trainClassifier, { ...about, useProtected: "because" });
    expect(short.message).toContain("useProtected");
  });

  it("refuses a feature that may not be one, with the reason", async () => {
    const { bench, input } = await parts();
    const wrong = async (more: object) => (await bench.fail(trainClassifier, { ...input, ...more })).message;
    expect(await wrong({ features: [TARGET] })).toBe("defaulted cannot be a feature: the target");
    expect(await wrong({ features: ["month"], timeColumn: "month" })).toContain("the time column");
    expect(await wrong({ features: ["sex"], protected: ["sex"] })).toContain(
      "protected; give useProtected a reason",
    );
    expect(await wrong({ features: ["wages"] })).toContain('there is no column "wages"');
  });

  it("refuses a target that is not there, has one value, or is an amount", async () => {
    const { bench, input } = await parts();
    const wrong = (more: object) => bench.fail(trainClassifier, { ...input, ...more });
    expect((await wrong({ target: "Defaulted " })).message).toContain('did you mean "defaulted"?');
    const one = await bench.seed(loanRows(200, 1).map((row) => ({ ...row, defaulted: "no" })));
    expect((await wrong({ train: one })).message).toMatch(/only one value.*Choose another target/);
    const prices = await bench.seed(priceRows(200, 1));
    const amount = await wrong({ train: prices, validation: prices, target: "price" });
    expect(amount).toMatchObject({ code: "invalid-input", details: { column: "price" } });
    expect(amount.message).toContain("use train_regressor");
  });

  it("refuses a positive class that does not occur, and one for more than two classes", async () => {
    const { bench, input } = await parts();
    const absent = await bench.fail(trainClassifier, { ...input, positiveClass: "maybe" });
    expect(absent.message).toContain("the classes are no, yes");
    const flowers = await parts(flowerRows);
    const three = await flowers.bench.fail(trainClassifier, {
      ...flowers.input,
      target: "kind",
      positiveClass: "rose",
    });
    expect(three.message).toMatch(/positive class is for targets with two values.*leave positiveClass out/);
  });

  it("takes the stated class as the one whose probability is given", async () => {
    const { bench, input } = await parts();
    const { model } = await bench.succeed<Output>(trainClassifier, { ...input, positiveClass: "no" });
    expect((await bench.model(model)).classes).toEqual(["yes", "no"]);
  });

  it("takes a few whole numbers as the labels that they are said to be", async () => {
    const graded = (count: number, seed: number) =>
      flowerRows(count, seed).map(({ kind, ...row }) => ({
        ...row,
        grade: { rose: 3, tulip: 5, violet: 8 }[kind] ?? 3,
      }));
    const { bench, input } = await parts(graded);
    const { model } = await bench.succeed<Output>(trainClassifier, { ...input, target: "grade" });
    expect((await bench.model(model)).classes).toEqual(["3", "5", "8"]);
  });

  it("trains a stack of several models as one, and refuses parameters that a stack does not have", async () => {
    const { bench, input } = await parts();
    const members = [{ algorithm: "gradient-boosting", parameters: { rounds: 20 } }, { algorithm: "linear" }];
    const about = { ...input, algorithm: "stack", members };
    const output = await bench.succeed<Output>(trainClassifier, about);
    expect(output.validation.value).toBeGreaterThan(0.8);
    expect(bench.facts["model"]).toMatchObject({ algorithm: "stack" });
    expect((await bench.model(output.model)).estimator).toMatchObject({ kind: "stack", members: [{}, {}] });
    const wrong = await bench.fail(trainClassifier, { ...about, parameters: { rounds: 5 } });
    expect(wrong.message).toMatch(/one hyperparameter penalty.*not rounds.*in members/);
    const alone = await bench.fail(trainClassifier, { ...input, members });
    expect(alone.message).toContain('for the algorithm "stack"');
  });

  it("refuses the run's test part, as training rows and as validation rows", async () => {
    const rows = { train: await parts().then(({ input }) => input.train), validation: "1".repeat(64) };
    const test = rows.train;
    const split = { method: "random", ...rows, test, rows: { train: 1, validation: 1, test: 1 } };
    const { bench, input } = await parts(loanRows, { run: { facts: { split } } });
    const learnt = await bench.fail(trainClassifier, { ...input, train: test });
    expect(learnt).toMatchObject({ code: "invalid-input", details: { part: "train" } });
    expect(learnt.message).toContain("test part, which is for judging");
    const watched = await bench.fail(trainClassifier, {
      ...input,
      train: input.validation,
      validation: test,
    });
    expect(watched.details).toEqual({ part: "validation" });
  });

  it("learns more than fifty classes", async () => {
    const many = (count: number, seed: number) =>
      Array.from({ length: count }, (_, row) => {
        const label = row % 60;
        return { x: label + (((row * 7 + seed) % 10) - 5) / 50, y: label % 7, label: `class ${label}` };
      });
    const { bench, input } = await parts((count, seed) => many(2 * count, seed));
    const output = await bench.succeed<Output>(trainClassifier, {
      ...input,
      target: "label",
      algorithm: "gradient-boosting",
      parameters: { rounds: 20 },
    });
    expect((await bench.model(output.model)).classes).toHaveLength(60);
    expect(output.validation.value).toBeGreaterThan(0.9);
  });

  it("says when the model has learnt nothing that helps", async () => {
    const noise = (count: number, seed: number) =>
      Array.from({ length: count }, (_, row) => ({
        x: (row * (17 + seed)) % 101,
        defaulted: (row * 7919 + seed) % 13 < 6 ? "yes" : "no",
      }));
    const { bench, input } = await parts(noise);
    const { notes } = await bench.succeed<Output>(trainClassifier, { ...input, algorithm: "baseline" });
    expect(notes.join()).toContain("learnt nothing that helps");
  });

  it("refuses a table whose every column is ruled out, saying why each is", async () => {
    const bare = (count: number, seed: number) =>
      loanRows(count, seed).map(({ sex, defaulted }, row) => ({ id: row, sex, one: 1, defaulted }));
    const { bench, input } = await parts(bare);
    const { message } = await bench.fail(trainClassifier, { ...input, protected: ["sex"] });
    expect(message).toContain("no column is left to learn from");
    expect(message).toContain("id (identifies rows");
    expect(message).toContain("one (only one value)");
    expect(message).toContain("Add columns");
  });

  it("refuses unknown hyperparameters and impossible values, naming them", async () => {
    const { bench, input } = await parts();
    const about = { ...input, algorithm: "gradient-boosting" };
    const unknown = await bench.fail(trainClassifier, { ...about, parameters: { depth: 3 } });
    expect(unknown.message).toContain("depth");
    const negative = await bench.fail(trainClassifier, { ...about, parameters: { rounds: -1 } });
    expect(negative.message).toContain("rounds");
    expect((await bench.fail(trainClassifier, { ...about, algorithm: "forest" })).message).toContain(
      "algorithm",
    );
  });

  it("does not count as done when the model as kept predicts otherwise", async () => {
    const { bench, input } = await parts();
    const { artifacts } = bench.context;
    const read = async (digest: string): Promise<Uint8Array> => {
      const text = new TextDecoder().decode(await artifacts.read(digest));
      const spoilt = text.replace(
        /"intercept":(-?[\d.]+)/,
        (_, number: string) => `"intercept":${Number(number) + 1e-9}`,
      );
      return new TextEncoder().encode(spoilt);
    };
    const context = { ...bench.context, artifacts: { ...artifacts, read } };
    const outcome = trainClassifier.run(trainClassifier.input.parse(input), context);
    await expect(outcome).rejects.toMatchObject({
      failure: { code: "tool-failed", message: expect.stringContaining("train again") as string },
    });
  });

  it("stops when the call is cancelled", async () => {
    const { bench, input } = await parts(loanRows, { signal: AbortSignal.abort() });
    expect((await bench.fail(trainClassifier, input)).code).toBe("cancelled");
  });

  it("gives the same bytes with the same seed, and keeps earlier models under their numbers", async () => {
    const bytes = async (seed: number) => {
      const { bench, input } = await parts(loanRows, { seed });
      const about = {
        ...input,
        algorithm: "gradient-boosting",
        parameters: { rowFraction: 0.7, rounds: 30 },
      };
      await bench.succeed<Output>(trainClassifier, about);
      return bench.context.kept.map(({ name, sha256 }) => `${name} ${sha256}`);
    };
    const first = await bytes(1);
    expect(await bytes(1)).toEqual(first);
    expect(await bytes(2)).not.toEqual(first);
  });
});
