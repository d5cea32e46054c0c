import { describe, expect, it } from "vitest";
import { Artifact } from "#core/contract/artifact.ts";
import { createTestToolContext } from "#core/testing/tool-context.ts";
import { readFairnessHistory } from "./fairness-history.ts";

async function history(...bodies: unknown[]) {
  const context = createTestToolContext();
  const recorded: Artifact[] = [];
  for (const [index, body] of bodies.entries()) {
    const text = JSON.stringify(body);
    recorded.push(
      Artifact.parse({
        sha256: await context.seedArtifact(text),
        kind: "fairness",
        name: `fairness_${index}.json`,
        mediaType: "application/json",
        bytes: text.length,
        inputs: [],
      }),
    );
  }
  return readFairnessHistory(context.artifacts, recorded, undefined);
}

const numbers = { demographicParityDifference: 0.3, equalOpportunityDifference: 0.1 };

describe("readFairnessHistory", () => {
  it("reads the engine's audits of two classes, of many, and of numbers", async () => {
    const [binary, multiclass, regression] = await history(
      { model: "m1", passed: false, audit: { attributes: [{ attribute: "sex", numbers, groups: [] }] } },
      {
        attributes: [
          {
            attribute: "site",
            demographicParityDifference: 0.2,
            perClass: [{ label: "a", fairness: { numbers } }],
          },
        ],
      },
      {
        attributes: [
          { attribute: "district", metrics: { meanError: { difference: 12.5 }, mae: { difference: 3 } } },
        ],
      },
    );
    expect(binary).toMatchObject({
      model: "m1",
      passed: false,
      attributes: [{ attribute: "sex", differences: numbers }],
    });
    expect(multiclass?.attributes).toEqual([
      { attribute: "site", differences: { demographicParityDifference: 0.2 } },
    ]);
    expect(regression?.attributes).toEqual([
      { attribute: "district", differences: { meanErrorDifference: 12.5 } },
    ]);
  });

  it("reads attributes that are keys of a record, and leaves the worst one's copy out", async () => {
    const [audit] = await history({ attributes: { sex: numbers }, worst: numbers });
    expect(audit?.attributes).toEqual([{ attribute: "sex", differences: numbers }]);
  });

  it("keeps an audit that says nothing it knows, without numbers", async () => {
    expect(await history({ something: "else" })).toMatchObject([{ passed: undefined, attributes: [] }]);
  });
});
