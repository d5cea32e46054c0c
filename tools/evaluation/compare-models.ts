import { z } from "zod";
import { failure } from "#core/contract/failure.ts";
import { defineTool, type ToolContext } from "#core/contract/tool-definition.ts";
import { type ComparedPair, compareCrossValidations, type Model } from "#lib/ml/index.ts";
import { digestOf, keepJson, loadFrame, loadModel, numberedName } from "../engine/artifacts.ts";
import { requireHeldOut } from "../engine/held-out.ts";
import { inEngine, runTask } from "../engine/run-task.ts";
import { readReport } from "./read-report.ts";

const Report = z.object({
  problem: z.enum(["binary", "multiclass", "regression"]),
  folds: z.array(
    z.object({
      repeat: z.number().int(),
      fold: z.number().int(),
      trainRows: z.number().int(),
      testRows: z.number().int(),
      measures: z.record(z.string(), z.number().nullable()),
    }),
  ),
});

const Pair = z.strictObject({
  first: z.string(),
  second: z.string(),
  difference: z.number().describe("the first's measure minus the second's"),
  interval: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
  test: z.string(),
  p: z.number(),
  adjustedP: z.number().describe("by Holm, for the number of pairs"),
  better: z
    .string()
    .nullable()
    .describe("the better one, when the difference is more than chance; else null"),
  statement: z.string(),
});

export const compareModelsTool = defineTool({
  name: "compare_models",
  group: "evaluation",
  description:
    "Say which of several models is better, and whether that is more than chance: on the same held-out rows by paired tests (DeLong for auc, McNemar for accuracy, paired t on losses and errors, a paired bootstrap for the rest) with intervals of the difference, or on the reports of cross_validate by the corrected t test. Adjusted for the number of pairs. A tie is never called a win. Give either models and test, or crossValidations.",
  input: z.strictObject({
    models: z.array(digestOf("a model")).min(2).max(8).optional(),
    test: digestOf("the held-out part, with models").optional(),
    crossValidations: z
      .array(digestOf("a report of cross_validate"))
      .min(2)
      .max(8)
      .optional()
      .describe("reports on the same folds: same training part, folds and seed"),
    measure: z
      .string()
      .optional()
      .describe(
        "what to compare: auc, logLoss, accuracy, macroAuc, rmse, mae, r2, …; the problem's first when absent",
      ),
    level: z
      .number()
      .min(0.0001)
      .max(0.5)
      .default(0.05)
      .describe("chance of calling any difference where there is none"),
    resamples: z
      .number()
      .int()
      .min(50)
      .max(5000)
      .default(500)
      .describe("bootstrap resamples for the intervals"),
  }),
  output: z.strictObject({
    report: z.string(),
    measure: z.string(),
    direction: z.enum(["higher", "lower"]).describe("which values are better"),
    values: z.array(z.strictObject({ digest: z.string(), value: z.number() })),
    best: z.string().nullable().describe("shown to be better than every other; null when none is"),
    pairs: z.array(Pair),
  }),
  example: { models: ["sample:model", "sample:linear-model"], test: "sample:test" },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 1_800_000,
  async run(input, context) {
    const { models, test, crossValidations, measure, level } = input;
    const digests = [...(models ?? []), ...(crossValidations ?? [])];
    const isModels = models !== undefined && test !== undefined && crossValidations === undefined;
    const isReports = crossValidations !== undefined && models === undefined && test === undefined;
    if (!isModels && !isReports) {
      return {
        ok: false,
        failure: failure("invalid-input", "give either models and test, or crossValidations alone"),
      };
    }
    if (new Set(digests).size < digests.length) {
      return {
        ok: false,
        failure: failure("invalid-input", "a digest is named twice; compare different ones"),
      };
    }
    const named = measure === undefined ? {} : { measure };
    const compared = isModels
      ? await compareOnRows(context, {
          models,
          test,
          options: { ...named, level, resamples: input.resamples },
        })
      : await compareReports(context, crossValidations ?? [], { ...named, level });
    const report = await keepJson(context, compared, {
      name: numberedName(context, "reports/comparison", "json"),
      kind: "metrics",
      inputs: [...digests, ...(test === undefined ? [] : [test])],
    });
    return {
      ok: true,
      output: {
        report: report.sha256,
        measure: compared.measure,
        direction: compared.direction,
        values: compared.values,
        best: compared.best,
        pairs: compared.pairs.map((pair) => shownPair(pair, compared.measure, level)),
      },
    };
  },
});

async function compareOnRows(
  context: ToolContext,
  about: {
    models: readonly string[];
    test: string;
    options: { measure?: string; level: number; resamples: number };
  },
) {
  const frame = await loadFrame(context, about.test);
  const models: { name: string; model: Model }[] = [];
  for (const digest of about.models) {
    const model = await loadModel(context, digest);
    await requireHeldOut(context, model, frame);
    models.push({ name: digest, model });
  }
  const { resamples, ...options } = about.options;
  const result = await runTask(context, "compare-models", {
    models,
    frame,
    options: { ...options, bootstrap: { resamples, seed: context.seed } },
  });
  const values = result.models.map(({ name, measures }) => ({
    digest: name,
    value: measures[result.measure] ?? Number.NaN, // the engine refuses rows that leave it undefined
  }));
  return { ...result, test: about.test, values };
}

async function compareReports(
  context: ToolContext,
  digests: readonly string[],
  options: { measure?: string; level: number },
) {
  const named: ({ name: string } & z.output<typeof Report>)[] = [];
  for (const digest of digests) {
    const what = "the report digest that cross_validate returned";
    named.push({ name: digest, ...(await readReport(context, digest, { schema: Report, what })) });
  }
  const result = inEngine(() => compareCrossValidations(named, options));
  return { ...result, values: result.means.map(({ name, mean }) => ({ digest: name, value: mean })) };
}

function shownPair(pair: ComparedPair, measure: string, level: number): z.input<typeof Pair> {
  const { first, second, difference, interval, test, p, adjustedP, better } = pair;
  const short = (digest: string) => digest.slice(0, 12);
  const statement =
    better === null
      ? `No difference in ${measure} is shown between ${short(first)} and ${short(second)} (adjusted p ${adjustedP.toPrecision(3)}, level ${level}).`
      : `${short(better)} is better than ${short(better === first ? second : first)} by ${Math.abs(difference).toPrecision(4)} ${measure} (adjusted p ${adjustedP.toPrecision(3)}).`;
  return { first, second, difference, interval, test, p, adjustedP, better, statement };
}
