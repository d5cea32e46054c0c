import { describe, expect, it } from "vitest";
import { chooseCandidate, DEAREST, isCheapAndFair, MARGIN } from "./choose-candidate.ts";

const LIMIT = 0.1;
type Method = "none" | "reweighing" | "group-thresholds";

const one = (method: Method, difference: number, about: { value?: number; accuracy?: number } = {}) => ({
  method,
  difference,
  value: about.value ?? 0.9,
  accuracy: about.accuracy ?? 0.85,
});

const before = one("none", 0.3);
const chosen = (...candidates: ReturnType<typeof one>[]) => chooseCandidate(before, candidates, LIMIT);

describe("chooseCandidate", () => {
  it("takes reweighing where it meets the limit with its margin at little cost, even if thresholds are fairer", () => {
    const mild = one("reweighing", 0.05, { value: 0.9 - DEAREST / 2 });
    expect(chosen(mild, one("group-thresholds", 0.01))).toBe(mild);
  });

  it("takes thresholds where reweighing just meets the limit, or costs too much", () => {
    const strong = one("group-thresholds", 0.02);
    expect(chosen(one("reweighing", LIMIT), strong)).toBe(strong);
    const dear = one("reweighing", 0.05, { value: 0.8, accuracy: 0.7 });
    expect(chosen(dear, strong)).toBe(strong);
  });

  it("takes the most accurate of the fair ones, or a fairer one that is hardly less accurate", () => {
    const accurate = one("group-thresholds", 0.05, { accuracy: 0.86 });
    const fairer = one("group-thresholds", 0.02, { accuracy: 0.857 });
    const fairest = one("group-thresholds", 0.001, { accuracy: 0.8 });
    expect(chosen(accurate, fairer, fairest)).toBe(fairer);
  });

  it("takes what differs least where nothing meets the limit, which may be the model as it was", () => {
    const better = one("group-thresholds", 0.2);
    expect(chosen(one("reweighing", 0.28), better)).toBe(better);
    expect(chosen(one("reweighing", 0.4))).toBe(before);
    expect(chosen()).toBe(before);
  });
});

describe("isCheapAndFair", () => {
  it("wants the margin, not only the limit", () => {
    expect(isCheapAndFair(before, one("reweighing", LIMIT * MARGIN), LIMIT)).toBe(true);
    expect(isCheapAndFair(before, one("reweighing", LIMIT * MARGIN + 0.001), LIMIT)).toBe(false);
  });

  it("does not mind a candidate that is better than before", () => {
    expect(isCheapAndFair(before, one("reweighing", 0.01, { value: 0.95 }), LIMIT)).toBe(true);
  });
});
