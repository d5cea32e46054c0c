import { describe, expect, it } from "vitest";
import type { Artifact } from "#core/contract/artifact.ts";
import { createSampleRun } from "../sample-run.testing.ts";
import { drawEvidence, findTraining } from "./evidence-pictures.ts";

const report = (model: string) => ({
  model,
  algorithm: "gradient-boosting",
  history: [1, 2, 3].map((round) => ({ round, trainingLoss: 1 / round, validationLoss: 1 / round + 0.1 })),
});

/** An artifact as a tool would have recorded it. */
const recorded = (name: string, sha256: string, inputs: string[]): Artifact => ({
  name,
  kind: name.startsWith("models/") ? "model" : "log",
  mediaType: "application/json",
  bytes: 1,
  sha256: sha256 as Artifact["sha256"], // digests of the test store
  inputs: inputs as Artifact["inputs"],
});

describe("pictures of evidence", () => {
  it("take the learning curve from the training of the model, or of the one that it was made from", async () => {
    const { context, run } = await createSampleRun();
    const [own, other] = [
      await context.seedArtifact(JSON.stringify(report("own"))),
      await context.seedArtifact(JSON.stringify(report("other"))),
    ];
    const [trained, mitigated, stranger] = ["a".repeat(64), "b".repeat(64), "c".repeat(64)];
    const artifacts = [
      recorded("models/model_1.json", trained, []),
      recorded("reports/training_1.json", own, [trained]),
      recorded("models/model_2.json", mitigated, [trained]),
      recorded("models/model_3.json", stranger, []),
      recorded("reports/training_2.json", other, [stranger]),
    ];
    const within = { ...context, run: { ...run, artifacts } };
    expect(await findTraining(within, trained)).toEqual({ body: report("own"), digest: own });
    expect(await findTraining(within, mitigated)).toEqual({ body: report("own"), digest: own });
    expect(await findTraining(within, "d".repeat(64))).toEqual({ body: undefined, digest: undefined });
    expect(await findTraining(within, undefined)).toEqual({ body: undefined, digest: undefined });
  });

  it("name the report behind each of them, and draw nothing of what was not recorded", () => {
    const none = { body: undefined, digest: undefined };
    const { byPart, sources } = drawEvidence({
      training: { body: report("own"), digest: "e".repeat(64) },
      metrics: none,
      fairness: { body: { audited: false }, digest: "f".repeat(64) },
      drift: none,
      explanation: none,
    });
    expect(byPart.training.map(({ id }) => id)).toEqual(["learning-curve"]);
    expect([byPart.metrics, byPart.fairness, byPart.drift, byPart.explanation].flat()).toEqual([]);
    expect([...sources]).toEqual([["learning-curve", "e".repeat(64)]]);
  });
});
