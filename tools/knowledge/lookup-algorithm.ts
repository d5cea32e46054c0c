import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import { type AlgorithmFact, ProblemType } from "../facts.ts";

const Algorithm = z.enum(["gradient-boosting", "linear", "baseline"]);

export const lookupAlgorithm = defineTool({
  name: "lookup_algorithm",
  group: "knowledge",
  description:
    "Look up which of the engine's algorithms fits a problem and a data profile, with the reason and what speaks for the others. The first is the recommendation.",
  input: z.strictObject({
    problemType: ProblemType,
    rows: z.number().int().positive().describe("rows to train on"),
    columns: z.number().int().positive(),
    missingShare: z.number().min(0).max(1).default(0),
    wantsLinear: z
      .boolean()
      .default(false)
      .describe("the operator asked for a model whose coefficients can be read"),
  }),
  output: z.strictObject({
    choices: z.array(z.strictObject({ algorithm: Algorithm, reason: z.string() })),
  }),
  effect: "none",
  repeat: "safe",
  parallel: true,
  timeoutMs: 5000,
  run(input) {
    const choices = rank(input);
    const [first] = choices;
    const fact: AlgorithmFact = { name: first.algorithm, reason: first.reason };
    return Promise.resolve({ ok: true, output: { choices }, facts: { algorithm: fact } });
  },
});

type Choice = { algorithm: z.infer<typeof Algorithm>; reason: string };

/** Fewer rows than this do not fill the leaves of boosted trees. */
const FEW_ROWS = 400;

function rank(profile: {
  problemType: ProblemType;
  rows: number;
  columns: number;
  missingShare: number;
  wantsLinear: boolean;
}): [Choice, ...Choice[]] {
  const { problemType, rows, columns, missingShare, wantsLinear } = profile;
  const linearName =
    problemType === "regression" ? "a ridge regression" : "a regularised logistic regression";
  const baseline: Choice = {
    algorithm: "baseline",
    reason: "predicts the most common outcome; what every other model has to beat",
  };
  const missing =
    missingShare > 0 ? `, and takes the ${(100 * missingShare).toFixed(1)} % missing cells as they are` : "";
  const trees: Choice = {
    algorithm: "gradient-boosting",
    reason: `${rows} rows with ${columns} columns are enough for boosted trees, which find interactions and thresholds${missing}`,
  };
  if (wantsLinear) {
    return [
      { algorithm: "linear", reason: `the operator wants to read coefficients; ${linearName} gives them` },
      trees,
      baseline,
    ];
  }
  if (rows < FEW_ROWS) {
    return [
      {
        algorithm: "linear",
        reason: `${rows} rows are few: ${linearName} has few parameters and does not learn the noise`,
      },
      { ...trees, reason: `boosted trees want more than ${FEW_ROWS} rows` },
      baseline,
    ];
  }
  return [
    trees,
    {
      algorithm: "linear",
      reason: `${linearName} is simpler and its coefficients can be read; it misses interactions`,
    },
    baseline,
  ];
}
