import { describe, expect, it } from "vitest";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { TrainInput } from "../training/train-tool.ts";
import { ALGORITHM_CATALOGUE } from "./algorithm-catalogue.ts";
import { lookupAlgorithm } from "./lookup-algorithm.ts";
import { searchAlgorithmRegistry } from "./search-algorithm-registry.ts";

interface Output {
  algorithms: { name: string; installed: boolean; source: string; strengths: string }[];
}

const search = async (input: object) =>
  (await createToolBench().succeed<Output>(searchAlgorithmRegistry, input)).algorithms;

describe("search_algorithm_registry", () => {
  it("lists exactly the algorithms that the training tools take", () => {
    const trainable = TrainInput.shape.algorithm.unwrap().options;
    expect(ALGORITHM_CATALOGUE.map(({ name }) => name).toSorted()).toEqual(trainable.toSorted());
  });

  it("says which are installed here: without Python only the engine's own", async () => {
    const all = await search({});
    expect(all.find(({ name }) => name === "gradient-boosting")?.installed).toBe(true);
    expect(all.filter(({ source }) => source === "python").every(({ installed }) => !installed)).toBe(true);
    expect((await search({ onlyInstalled: true })).every(({ source }) => source === "embedded")).toBe(true);
  });

  it("keeps to every filter", async () => {
    const names = async (input: object) => (await search(input)).map(({ name }) => name);
    expect(await names({ query: "read", interpretability: "high", problemType: "binary" })).toEqual(
      expect.arrayContaining(["decision-tree", "linear", "lasso"]),
    );
    expect(await names({ problemType: "binary" })).not.toContain("ols");
    expect(await names({ rows: 60 })).not.toContain("gradient-boosting");
    expect(await names({ monotone: true, takesMissing: true, onlyInstalled: true })).toEqual([
      "gradient-boosting",
      "baseline",
    ]);
    expect(await names({ query: "quantum" })).toEqual([]);
  });
});

describe("lookup_algorithm with a name", () => {
  const profile = { problemType: "binary", rows: 500, columns: 5 };

  it("shows what is known of it", async () => {
    const { entry } = await createToolBench().succeed<{ entry: { title: string; start: object } }>(
      lookupAlgorithm,
      {
        ...profile,
        name: "random-forest",
      },
    );
    expect(entry).toMatchObject({ title: "Random forest", start: { trees: 200 } });
  });

  it("refuses a name that nobody has, listing those there are", async () => {
    const failed = await createToolBench().fail(lookupAlgorithm, { ...profile, name: "neural-net" });
    expect(failed.code).toBe("not-found");
    expect(failed.message).toContain("gradient-boosting");
  });
});
