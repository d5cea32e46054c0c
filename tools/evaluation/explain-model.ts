import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import { failure } from "#core/contract/failure.ts";
import { digestOf, keepJson, loadFrame, loadModel } from "../engine/artifacts.ts";
import type { Model } from "#lib/ml/index.ts";
import { runTask } from "../engine/run-task.ts";
import type { ExplanationFact } from "../facts.ts";

export const explainModelTool = defineTool({
  name: "explain_model",
  group: "evaluation",
  description:
    "Explain what a model rests on by exact SHAP values (TreeSHAP for trees, closed form for linear models) over a sample of rows: importance per feature, contributions per sampled row, and a check that they add up to the prediction. Kept as shap.json.",
  input: z.strictObject({
    model: digestOf("the model"),
    data: digestOf("rows to explain, for instance the test part"),
    rows: z
      .number()
      .int()
      .min(1)
      .max(5000)
      .default(500)
      .describe("rows to explain, drawn with the run's seed"),
  }),
  output: z.strictObject({
    artifact: z.string(),
    method: z.string(),
    space: z.string(),
    rows: z.number().int(),
    importance: z.array(z.strictObject({ feature: z.string(), importance: z.number() })),
    additivity: z.strictObject({ holds: z.boolean(), largestError: z.number() }),
    notes: z.array(z.string()),
  }),
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
      options: { maximalRows: input.rows, seed: context.seed },
    });
    if (!explanation.additivity.holds) {
      return {
        ok: false,
        failure: failure(
          "tool-failed",
          `the contributions do not add up to the predictions (largest error ${explanation.additivity.largestError}); the explanation would mislead and was not kept`,
        ),
      };
    }
    const notes = decisionNotes(model);
    const artifact = await keepJson(
      context,
      { model: input.model, data: input.data, notes, ...explanation },
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
        rows: explanation.rows.length,
        importance: importance.slice(0, 30),
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

/** Contributions explain the score; who is selected also depends on where the thresholds lie. */
function decisionNotes({ decision }: Model): string[] {
  if (decision.kind !== "group-thresholds") return [];
  const columns = decision.columns.map(({ feature }) => feature.name).join(", ");
  return [
    `the contributions explain the probability; the decision also depends on ${columns}, by which its threshold differs`,
  ];
}
