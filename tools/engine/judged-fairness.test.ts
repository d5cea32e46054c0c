import { describe, expect, it } from "vitest";
import type { FairnessAudit } from "#lib/ml/index.ts";
import { judgedAttributes, worstAttribute } from "./judged-fairness.ts";

/** As much of an audit of two classes as a verdict reads. */
function audit(groups: Readonly<Record<string, { rows: number; selected: number }>>): FairnessAudit {
  const names = Object.keys(groups);
  const spread = { byGroup: names.map((name) => groups[name]?.selected ?? 0) };
  const attribute = {
    attribute: "sex",
    groups: names.map((label) => ({ label, count: groups[label]?.rows ?? 0 })),
    metrics: {
      selectionRate: spread,
      truePositiveRate: spread,
      falsePositiveRate: { byGroup: names.map(() => 0) },
    },
  };
  return { problem: "binary", attributes: [attribute] } as unknown as FairnessAudit; // the rest is not read
}

const numbersOf = (groups: Parameters<typeof audit>[0]) => judgedAttributes(audit(groups))[0];

describe("judgedAttributes", () => {
  it("compares the largest with the smallest selection rate", () => {
    const judged = numbersOf({ f: { rows: 300, selected: 0.2 }, m: { rows: 300, selected: 0.5 } });
    expect(judged?.numbers.demographicParityDifference).toBeCloseTo(0.3, 12);
    expect(judged?.numbers.demographicParityRatio).toBeCloseTo(0.4, 12);
    expect(judged?.leftOut).toEqual([]);
  });

  it("leaves out few rows among many, and names them", () => {
    const judged = numbersOf({
      f: { rows: 500, selected: 0.2 },
      m: { rows: 500, selected: 0.25 },
      other: { rows: 3, selected: 1 },
    });
    expect(judged?.numbers.demographicParityDifference).toBeCloseTo(0.05, 12);
    expect(judged?.leftOut).toEqual([{ group: "other", rows: 3 }]);
  });

  it("counts every group of a small table", () => {
    const judged = numbersOf({ f: { rows: 12, selected: 0 }, m: { rows: 8, selected: 1 } });
    expect(judged?.numbers.demographicParityDifference).toBe(1);
  });

  it("has no ratio where nobody is selected", () => {
    const judged = numbersOf({ f: { rows: 100, selected: 0 }, m: { rows: 100, selected: 0 } });
    expect(judged?.numbers).not.toHaveProperty("demographicParityRatio");
    expect(judged?.numbers.demographicParityDifference).toBe(0);
  });
});

describe("worstAttribute", () => {
  it("is the one with the largest difference, and undefined of none", () => {
    const one = (attribute: string, value: number) => ({
      attribute,
      numbers: { demographicParityDifference: value },
      leftOut: [],
    });
    expect(worstAttribute([one("sex", 0.1), one("age", 0.3), one("race", 0.2)])).toEqual({
      attribute: "age",
      metric: "demographicParityDifference",
      value: 0.3,
    });
    expect(worstAttribute([])).toBeUndefined();
  });
});
