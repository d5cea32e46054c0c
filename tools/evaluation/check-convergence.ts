import { z } from "zod";
import { failure } from "#core/contract/failure.ts";
import { defineTool } from "#core/contract/tool-definition.ts";
import { judgeConvergence } from "#lib/ml/index.ts";
import { digestOf } from "../engine/artifacts.ts";
import { inEngine } from "../engine/run-task.ts";
import type { ConvergenceFact } from "../facts.ts";
import { readReport } from "./read-report.ts";

const Round = z.object({
  round: z.number().int(),
  trainingLoss: z.number().nullish(),
  validationLoss: z.number().nullish(),
});

const TrainingReport = z.object({
  algorithm: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  history: z.array(Round),
});

export const checkConvergence = defineTool({
  name: "check_convergence",
  group: "evaluation",
  description:
    "Judge a training by its losses round by round: converged, still improving, overfitting, diverging, unstable or too short, with the numbers it rests on and what to change (rounds, learningRate, patience). Give the report digest that train_classifier, train_regressor or tune_hyperparameters returned, or the rounds themselves. Learners without rounds, such as linear models, have no history.",
  input: z.strictObject({
    report: digestOf("the training's report").optional(),
    history: z
      .array(
        z.strictObject({
          round: z.number().int(),
          trainingLoss: z.number().nullish(),
          validationLoss: z.number().nullish(),
        }),
      )
      .min(1)
      .max(100_000)
      .optional()
      .describe("instead of a report: the losses after each round; lower is better"),
    patience: z
      .number()
      .int()
      .min(1)
      .nullish()
      .describe(
        "with history: rounds without improvement after which the training stopped and kept the best round",
      ),
  }),
  output: z.strictObject({
    verdict: z.enum(["converged", "still-improving", "overfitting", "diverging", "unstable", "too-short"]),
    rounds: z.number().int(),
    bestRound: z.number().int().nullable(),
    watched: z.enum(["validation", "training"]),
    evidence: z.strictObject({
      first: z.number().nullable(),
      best: z.number().nullable(),
      last: z.number().nullable(),
      lateShare: z.number().nullable().describe("part of the whole fall within the last tenth of the rounds"),
      riseShare: z.number().nullable().describe("how much of the fall was lost again"),
      risingRounds: z.number().nullable().describe("part of the later half's rounds in which the loss rose"),
      gap: z
        .number()
        .nullable()
        .describe("validation above training loss at the best round, as a part of the latter"),
      stoppedEarly: z.boolean(),
    }),
    advice: z.array(z.string()),
  }),
  example: {
    history: [0.69, 0.6, 0.54, 0.5, 0.48, 0.47, 0.47].map((validationLoss, index) => ({
      round: index + 1,
      validationLoss,
    })),
  },
  effect: "none",
  repeat: "safe",
  parallel: true,
  timeoutMs: 60_000,
  async run(input, context) {
    if ((input.report === undefined) === (input.history === undefined)) {
      return { ok: false, failure: failure("invalid-input", "give either a report or a history") };
    }
    const { algorithm, parameters, history } =
      input.report === undefined
        ? { algorithm: "", parameters: { patience: input.patience }, history: input.history ?? [] }
        : await readReport(context, input.report, {
            schema: TrainingReport,
            what: "the report digest that a training tool returned",
          });
    if (history.length === 0) {
      return {
        ok: false,
        failure: failure(
          "invalid-input",
          `${algorithm} does not go in rounds, so there is no history to judge; its notes say whether it converged`,
        ),
      };
    }
    const rounds = history.map(({ round, trainingLoss, validationLoss }) => ({
      round,
      trainingLoss: trainingLoss ?? null,
      validationLoss: validationLoss ?? null,
    }));
    const stated: unknown = parameters["patience"];
    const patience = typeof stated === "number" ? stated : null;
    const judged = inEngine(() => judgeConvergence(rounds, { patience }));
    const output = { ...judged, advice: [...judged.advice] };
    if (input.report === undefined) return { ok: true, output };
    const { verdict, bestRound } = judged;
    const fact: ConvergenceFact = { report: input.report, verdict, rounds: judged.rounds, bestRound };
    return { ok: true, output, facts: { convergence: fact } };
  },
});
