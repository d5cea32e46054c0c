import { describe, expect, it } from "vitest";
import { DATA, hasReference } from "#lib/ml/fixtures/shared-reference.ts";
import { readCsv, selectRows, type Frame } from "#lib/ml/index.ts";
import { fairnessAudit } from "../compliance/fairness-audit.ts";
import { loanRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { mitigateBias } from "./mitigate-bias.ts";
import { trainClassifier } from "./train-classifier.ts";

interface Output {
  model: string;
  method: string;
  isWithinLimit: boolean;
  attempts: { method: string; accuracy: number; demographicParityDifference: number; difference: number }[];
  cost: { metric: string; metricChange: number; accuracyChange: number };
  neededToDecide: string[];
  notes: string[];
}

async function biased() {
  const bench = createToolBench();
  const train = await bench.seed(loanRows(1500, 1));
  const validation = await bench.seed(loanRows(900, 2));
  const { model } = await bench.succeed<{ model: string }>(trainClassifier, {
    train,
    validation,
    target: "defaulted",
    protected: ["sex"],
    algorithm: "linear",
  });
  return { bench, input: { model, train, validation, protected: ["sex"] } };
}

const mitigated = async (more: object) => {
  const { bench, input } = await biased();
  const output = await bench.succeed<Output>(mitigateBias, { ...input, ...more });
  const audit = await bench.succeed<{ passed: boolean }>(fairnessAudit, {
    model: output.model,
    test: await bench.seed(loanRows(900, 3)),
    protected: ["sex"],
    resamples: 0,
  });
  return { bench, output, passed: audit.passed };
};

describe("mitigate_bias", () => {
  it("by reductions needs no group at serving time, passes the audit, and says that scores are no probabilities", async () => {
    const { bench, output, passed } = await mitigated({ method: "reductions" });
    expect(output).toMatchObject({ method: "reductions", isWithinLimit: true, neededToDecide: [] });
    expect(output.notes.join()).toContain("no calibrated probabilities");
    expect(output.notes.join()).toMatch(/drawing one of them for each decision would by 0\.\d+ at 0\.\d+/);
    expect((await bench.model(output.model)).training.notes.join()).toContain("Agarwal");
    expect(passed).toBe(true);
  });

  it("by correlation removal keeps the projection in the model and needs the group with every row", async () => {
    const { bench, output, passed } = await mitigated({ method: "correlation-removal" });
    expect(output).toMatchObject({
      method: "correlation-removal",
      isWithinLimit: true,
      neededToDecide: ["sex"],
    });
    expect(output.notes.join()).toMatch(/given sex with every row.*legal basis/);
    const model = await bench.model(output.model);
    expect(model.preparation.engineering?.steps.map(({ kind }) => kind)).toContain("decorrelate");
    expect(passed).toBe(true);
  });

  it("makes true and false positive rates alike when asked for equalized odds", async () => {
    const { output } = await mitigated({
      constraint: "equalized-odds",
      method: "group-thresholds",
      limit: 0.05,
    });
    const [before, after] = output.attempts;
    expect(before?.difference).toBeGreaterThan(0.07);
    expect(after?.difference).toBeLessThanOrEqual(0.05);
    expect(output.notes.join()).toContain("equalized odds difference");
  });

  it("leaves out methods that need the group where the model may not be given it", async () => {
    const { output } = await mitigated({ useGroup: false });
    expect(output.attempts.map(({ method }) => method)).toEqual(["none", "reweighing", "reductions"]);
    expect(output.neededToDecide).toEqual([]);
    const { bench, input } = await biased();
    const { message } = await bench.fail(mitigateBias, {
      ...input,
      useGroup: false,
      method: "group-thresholds",
    });
    expect(message).toMatch(/rules out; take reweighing, reductions or auto/);
  });
});

describe.skipIf(!hasReference)("mitigate_bias on real people's data", () => {
  it.each([
    { set: "compas", target: "Two_yr_Recidivism", column: "African_American" },
    { set: "adult", target: "income", column: "sex" },
  ])(
    "$set: the audit fails, mitigation brings the difference under 0.1 and states its price, the audit passes",
    async ({ set, target, column }) => {
      const bench = createToolBench();
      const path = `${DATA}/${set}/${set}.csv`;
      const { frame } = await readCsv(
        { path },
        { kinds: { [target]: "categorical", [column]: "categorical" } },
      );
      const part = (keep: (row: number) => boolean): Frame =>
        selectRows(frame, Array.from({ length: frame.rowCount }, (_, row) => row).filter(keep));
      const train = await bench.seed(part((row) => row % 5 < 3));
      const validation = await bench.seed(part((row) => row % 5 === 3));
      const test = await bench.seed(part((row) => row % 5 === 4));
      const about = { train, validation, protected: [column] };
      const trained = await bench.succeed<{ model: string }>(trainClassifier, {
        ...about,
        target,
        algorithm: "linear",
      });
      const audit = async (model: string) => {
        const { passed, worst } = await bench.succeed<{
          passed: boolean;
          worst: { value: number };
        }>(fairnessAudit, { model, test, protected: [column], resamples: 20 });
        return { passed, difference: worst.value };
      };
      const before = await audit(trained.model);
      expect(before.passed).toBe(false);
      const output = await bench.succeed<Output>(mitigateBias, { ...about, model: trained.model });
      expect(output.isWithinLimit).toBe(true);
      const after = await audit(output.model);
      expect(after.passed).toBe(true);
      expect(after.difference).toBeLessThan(0.1);
      expect(output.notes.join()).toMatch(/accuracy [+-]0\.\d{4}/);
      const blind = await bench.succeed<Output>(mitigateBias, {
        ...about,
        model: trained.model,
        method: "reductions",
      });
      expect(blind.neededToDecide).toEqual([]);
      const reduced = await audit(blind.model);
      expect(reduced.passed).toBe(true);
    },
  );
});
