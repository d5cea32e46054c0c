import { describe, expect, it } from "vitest";
import { frameFromRows } from "../frame/frame-rows.ts";
import { trainModel } from "../learn/train-model.ts";
import { encodeModel } from "../model/encode-model.ts";
import { createRandom } from "../random.ts";
import { decodeModel } from "../score/decode-model.ts";
import { createScorer } from "../score/scorer.ts";
import { auditFairness } from "./audit-fairness.ts";
import { fitProjection, trainDecorrelated } from "./remove-correlation.ts";

/** What fairlearn 0.15.0's CorrelationRemover made of these numbers. */
const sensitive = Float64Array.of(1, 0, 1, 0, 1, 0, 1, 0);
const other = Float64Array.of(0, 1, 0, 0, 1, 1, 0, 1);
const first = Float64Array.of(2, 1, 4, 0, 3, 2, 5, 1.5);
const second = Float64Array.of(3, 5, 2, 7, 3, 6, 1, 4);

function projected(values: Float64Array, terms: readonly Float64Array[], alpha: number): number[] {
  const { means, coefficients } = fitProjection([values], terms, alpha);
  return Array.from(values, (value, row) =>
    terms.reduce(
      (left, term, index) => left - coefficients[0]![index]! * (term[row]! - means[index]!),
      value,
    ),
  );
}

const near = (actual: readonly number[], wanted: readonly number[]) => {
  for (const [row, value] of wanted.entries()) expect(Math.abs(actual[row]! - value)).toBeLessThan(1e-9);
};

describe("fitProjection", () => {
  it("gives fairlearn's numbers, wholly and in part, for one and for two sensitive columns", () => {
    near(projected(first, [sensitive], 1), [0.8125, 2.1875, 2.8125, 1.1875, 1.8125, 3.1875, 3.8125, 2.6875]);
    near(projected(second, [sensitive], 1), [4.625, 3.375, 3.625, 5.375, 4.625, 4.375, 2.625, 2.375]);
    near(
      projected(second, [sensitive], 0.5),
      [3.8125, 4.1875, 2.8125, 6.1875, 3.8125, 5.1875, 1.8125, 3.1875],
    );
    near(
      projected(first, [sensitive, other], 1),
      [
        0.9166666666666672, 2.083333333333333, 2.916666666666667, 1.5, 1.5, 3.083333333333333,
        3.916666666666667, 2.583333333333333,
      ],
    );
  });

  it("ignores a sensitive column that says the same again", () => {
    const again = sensitive.map((value) => 3 - 2 * value);
    near(projected(first, [sensitive, again], 1), projected(first, [sensitive], 1));
    expect(fitProjection([first], [sensitive, again], 1).coefficients[0]![1]).toBe(0);
  });
});

const random = createRandom(4);
const rows = Array.from({ length: 1600 }, (_, row) => {
  const isFirst = random.uniform() < 0.5;
  const merit = random.normal() + (isFirst ? 1 : 0);
  const town = random.uniform() < 0.8 === isFirst ? "east" : "west";
  return {
    group: isFirst ? "x" : "y",
    town: row % 40 === 0 ? null : town,
    merit: row % 30 === 0 ? null : merit,
    since: `2024-0${1 + (row % 9)}-11`,
    won: merit + 0.3 * random.normal() > 0.5 ? "yes" : "no",
  };
});
const training = frameFromRows(rows.slice(0, 1000));
const validation = frameFromRows(rows.slice(1000));
const attribute = [{ name: "group", bands: null }];

describe("trainDecorrelated", () => {
  it("makes a linear model's decisions nearly independent of the group, from raw rows that hold it", () => {
    const model = trainModel({
      training,
      target: "won",
      algorithm: "linear",
      features: ["merit", "town", "since"],
      seed: 0,
    }).model;
    const result = trainDecorrelated(model, { training, validation }, { protected: ["group"] });
    expect(result.untouched).toEqual(["since"]);
    expect(result.model.features.map(({ name }) => name).toSorted()).toEqual([
      "group",
      "merit",
      "since",
      "town",
    ]);
    const differenceOf = (candidate: typeof model) => {
      const audit = auditFairness(candidate, validation, { attributes: [attribute] });
      return audit.problem === "binary" ? audit.attributes[0]!.numbers.demographicParityDifference : NaN;
    };
    expect(differenceOf(model)).toBeGreaterThan(0.3);
    expect(differenceOf(result.model)).toBeLessThan(0.1);
    const loaded = createScorer(decodeModel(encodeModel(result.model)));
    const scored = loaded.scoreColumns(validation.columns, validation.rowCount);
    expect(scored).toEqual(createScorer(result.model).scoreColumns(validation.columns, validation.rowCount));
    expect(loaded.inputs.map(({ name }) => name)).toContain("group");
    const [row] = loaded.scoreRows([{ group: "x", merit: 0.4, town: "east", since: "2024-03-11" }]);
    expect(row).toMatchObject({ kind: "binary" });
    const strange = loaded.scoreRows([{ group: null, merit: null, town: "north", since: null }]);
    expect(strange[0]).toMatchObject({ kind: "binary" });
  });

  it("refuses protected dates, which have no linear term", () => {
    const model = trainModel({
      training,
      target: "won",
      algorithm: "linear",
      features: ["merit"],
      seed: 0,
    }).model;
    expect(() => trainDecorrelated(model, { training, validation }, { protected: ["since"] })).toThrow(
      /"since" holds date/,
    );
  });
});
