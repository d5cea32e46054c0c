import { z } from "zod";
import { failure } from "#core/contract/failure.ts";
import { defineTool, type ToolContext } from "#core/contract/tool-definition.ts";
import type { Frame, Model } from "#lib/ml/index.ts";
import { acceptedLimit } from "../engine/accepted-limit.ts";
import { digestOf, keepJson, keepModel, loadFrame, loadModel } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { proveKeptModel } from "../engine/prove-kept-model.ts";
import { protectedColumns } from "../engine/request-columns.ts";
import { ModelFact } from "../facts.ts";
import { chooseCandidate, MARGIN } from "./choose-candidate.ts";
import { judgeCandidate, MITIGATION_METHODS, type MitigationCandidate } from "./mitigation-candidate.ts";
import { groupChanges, mitigationCost, mitigationNotes, neededToDecide } from "./mitigation-report.ts";
import { withNote } from "./reweigh-model.ts";
import { tryMethods } from "./try-mitigations.ts";

const Method = z.enum(["none", ...MITIGATION_METHODS]);
const Constraint = z.enum(["demographic-parity", "equal-opportunity", "equalized-odds"]);
const Rate = z.number().nullable();

export const mitigateBias = defineTool({
  name: "mitigate_bias",
  group: "training",
  description:
    "Mitigate a binary classifier's bias between protected groups. Methods: `reweighing` the training rows; `group-thresholds`, one decision threshold a group; `reductions`, training again and again on rows weighted by what fairness costs (slow); `correlation-removal`, taking out of the features what the protected columns tell of them. Thresholds and correlation removal need the group when deciding, which some laws forbid: `useGroup: false` leaves them out. `auto` tries reweighing, then thresholds, then the others while the limit is not met, and keeps the mildest that meets it with a margin at little cost, else the best; when nothing helps, the model stays as it is and the answer says so. Judged on the validation part. Returns the model's digest, what each method gave and cost and for whom, and every group's rates before and after.",
  input: z.strictObject({
    model: digestOf("the model to mitigate"),
    train: digestOf("the training part"),
    validation: digestOf("the validation part"),
    protected: z
      .array(z.string())
      .default([])
      .describe("columns whose groups are to be treated alike, beside those that the run protects"),
    method: z.enum(["auto", ...MITIGATION_METHODS]).default("auto"),
    constraint: Constraint.default("demographic-parity").describe(
      "what is to be alike: selection rates; true positive rates; true and false positive rates",
    ),
    useGroup: z
      .boolean()
      .default(true)
      .describe("false: only methods whose model decides without being given the protected columns"),
    limit: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe(
        "largest accepted difference of the rates that are to be alike; the deployment's when absent, and never milder than it in a run",
      ),
  }),
  output: z.strictObject({
    model: z.string(),
    method: Method.describe("none: no method was better than the model as it is, which stays"),
    isWithinLimit: z.boolean().describe("on the validation part; only an audit on the test part decides"),
    limit: z.number(),
    attempts: z.array(
      z.strictObject({
        method: Method,
        metric: z.string(),
        value: z.number(),
        accuracy: z.number(),
        demographicParityDifference: z.number(),
        difference: z.number().describe("of the rates that are to be alike"),
      }),
    ),
    cost: z.strictObject({
      metric: z.string(),
      metricChange: z.number().describe("below 0 the model got worse"),
      accuracyChange: z.number(),
    }),
    groups: z.array(
      z.strictObject({
        attribute: z.string(),
        group: z.string(),
        rows: z.number().int(),
        selectionRate: z.strictObject({ before: Rate, after: Rate }),
        truePositiveRate: z.strictObject({ before: Rate, after: Rate }),
        accuracy: z.strictObject({ before: Rate, after: Rate }),
      }),
    ),
    neededToDecide: z.array(z.string()).describe("protected columns that the served model has to be given"),
    notes: z.array(z.string()),
  }),
  example: {
    model: "sample:model",
    train: "sample:train",
    validation: "sample:validation",
    protected: ["sex"],
  },
  effect: "read",
  repeat: "safe",
  parallel: false,
  timeoutMs: 3_600_000,
  async run(input, context) {
    const model = await loadModel(context, input.model);
    const audited = protectedColumns(context, input.protected);
    if (model.problem !== "binary") {
      return refused(
        `mitigation is for classifiers with two classes; this model is for ${model.problem}. Report the differences and ask for a waiver`,
      );
    }
    if (audited.length === 0) {
      return refused("no protected column is named; name those whose groups are to be treated alike");
    }
    if (!input.useGroup && (input.method === "group-thresholds" || input.method === "correlation-removal")) {
      return refused(
        `${input.method} needs the protected columns when deciding, which useGroup: false rules out; take reweighing, reductions or auto`,
      );
    }
    const training = await loadFrame(context, input.train);
    const validation = await loadFrame(context, input.validation);
    for (const frame of [training, validation]) {
      checkColumns(frame, { target: model.target, protected: audited });
    }
    const { limit, notes } = acceptedLimit(context, {
      asked: input.limit,
      deployment: context.settings.fairnessLimit,
    });
    const { constraint, useGroup } = input;
    const about = { training, validation, protected: audited, limit, constraint, useGroup };
    const before = await judgeCandidate(context, model, { ...about, method: "none" });
    const tried = await tryMethods(context, { ...about, before, method: input.method });
    const chosen = chooseCandidate(before, tried.candidates, limit);
    const isKept = chosen.method === "none";
    const mitigated = isKept ? model : recorded(chosen, audited);
    const digest = isKept
      ? input.model
      : (await keepModel(context, mitigated, [input.model, input.train, input.validation])).sha256;
    if (!isKept) await proveKeptModel(context, mitigated, { sha256: digest, frame: validation });
    notes.push(...tried.notes, ...mitigationNotes(before, chosen, { ...about, model: mitigated }));
    const attempts = [before, ...tried.candidates].map(shortAttempt);
    const isWithinLimit = chosen.difference <= limit;
    const cost = mitigationCost(before, chosen);
    await keepJson(
      context,
      {
        model: digest,
        from: input.model,
        method: chosen.method,
        isWithinLimit,
        limit,
        constraint,
        margin: MARGIN,
        protected: audited,
        cost,
        notes,
        attempts: [before, ...tried.candidates].map((one) => ({
          ...shortAttempt(one),
          perAttribute: one.differences,
          groups: one.groups,
        })),
        thresholdTrials: tried.trials.map(({ window, smallestGroup, candidate }) => ({
          window,
          smallestGroup,
          ...shortAttempt(candidate),
        })),
      },
      { name: "reports/mitigation.json", kind: "log", inputs: [input.model, digest] },
    );
    return {
      ok: true,
      output: {
        model: digest,
        method: chosen.method,
        isWithinLimit,
        limit,
        attempts,
        cost,
        groups: groupChanges(before, chosen),
        neededToDecide: neededToDecide(mitigated, audited),
        notes,
      },
      facts: { model: modelFact(context, { digest, model: mitigated, chosen, training }) },
    };
  },
});

const refused = (message: string) => ({ ok: false, failure: failure("invalid-input", message) }) as const;

function shortAttempt(candidate: MitigationCandidate) {
  const { method, metric, value, accuracy, demographicParityDifference, difference } = candidate;
  return { method, metric, value, accuracy, demographicParityDifference, difference };
}

/** The chosen model, saying in its own record how it decides. */
function recorded({ method, model }: MitigationCandidate, audited: readonly string[]): Model {
  return method === "group-thresholds"
    ? withNote(model, `Decision thresholds differ by ${audited.join(" & ")}, fitted on the validation part.`)
    : model;
}

/** A model that stays keeps what the run knows of it. */
function modelFact(
  { run }: ToolContext,
  about: { digest: string; model: Model; chosen: MitigationCandidate; training: Frame },
): ModelFact {
  const { digest, model, chosen, training } = about;
  const known = ModelFact.safeParse(run?.facts["model"]);
  if (chosen.method === "none" && known.success && known.data.artifact === digest) return known.data;
  return {
    artifact: digest,
    algorithm: model.training.algorithm,
    problemType: "binary",
    features: model.features.length,
    trainRows: training.rowCount,
    mitigation: chosen.method,
    validation: { metric: chosen.metric, value: chosen.value },
  };
}
