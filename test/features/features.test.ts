import { describe, expect, it } from "vitest";
import { citationProblem, citations, featureRows } from "./feature-rows.ts";

const cited = [...citations()].flatMap(([file, rows]) => rows.map((row) => ({ file, ...row })));

describe("the citations of features", () => {
  it("name tests that exist", () => {
    const problems = cited.flatMap(({ id, tests }) =>
      tests.flatMap((reference) => {
        const problem = citationProblem(reference);
        return problem === undefined ? [] : [`${id}: ${problem}`];
      }),
    );
    expect(problems).toEqual([]);
  });

  it("cite each row once", () => {
    const ids = cited.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  const rows = featureRows();
  it.skipIf(rows === undefined)(
    "name rows that the manifests hold, and none that no repository can prove",
    () => {
      const known = new Map(
        [...(rows ?? [])].flatMap(([, list]) => list.map((row) => [row.id, row] as const)),
      );
      const unknown = cited.filter(({ id }) => !known.has(id)).map(({ id }) => id);
      const outside = cited.filter(({ id }) => known.get(id)?.kind === "outside").map(({ id }) => id);
      expect({ unknown, outside }).toEqual({ unknown: [], outside: [] });
    },
  );
});
