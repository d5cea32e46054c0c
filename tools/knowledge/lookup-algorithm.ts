import { z } from "zod";
import { failure } from "#core/contract/failure.ts";
import { defineTool } from "#core/contract/tool-definition.ts";
import { type AlgorithmFact, ProblemType } from "../facts.ts";
import { ALGORITHM_CATALOGUE, algorithmNamed } from "./algorithm-catalogue.ts";
import { AlgorithmOutput, asOutput, installedAlgorithms } from "./algorithm-entry-output.ts";

const Algorithm = z.enum([
  "gradient-boosting",
  "random-forest",
  "extra-trees",
  "decision-tree",
  "linear",
  "baseline",
]);

export const lookupAlgorithm = defineTool({
  name: "lookup_algorithm",
  group: "knowledge",
  description:
    "Look up which of the engine's algorithms fits a problem and a data profile, with the reason and what speaks for the others. The first is the recommendation. With a name, also what is known of that algorithm: what it is for, its limits, settings to begin with.",
  input: z.strictObject({
    problemType: ProblemType,
    rows: z.number().int().positive().describe("rows to train on"),
    columns: z.number().int().positive(),
    missingShare: z.number().min(0).max(1).default(0),
    name: z.string().min(1).optional().describe("an algorithm to show in full, as the registry calls it"),
    wantsLinear: z
      .boolean()
      .default(false)
      .describe("the operator asked for a model whose coefficients can be read"),
  }),
  output: z.strictObject({
    choices: z.array(z.strictObject({ algorithm: Algorithm, reason: z.string() })),
    entry: AlgorithmOutput.optional().describe("what is known of the named algorithm"),
  }),
  example: { problemType: "binary", rows: 1000, columns: 20 },
  effect: "none",
  repeat: "safe",
  parallel: true,
  timeoutMs: 60_000,
  async run(input, context) {
    const choices = rank(input);
    const [first] = choices;
    const fact: AlgorithmFact = { name: first.algorithm, reason: first.reason };
    if (input.name === undefined) return { ok: true, output: { choices }, facts: { algorithm: fact } };
    const entry = algorithmNamed(input.name);
    if (entry === undefined) {
      const names = ALGORITHM_CATALOGUE.map(({ name }) => name).join(", ");
      return {
        ok: false,
        failure: failure(
          "not-found",
          `there is no algorithm ${JSON.stringify(input.name)}; there are ${names}`,
        ),
      };
    }
    const output = { choices, entry: asOutput(entry, await installedAlgorithms(context)) };
    return { ok: true, output, facts: { algorithm: fact } };
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
  const others: readonly Choice[] = [
    {
      algorithm: "random-forest",
      reason: `averages deep trees: good without tuning, judges itself out of bag, but its models are large${missing}`,
    },
    {
      algorithm: "extra-trees",
      reason: "a forest of random splits: smoother than a random forest where many columns are noise",
    },
    {
      algorithm: "decision-tree",
      reason: "one tree that can be read as rules; seldom the most accurate",
    },
    baseline,
  ];
  if (wantsLinear) {
    return [
      { algorithm: "linear", reason: `the operator wants to read coefficients; ${linearName} gives them` },
      trees,
      ...others,
    ];
  }
  if (rows < FEW_ROWS) {
    return [
      {
        algorithm: "linear",
        reason: `${rows} rows are few: ${linearName} has few parameters and does not learn the noise`,
      },
      { ...trees, reason: `boosted trees want more than ${FEW_ROWS} rows` },
      ...others,
    ];
  }
  return [
    trees,
    {
      algorithm: "linear",
      reason: `${linearName} is simpler and its coefficients can be read; it misses interactions`,
    },
    ...others,
  ];
}
