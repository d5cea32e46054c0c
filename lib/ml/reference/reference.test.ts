import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { hasReference } from "../fixtures/shared-reference.ts";
import { checkNumbers, checkValue, type ReferenceCheck } from "./check.testing.ts";
import { checkDrift } from "./drift-checks.testing.ts";
import { checkFairness } from "./fairness-checks.testing.ts";
import { checkModels, REFERENCE_SETS } from "./model-checks.testing.ts";
import { checkShap } from "./shap-checks.testing.ts";

const wrong = (checks: readonly ReferenceCheck[]) => checks.filter(({ holds }) => !holds);

describe("a reference check", () => {
  const about = { file: "f", quantity: "q", tolerance: 1e-9, measure: "relative" } as const;

  it("holds numbers to their tolerance, and words and nulls to the letter", () => {
    expect(checkValue({ ...about, expected: 2, got: 2 + 1e-9 }).holds).toBe(true);
    expect(checkValue({ ...about, expected: 2, got: 2 + 3e-9 }).holds).toBe(false);
    expect(checkValue({ ...about, expected: null, got: null }).holds).toBe(true);
    expect(checkValue({ ...about, expected: null, got: 0 }).holds).toBe(false);
    expect(checkValue({ ...about, expected: 1, got: undefined }).holds).toBe(false);
    expect(checkValue({ ...about, expected: 1, got: Number.NaN }).holds).toBe(false);
  });

  it("shows the worst of many and refuses lists of another length", () => {
    const many = checkNumbers({ ...about, expected: [1, 2, 3], got: [1, 2.1, 3 + 1e-12] });
    expect(many).toMatchObject({ holds: false, expected: "2", got: "2.1" });
    expect(checkNumbers({ ...about, expected: [1, 2], got: [1] }).holds).toBe(false);
    expect(checkNumbers({ ...about, expected: [1, 2], got: [1, Number.NaN] }).holds).toBe(false);
  });
});

describe.skipIf(!hasReference)("the shared reference", () => {
  it("agrees with scipy in every number of the drift pairs", async () => {
    const checks = await checkDrift();
    expect(checks.length).toBeGreaterThan(500);
    expect(wrong(checks)).toEqual([]);
  });

  it("agrees with fairlearn in every number of the predictions, edge cases included", async () => {
    const checks = await checkFairness();
    expect(checks.length).toBeGreaterThan(2000);
    expect(wrong(checks)).toEqual([]);
  });

  it("agrees with xgboost and its float64 twin in every contribution, interaction and interventional value", async () => {
    const checks = await checkShap();
    expect(checks.length).toBeGreaterThanOrEqual(15);
    expect(wrong(checks)).toEqual([]);
  });

  it.each(REFERENCE_SETS)(
    "meets scikit-learn's bars with boosting, forest and linear model, and the optimum where it is one: %s",
    async (name) => {
      const checks = await checkModels(name, { threads: availableParallelism() });
      expect(checks.length).toBeGreaterThanOrEqual(3);
      expect(wrong(checks)).toEqual([]);
    },
    60_000,
  );
});
