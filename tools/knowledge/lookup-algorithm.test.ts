import { describe, expect, it } from "vitest";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { lookupAlgorithm } from "./lookup-algorithm.ts";

interface Output {
  choices: { algorithm: string; reason: string }[];
}

const ask = async (profile: object) => {
  const bench = createToolBench();
  const output = await bench.succeed<Output>(lookupAlgorithm, {
    problemType: "binary",
    rows: 5000,
    columns: 10,
    ...profile,
  });
  return { ...output, fact: bench.facts["algorithm"] };
};

describe("lookup_algorithm", () => {
  it("recommends boosted trees for many rows, and says that missing cells are taken as they are", async () => {
    const { choices, fact } = await ask({ missingShare: 0.043 });
    expect(choices[0]?.algorithm).toBe("gradient-boosting");
    expect(choices[0]?.reason).toContain("4.3 % missing");
    expect(fact).toEqual({ name: "gradient-boosting", reason: choices[0]?.reason });
  });

  it("recommends a linear model for few rows, with the kind that fits the problem", async () => {
    expect((await ask({ rows: 90 })).choices[0]).toMatchObject({ algorithm: "linear" });
    expect((await ask({ rows: 90 })).choices[0]?.reason).toContain("logistic");
    expect((await ask({ rows: 90, problemType: "regression" })).choices[0]?.reason).toContain("ridge");
  });

  it("follows the operator who wants to read coefficients", async () => {
    expect((await ask({ wantsLinear: true })).choices[0]?.algorithm).toBe("linear");
  });

  it("always names the other choices, each once, the baseline last", async () => {
    for (const profile of [{}, { rows: 90 }, { wantsLinear: true }]) {
      const names = (await ask(profile)).choices.map(({ algorithm }) => algorithm);
      expect(names.toSorted()).toEqual([
        "baseline",
        "decision-tree",
        "extra-trees",
        "gradient-boosting",
        "linear",
        "random-forest",
      ]);
      expect(names.at(-1)).toBe("baseline");
    }
  });

  it("refuses a profile that cannot be, naming the member", async () => {
    const bench = createToolBench();
    const wrong = async (profile: object) =>
      (await bench.fail(lookupAlgorithm, { problemType: "binary", rows: 5, columns: 2, ...profile })).message;
    expect(await wrong({ problemType: "clustering" })).toContain("problemType");
    expect(await wrong({ rows: 0 })).toContain("rows");
    expect(await wrong({ missingShare: 2 })).toContain("missingShare");
  });
});
