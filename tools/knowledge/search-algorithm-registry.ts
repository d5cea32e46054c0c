import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import { ProblemType } from "../facts.ts";
import { ALGORITHM_CATALOGUE, type AlgorithmEntry } from "./algorithm-catalogue.ts";
import { AlgorithmOutput, asOutput, installedAlgorithms } from "./algorithm-entry-output.ts";

export const searchAlgorithmRegistry = defineTool({
  name: "search_algorithm_registry",
  group: "knowledge",
  description:
    'List the algorithms that fit stated needs, of all that can be trained: the engine\'s own and, where the Python backend is installed, LightGBM, XGBoost and scikit-learn. Filter by problem, rows, interpretability, handling of missing values, monotone constraints, speed, or words ("trees", "calibrated"). Each comes with strengths, weaknesses, settings to begin with, and whether it is installed. recommend_model ranks for a dataset instead.',
  input: z.strictObject({
    query: z
      .string()
      .max(200)
      .optional()
      .describe("words that its name or description must hold, each of them"),
    problemType: ProblemType.optional(),
    rows: z.number().int().positive().optional(),
    interpretability: z.enum(["high", "medium"]).optional().describe("at least this"),
    takesMissing: z.literal(true).optional(),
    monotone: z.literal(true).optional(),
    speed: z.enum(["fast", "medium"]).optional().describe("at least this"),
    onlyInstalled: z.boolean().default(false),
  }),
  output: z.strictObject({ algorithms: z.array(AlgorithmOutput) }),
  example: { query: "readable model for classes", problemType: "binary" },
  effect: "none",
  repeat: "safe",
  parallel: true,
  timeoutMs: 60_000,
  async run(input, context) {
    const installed = await installedAlgorithms(context);
    const words = (input.query ?? "")
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "");
    const { problemType, rows } = input;
    const algorithms = ALGORITHM_CATALOGUE.filter(
      (entry) =>
        words.every((word) => textOf(entry).includes(word)) &&
        (problemType === undefined || entry.problems.includes(problemType)) &&
        (rows === undefined || (rows >= entry.minimalRows && rows <= (entry.maximalRows ?? Infinity))) &&
        (input.interpretability === undefined ||
          rank(entry.interpretability) >= rank(input.interpretability)) &&
        (input.speed === undefined || rank(entry.speed) >= rank(input.speed)) &&
        (input.takesMissing === undefined || entry.missing) &&
        (input.monotone === undefined || entry.monotone) &&
        (!input.onlyInstalled || installed.has(entry.name)),
    ).map((entry) => asOutput(entry, installed));
    return { ok: true, output: { algorithms } };
  },
});

const RANKS: readonly string[] = ["slow", "low", "medium", "fast", "high"];

/** Places on one scale: what is named later is more. */
const rank = (word: string): number => RANKS.indexOf(word);

const textOf = ({ name, title, family, strengths, weaknesses }: AlgorithmEntry): string =>
  [name, title, family, strengths, weaknesses].join(" ").toLowerCase();
