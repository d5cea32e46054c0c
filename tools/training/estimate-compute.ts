import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import { COST_TERMS, estimateCost } from "#lib/ml/index.ts";
import { inEngine } from "../engine/run-task.ts";

export const estimateCompute = defineTool({
  name: "estimate_compute",
  group: "training",
  description:
    "Estimate processor seconds and memory of training one of the engine's algorithms on rows x columns, from measured costs, with the error of the estimate. For a search multiply by trials and folds (give `fits`). Libraries behind the Python backend were not measured and are refused.",
  input: z.strictObject({
    algorithm: z
      .string()
      .min(1)
      .describe(`one of ${Object.keys(COST_TERMS).join(", ")}`),
    rows: z.number().int().positive().max(1e9),
    columns: z.number().int().positive().max(1e6),
    classes: z
      .number()
      .int()
      .min(2)
      .max(1000)
      .optional()
      .describe("number of classes; leave out for an amount"),
    parameters: z
      .record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))
      .default({})
      .describe("rounds, maximalLeaves, trees; the rest hardly matters"),
    fits: z.number().int().min(1).max(100_000).default(1).describe("trainings: trials x folds"),
  }),
  output: z.strictObject({
    processorSeconds: z.number(),
    low: z.number().describe("processor seconds by the largest error seen in calibration"),
    high: z.number(),
    memoryMegabytes: z.number().describe("table, prepared matrix and working memory of one training"),
    basis: z.string(),
  }),
  example: { algorithm: "gradient-boosting", rows: 1_000_000, columns: 30 },
  effect: "none",
  repeat: "safe",
  parallel: true,
  timeoutMs: 5000,
  run({ algorithm, rows, columns, classes, parameters, fits }) {
    const problem = classes === undefined ? "regression" : classes === 2 ? "binary" : "multiclass";
    const outputs = problem === "multiclass" ? (classes ?? 1) : 1;
    const cost = inEngine(() => estimateCost({ algorithm, rows, columns, outputs, problem, parameters }));
    const rounded = (seconds: number): number => Number((seconds * fits).toPrecision(3));
    return Promise.resolve({
      ok: true,
      output: {
        processorSeconds: rounded(cost.seconds),
        low: rounded(cost.seconds / (1 + cost.error)),
        high: rounded(cost.seconds * (1 + cost.error)),
        memoryMegabytes: Math.ceil(cost.bytes / 1e6),
        basis: `${cost.basis}${fits === 1 ? "" : ` Times ${fits} fits.`}`,
      },
    });
  },
});
