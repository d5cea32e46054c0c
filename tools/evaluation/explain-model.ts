import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import { failure } from "#core/contract/failure.ts";
import { digestOf, keepJson, loadFrame, loadModel } from "../engine/artifacts.ts";
import { runTask } from "../engine/run-task.ts";
import type { ExplanationFact } from "../facts.ts";
import { strongestDependence, strongestPairs } from "./dependence.ts";
import {
  engineOptions,
  explainInput,
  explanationNotes,
  isByPredictions,
  misleading,
} from "./explain-options.ts";

/** Interactions are squares of the features for each row. */
const INTERACTION_ROWS = 100;
/** Features whose values the report holds beside their contributions: as many as a beeswarm can show. */
const DEPENDENCE = 20;

export const explainModelTool = defineTool({
  name: "explain_model",
  group: "evaluation",
  description:
    "Explain what a model rests on by SHAP values over a sample of rows: exact for trees (TreeSHAP) and linear models, by predictions alone for any other. Returns the importance of each feature and, when asked for, the pairs that do most together; the report holds each row's contributions, the dependence of the strongest features on their values, and a check that contributions add up to the prediction. Kept as shap.json. For single decisions take explain_prediction.",
  input: z.strictObject({
    model: digestOf("the model"),
    data: digestOf("rows to explain, for instance the test part"),
    rows: z
      .number()
      .int()
      .min(1)
      .max(5000)
      .optional()
      .describe("rows to explain, drawn with the run's seed: 500 by default, 50 by kernel or permutation"),
    interactions: z
      .boolean()
      .default(false)
      .describe("also which pairs of features do most together, for trees, over at most 100 of the rows"),
    ...explainInput,
  }),
  output: z.strictObject({
    artifact: z.string(),
    method: z.string(),
    space: z.string(),
    isExact: z.boolean(),
    rows: z.number().int(),
    importance: z.array(z.strictObject({ feature: z.string(), importance: z.number() })),
    interactions: z.array(z.strictObject({ features: z.array(z.string()), strength: z.number() })),
    additivity: z.strictObject({ holds: z.boolean(), largestError: z.number() }),
    notes: z.array(z.string()),
  }),
  example: { model: "sample:model", data: "sample:test", rows: 100, interactions: true },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 1_800_000,
  async run(input, context) {
    const model = await loadModel(context, input.model);
    const frame = await loadFrame(context, input.data);
    const explanation = await runTask(context, "explain-model", {
      model,
      frame,
      options: {
        ...(await engineOptions(context, input)),
        maximalRows: input.rows ?? (isByPredictions(model, input) ? 50 : 500),
        interactionRows: input.interactions ? INTERACTION_ROWS : 0,
      },
    });
    if (!explanation.additivity.holds) {
      return {
        ok: false,
        failure: failure("tool-failed", misleading(explanation.additivity.largestError)),
      };
    }
    const notes = explanationNotes(model, explanation);
    const pairs = strongestPairs(explanation, 15);
    const dependence = strongestDependence(explanation, frame, DEPENDENCE);
    const artifact = await keepJson(
      context,
      { model: input.model, data: input.data, notes, ...explanation, strongestPairs: pairs, dependence },
      { name: "shap.json", kind: "explanation", inputs: [input.model, input.data] },
    );
    const importance = explanation.importance.map(({ feature, meanAbsolute }) => ({
      feature,
      importance: meanAbsolute,
    }));
    const fact: ExplanationFact = {
      artifact: artifact.sha256,
      model: input.model,
      method: explanation.method,
      additive: explanation.additivity.holds,
      top: importance.slice(0, 10),
    };
    return {
      ok: true,
      output: {
        artifact: artifact.sha256,
        method: explanation.method,
        space: explanation.space,
        isExact: explanation.isExact,
        rows: explanation.rows.length,
        importance: importance.slice(0, 30),
        interactions: pairs,
        additivity: {
          holds: explanation.additivity.holds,
          largestError: explanation.additivity.largestError,
        },
        notes,
      },
      facts: { explanation: fact },
    };
  },
});
