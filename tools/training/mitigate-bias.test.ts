import { describe, expect, it } from "vitest";
import { fairnessAudit } from "../compliance/fairness-audit.ts";
import { loanRows, priceRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { mitigateBias } from "./mitigate-bias.ts";
import { trainClassifier } from "./train-classifier.ts";
import { trainRegressor } from "./train-regressor.ts";

interface Output {
  model: string;
  method: string;
  isWithinLimit: boolean;
  limit: number;
  attempts: { method: string; value: number; demographicParityDifference: number }[];
  cost: { metric: string; metricChange: number; accuracyChange: number };
  groups: { group: string; selectionRate: { before: number; after: number } }[];
  neededToDecide: string[];
  notes: string[];
}

const TARGET = "defaulted";

async function biased(run?: Parameters<typeof createToolBench>[0]) {
  const bench = createToolBench(run);
  const train = await bench.seed(loanRows(1500, 1));
  const validation = await bench.seed(loanRows(900, 2));
  const { model } = await bench.succeed<{ model: string }>(trainClassifier, {
    train,
    validation,
    target: TARGET,
    protected: ["sex"],
    parameters: { rounds: 80 },
  });
  return { bench, input: { model, train, validation, protected: ["sex"] } };
}

const mitigated = async (more: object) => {
  const { bench, input } = await biased();
  return { bench, input, output: await bench.succeed<Output>(mitigateBias, { ...input, ...more }) };
};

describe("mitigate_bias by group thresholds", () => {
  it("brings the groups' selection rates together, on the test part too", async () => {
    const { bench, input, output } = await mitigated({ method: "group-thresholds" });
    expect(output).toMatchObject({ method: "group-thresholds", isWithinLimit: true });
    expect(output.attempts[0]?.demographicParityDifference).toBeGreaterThan(0.2);
    const gap = (when: "before" | "after") => {
      const rates = output.groups.map(({ selectionRate }) => selectionRate[when]);
      return Math.max(...rates) - Math.min(...rates);
    };
    expect(gap("after")).toBeLessThan(gap("before") / 2);
    const test = await bench.seed(loanRows(900, 3));
    const audit = await bench.succeed<{ passed: boolean }>(fairnessAudit, {
      model: output.model,
      test,
      protected: input.protected,
      resamples: 0,
    });
    expect(audit.passed).toBe(true);
  });

  it("says that the protected column is needed at serving time, and what a reviewer has to settle first", async () => {
    const { bench, output } = await mitigated({ method: "group-thresholds" });
    expect(output.neededToDecide).toEqual(["sex"]);
    const notes = output.notes.join("\n");
    expect(notes).toContain("group thresholds need sex at serving time");
    expect(notes).toMatch(/reviewer has to settle with counsel.*legal basis, such as explicit consent/);
    const report = await bench.report<{ notes: string[] }>("reports/mitigation.json");
    expect(report.notes).toEqual(output.notes);
    expect((await bench.model(output.model)).training.notes.join()).toContain("thresholds differ by sex");
  });

  it("names every column that deciding needs, where groups are crossed", async () => {
    const { output } = await mitigated({ method: "group-thresholds", protected: ["sex", "age"] });
    expect(output.neededToDecide).toEqual(["sex", "age"]);
    expect(output.notes.join()).toContain("need sex, age at serving time");
  });
});

describe("mitigate_bias by reweighing", () => {
  it("needs no protected column at serving time, and does not say so", async () => {
    const { bench, output } = await mitigated({ method: "reweighing" });
    expect(output.method).toBe("reweighing");
    expect(output.neededToDecide).toEqual([]);
    expect(output.notes.join()).not.toContain("serving time");
    const model = await bench.model(output.model);
    expect(model.decision.kind).toBe("threshold");
    expect(model.features.map(({ name }) => name)).not.toContain("sex");
    const [before, after] = output.attempts.map((attempt) => attempt.demographicParityDifference);
    expect(after).toBeLessThan(before ?? 0);
  });
});

describe("mitigate_bias, choosing by itself", () => {
  it("tries the milder method first, and tells what each gave and cost", async () => {
    const { bench, output } = await mitigated({});
    expect(output.attempts.map(({ method }) => method)).toEqual(["none", "reweighing", "group-thresholds"]);
    const chosen = output.attempts.find(({ method }) => method === output.method);
    expect(output.cost.metricChange).toBeCloseTo((chosen?.value ?? 0) - (output.attempts[0]?.value ?? 0), 12);
    expect(bench.facts["model"]).toMatchObject({ artifact: output.model, mitigation: output.method });
  });

  it("stays with the milder method where that is enough", async () => {
    const { output } = await mitigated({ limit: 0.9 });
    expect(output.attempts.map(({ method }) => method)).toEqual(["none", "reweighing"]);
  });

  it("leaves the model as it is where no method makes it fairer, and says so", async () => {
    const bench = createToolBench();
    const constant = (count: number, seed: number) =>
      loanRows(count, seed).map((row) => ({ ...row, sex: "female" }));
    const train = await bench.seed(constant(600, 1));
    const validation = await bench.seed(constant(300, 2));
    const about = { train, validation, protected: ["sex"] };
    const { model } = await bench.succeed<{ model: string }>(trainClassifier, {
      ...about,
      target: TARGET,
      algorithm: "linear",
    });
    const output = await bench.succeed<Output>(mitigateBias, { ...about, model, method: "group-thresholds" });
    expect(output.isWithinLimit).toBe(true);
    expect(output.attempts[0]?.demographicParityDifference).toBe(0);
  });

  it("treats rows without a value as a group of their own", async () => {
    const gaps = (count: number, seed: number) =>
      loanRows(count, seed).map((row, index) => (index % 8 === 0 ? { ...row, sex: null } : row));
    const bench = createToolBench();
    const train = await bench.seed(gaps(1200, 1));
    const validation = await bench.seed(gaps(900, 2));
    const { model } = await bench.succeed<{ model: string }>(trainClassifier, {
      train,
      validation,
      target: TARGET,
      protected: ["sex"],
      algorithm: "linear",
    });
    const output = await bench.succeed<Output>(mitigateBias, {
      model,
      train,
      validation,
      protected: ["sex"],
    });
    expect(output.groups.map(({ group }) => group).toSorted()).toEqual(["(missing)", "female", "male"]);
  });

  it("keeps the deployment's limit in a run where the call names a milder one", async () => {
    const { bench, input } = await biased({ run: { protected: ["sex"] }, settings: { fairnessLimit: 0.05 } });
    const output = await bench.succeed<Output>(mitigateBias, { ...input, protected: [], limit: 0.5 });
    expect(output.limit).toBe(0.05);
    expect(output.notes.join()).toContain("milder");
  });
});

describe("mitigate_bias refuses", () => {
  it("to work without a protected column", async () => {
    const { bench, input } = await biased();
    const { code, message } = await bench.fail(mitigateBias, { ...input, protected: [] });
    expect({ code, message }).toEqual({
      code: "invalid-input",
      message: "no protected column is named; name those whose groups are to be treated alike",
    });
  });

  it("a model that predicts amounts, and names the way on", async () => {
    const bench = createToolBench();
    const train = await bench.seed(priceRows(300, 1));
    const validation = await bench.seed(priceRows(100, 2));
    const { model } = await bench.succeed<{ model: string }>(trainRegressor, {
      train,
      validation,
      target: "price",
      algorithm: "linear",
    });
    const { message } = await bench.fail(mitigateBias, { model, train, validation, protected: ["town"] });
    expect(message).toMatch(/this model is for regression.*ask for a waiver/);
  });

  it("a column that is not there, is the target, or holds dates", async () => {
    const { bench, input } = await biased();
    const wrong = async (name: string) =>
      (await bench.fail(mitigateBias, { ...input, protected: [name] })).message;
    expect(await wrong("Sex")).toContain('did you mean "sex"?');
    expect(await wrong(TARGET)).toContain("audit the decisions by another column");
    expect(await wrong("month")).toContain("add a column such as the age");
    expect((await bench.fail(mitigateBias, { ...input, limit: 1 })).message).toContain("limit");
  });
});

it("mitigate_bias gives the same bytes with the same seed", async () => {
  const bytes = async () => {
    const { bench } = await mitigated({});
    return bench.context.kept.map(({ name, sha256 }) => `${name} ${sha256}`);
  };
  expect(await bytes()).toEqual(await bytes());
});
