import { z } from "zod";
import { FailureError } from "#core/contract/failure.ts";
import { defineTool } from "#core/contract/tool-definition.ts";
import { boostingParameters } from "#lib/ml/index.ts";
import { loadFrame } from "../engine/artifacts.ts";
import { trainThroughBackend } from "../engine/backends/train-through-backend.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { inEngine, runTask } from "../engine/run-task.ts";
import { classTarget } from "./class-target.ts";
import { learningColumns } from "./learning-columns.ts";
import { broken, knownRows, reloaded, sampled, scoredAlike, scoredRaw } from "./smoke-checks.ts";
import { trainStackModel } from "./train-stack.ts";
import { TrainInput } from "./train-tool.ts";

const CHECKED_ROWS = 50;
const FEW_ROUNDS = 5;

/**
 * Few rounds in place of many.
 * @throws FailureError for a number of rounds that the long run would refuse.
 */
function fewRounds({ rounds }: z.output<typeof TrainInput>["parameters"]): { rounds?: number } {
  if (rounds === undefined || rounds === null) return { rounds: FEW_ROUNDS };
  if (typeof rounds !== "number") return {};
  return { rounds: Math.min(FEW_ROUNDS, inEngine(() => boostingParameters({ rounds })).rounds) };
}

const Step = z.strictObject({
  step: z.enum([
    "load",
    "features",
    "train",
    "save and load",
    "score columns",
    "score raw rows",
    "evaluate",
    "explain",
  ]),
  ok: z.boolean(),
  detail: z.string(),
});
type Step = z.infer<typeof Step>;

export const smokeTest = defineTool({
  name: "smoke_test",
  group: "training",
  description:
    "Try a training end to end on a small seeded sample before the long run: load, choose features, train a few rounds, save, load again, score columns and raw rows with the same result, evaluate, explain with SHAP that adds up. Takes what the training tools take. Answers with every step; `passed` is false at the first that failed, with its reason. Says nothing about quality.",
  input: TrainInput.extend({
    problemType: z
      .enum(["classification", "regression"])
      .describe("which training tool the long run will use"),
    positiveClass: z.string().nullish(),
    rows: z.number().int().min(20).max(20_000).default(500).describe("rows of each part to try with"),
  }),
  output: z.strictObject({
    passed: z.boolean(),
    failed: z.string().nullable().describe("the step that failed, with its reason"),
    rows: z.number().int(),
    steps: z.array(Step),
  }),
  example: {
    train: "sample:train",
    validation: "sample:validation",
    target: "defaulted",
    timeColumn: "application_month",
    protected: ["sex"],
    problemType: "classification",
  },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 600_000,
  async run(input, context) {
    const steps: Step[] = [];
    /** Runs a step unless one before it failed; a typed failure is an answer here, a bug goes on up. */
    const attempt = async <Value>(
      step: Step["step"],
      work: () => Promise<{ value: Value; detail: string }>,
    ): Promise<Value | undefined> => {
      if (steps.some(({ ok }) => !ok)) return undefined;
      try {
        const { value, detail } = await work();
        steps.push({ step, ok: true, detail });
        return value;
      } catch (error) {
        if (!(error instanceof FailureError) || error.failure.code === "cancelled") throw error;
        steps.push({ step, ok: false, detail: error.failure.message });
        return undefined;
      }
    };
    const loaded = await attempt("load", async () => {
      const whole = await loadFrame(context, input.train);
      checkColumns(whole, { target: input.target, positiveClass: input.positiveClass });
      const classes =
        input.problemType === "regression"
          ? ({ ok: true, training: whole, problem: "regression" } as const)
          : classTarget(whole, input.target, input.positiveClass);
      if (!classes.ok) throw broken(`${input.target} holds amounts, not classes (${classes.reason})`);
      const { problem } = classes;
      const training = sampled(classes.training, input.rows, context.seed);
      const others = sampled(await loadFrame(context, input.validation), input.rows, context.seed);
      // A class too rare for the sample is no fault of the table.
      const validation = problem === "regression" ? others : knownRows(others, training, input.target);
      const detail = `${training.rowCount} of ${whole.rowCount} training rows and ${validation.rowCount} validation rows`;
      return { value: { training, validation, problem }, detail };
    });
    const columns =
      loaded &&
      (await attempt("features", async () => {
        const value = await learningColumns(context, loaded.training, input);
        const made = value.plan === undefined ? "" : `, made by ${value.plan.steps.length} steps among them`;
        return { value, detail: `${value.features.length} columns${made}` };
      }));
    const model =
      loaded &&
      columns &&
      (await attempt("train", async () => {
        const rounds = input.algorithm === "gradient-boosting" ? fewRounds(input.parameters) : {};
        const data = {
          ...loaded,
          target: input.target,
          ...(input.positiveClass == null ? {} : { positiveClass: input.positiveClass }),
          features: columns.features,
          ...(columns.plan === undefined ? {} : { engineering: columns.plan }),
          parameters: { ...input.parameters, ...rounds },
          seed: context.seed,
        };
        const { model: value, backend } =
          input.algorithm === "stack"
            ? await trainStackModel(context, {
                ...data,
                ...(input.members === undefined ? {} : { members: input.members }),
              })
            : await trainThroughBackend(context, { ...data, algorithm: input.algorithm });
        return { value, detail: `${input.algorithm} by the ${backend} backend` };
      }));
    const again = model && (await attempt("save and load", () => Promise.resolve(reloaded(model))));
    const rows = loaded && sampled(loaded.validation, CHECKED_ROWS, context.seed);
    if (model && again && rows) {
      await attempt("score columns", () => Promise.resolve(scoredAlike(model, again, rows)));
      await attempt("score raw rows", () => Promise.resolve(scoredRaw(again, rows)));
      await attempt("evaluate", async () => {
        const { problem } = await runTask(context, "evaluate-model", { model: again, frame: rows });
        return { value: problem, detail: `as a ${problem} problem` };
      });
      await attempt("explain", async () => {
        const { additivity, method } = await runTask(context, "explain-model", { model: again, frame: rows });
        const detail = `${method}, largest error ${additivity.largestError.toExponential(1)}`;
        if (!additivity.holds) throw broken(`contributions do not add up to the margin (${detail})`);
        return { value: true, detail };
      });
    }
    const wrong = steps.find(({ ok }) => !ok);
    const failed = wrong === undefined ? null : `${wrong.step}: ${wrong.detail}`;
    const tried = loaded?.training.rowCount ?? 0;
    return { ok: true, output: { passed: wrong === undefined, failed, rows: tried, steps } };
  },
});
