import { z } from "zod";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import { EXPLANATION_METHODS, type Explanation, type Frame, type Model } from "#lib/ml/index.ts";
import { digestOf, loadFrame } from "../engine/artifacts.ts";

/** How both explaining tools are told to explain. */
export const explainInput = {
  method: z
    .enum(EXPLANATION_METHODS)
    .default("auto")
    .describe(
      "auto: exact TreeSHAP for trees, closed form for linear models, else the kernel, which needs predictions only; tree-interventional, kernel and permutation compare with background rows",
    ),
  background: digestOf("rows that stand for what is usual, for instance the training part").optional(),
  backgroundRows: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(50)
    .describe("at most so many of them, drawn by seed"),
  space: z
    .enum(["margin", "probability"])
    .default("margin")
    .describe("probability: explained by kernel or permutation as the model answers it"),
};

type ExplainInput = z.output<z.ZodObject<typeof explainInput>>;

/** The options of the engine that such input means. */
export async function engineOptions(context: ToolContext, input: ExplainInput) {
  const background: Frame | undefined =
    input.background === undefined ? undefined : await loadFrame(context, input.background);
  return {
    // Probabilities have no exact method.
    method: input.method === "auto" && input.space === "probability" ? ("kernel" as const) : input.method,
    backgroundRows: input.backgroundRows,
    space: input.space,
    seed: context.seed,
    ...(background === undefined ? {} : { background }),
  };
}

/** Whether contributions come from predictions alone, thousands for each row. */
export function isByPredictions(model: Model, { method, space }: ExplainInput): boolean {
  if (method === "kernel" || method === "permutation" || space === "probability") return true;
  return method === "auto" && !["tree-ensemble", "linear", "constant"].includes(model.estimator.kind);
}

/** What else there is to know about an explanation. */
export function explanationNotes({ decision, calibration }: Model, explanation: Explanation): string[] {
  const notes: string[] = [];
  if (decision.kind === "group-thresholds") {
    const columns = decision.columns.map(({ feature }) => feature.name).join(", ");
    notes.push(
      `the contributions explain the probability; the decision also depends on ${columns}, by which its threshold differs`,
    );
  }
  if (!explanation.isExact) {
    notes.push("the contributions are estimates; their standard errors are in the report");
  }
  if (explanation.background?.source === "sample of the rows to explain") {
    notes.push(
      "no background rows were given: the contributions compare with a sample of the explained rows",
    );
  }
  if (calibration !== undefined && explanation.space !== "probability") {
    notes.push(
      "the contributions explain the score before calibration, which does not change the order of rows",
    );
  }
  return notes;
}

/** The failure's words where contributions do not add up to the prediction. */
export const misleading = (largestError: number): string =>
  `the contributions do not add up to the predictions (largest error ${largestError}); the explanation would mislead and was not kept`;
