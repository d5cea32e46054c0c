import { describe, expect, it } from "vitest";
import { frameFromRows, frameToRows } from "../frame/frame-rows.ts";
import { trainModel } from "../learn/train-model.ts";
import { createRandom } from "../random.ts";
import { explainModel } from "./explain-model.ts";
import { createRowExplainer, explainRows } from "./explain-rows.ts";

const random = createRandom(2);
const frame = frameFromRows(
  Array.from({ length: 300 }, (_, row) => {
    const [size, weight] = [random.normal(), random.normal()];
    const place = ["Bonn", "Lyon", "Rome"][row % 3]!;
    const total = size + (place === "Rome" ? weight : -weight);
    return {
      size,
      weight: row % 9 === 0 ? null : weight,
      place,
      grade: total > 1 ? "a" : total > -1 ? "b" : "c",
    };
  }),
);
const rows = frameToRows(frame).slice(0, 40);

const train = (algorithm: "gradient-boosting" | "random-forest" | "linear") =>
  trainModel({ training: frame, target: "grade", algorithm, features: ["size", "weight", "place"], seed: 0 })
    .model;

describe("a row explainer", () => {
  it.each(["gradient-boosting", "random-forest", "linear"] as const)(
    "gives for %s, call after call, what explaining anew gives",
    (algorithm) => {
      const model = train(algorithm);
      const explain = createRowExplainer(model);
      for (const part of [rows, rows.slice(3, 4), [], rows.slice(7, 9), rows.slice(3, 4)]) {
        const explanation = explain(part);
        expect(explanation).toEqual(explainRows(model, part));
        expect(explanation.additivity.holds).toBe(true);
      }
    },
  );

  it("explains a row alone as it does among many", () => {
    const model = train("gradient-boosting");
    const explain = createRowExplainer(model);
    const together = explainModel(model, frame);
    const width = together.features.length;
    for (const place of [0, 9, 17]) {
      const alone = explain(rows.slice(place, place + 1));
      for (const [output, contributions] of alone.contributions.entries()) {
        for (const [feature, value] of contributions.entries()) {
          expect(value).toBeCloseTo(together.contributions[output]![place * width + feature]!, 12);
        }
      }
    }
  });
});
