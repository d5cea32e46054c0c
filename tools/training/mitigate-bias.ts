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
import { chooseCandidate, isCheapAndFair, MARGIN } from "./choose-candidate.ts";
import { type ThresholdTrial, tryGroupThresholds } from "./group-thresholds.ts";
import { judgeCandidate, type MitigationCandidate } from "./mitigation-candidate.ts";
import { groupChanges, mitigationCost, mitigationNotes } from "./mitigation-report.ts";
import { reweighModel, withNote } from "./reweigh-model.ts";

const Method = z.enum(["none", "reweighing", "group-thresholds"]);
const Rate = z.number().nullable();

export const mitigateBias = defineTool({
  name: "mitigate_bias",
  group: "training",
  description:
    "Mitigate a binary classifier's bias between protected groups. `auto` tries reweighing the training rows (the model never sees the group), then one decision threshold a group (needs the group when deciding, which some laws forbid), and keeps the mildest that meets the limit with a margin at little cost, else the best; when nothing helps, the model stays as it is and the answer says so. Judged on the validation part. Returns the model's digest, what each method gave and cost, and every group's rates before and after.",
  input: z.strictObject({
    model: digestOf("the model to mitigate"),
    train: digestOf("the training part"),
    validation: digestOf("the validation part"),
    protected: z
      .array(z.string())
      .default([])
      .describe("columns whose groups are to be treated alike, beside those that the run protects"),
    method: z.enum(["auto", "reweighing", "group-thresholds"]).default("auto"),
    limit: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe(
        "largest accepted demographic parity difference; the deployment's when absent, and never milder than it in a run",
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
    const training = await loadFrame(context, input.train);
    const validation = await loadFrame(context, input.validation);
    for (const frame of [training, validation]) {
      checkColumns(frame, { target: model.target, protected: audited });
    }
    const { limit, notes } = acceptedLimit(context, {
      asked: input.limit,
      deployment: context.settings.fairnessLimit,
    });
    const about = { training, validation, protected: audited, limit };
    const before = await judgeCandidate(context, model, { ...about, method: "none" });
    const tried = await tryMethods(context, { ...about, before, method: input.method });
    const chosen = chooseCandidate(before, tried.candidates, limit);
    const isKept = chosen.method === "none";
    const mitigated = isKept ? model : recorded(chosen, audited);
    const digest = isKept
      ? input.model
      : (await keepModel(context, mitigated, [input.model, input.train, input.validation])).sha256;
    if (!isKept) await proveKeptModel(context, mitigated, { sha256: digest, frame: validation });
    notes.push(...tried.notes, ...mitigationNotes(before, chosen, { model: mitigated, limit }));
    const attempts = [before, ...tried.candidates].map(shortAttempt);
    const isWithinLimit = chosen.demographicParityDifference <= limit;
    const cost = mitigationCost(before, chosen);
    await keepJson(
      context,
      {
        model: digest,
        from: input.model,
        method: chosen.method,
        isWithinLimit,
        limit,
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
        neededToDecide:
          mitigated.decision.kind === "group-thresholds"
            ? mitigated.decision.columns.map(({ feature }) => feature.name)
            : [],
        notes,
      },
      facts: { model: modelFact(context, { digest, model: mitigated, chosen, training }) },
    };
  },
});

const refused = (message: string) => ({ ok: false, failure: failure("invalid-input", message) }) as const;

interface Tried {
  /** From the mildest method to the strongest. */
  candidates: MitigationCandidate[];
  trials: ThresholdTrial[];
  notes: string[];
}

async function tryMethods(
  context: ToolContext,
  about: {
    before: MitigationCandidate;
    method: "auto" | "reweighing" | "group-thresholds";
    training: Frame;
    validation: Frame;
    protected: readonly string[];
    limit: number;
  },
): Promise<Tried> {
  const { before, limit } = about;
  const tried: Tried = { candidates: [], trials: [], notes: [] };
  if (about.method !== "group-thresholds") {
    context.progress({ message: "training again with reweighed rows" });
    const reweighed = await reweighModel(context, before.model, about);
    if (reweighed === undefined) {
      tried.notes.push(`a model of the kind ${before.model.training.algorithm} cannot be trained again here`);
    } else {
      tried.candidates.push(await judgeCandidate(context, reweighed, { ...about, method: "reweighing" }));
    }
    const [mild] = tried.candidates;
    if (mild !== undefined && isCheapAndFair(before, mild, limit)) return tried;
  }
  if (about.method !== "reweighing") {
    context.progress({ message: "choosing a threshold for each group" });
    tried.trials = await tryGroupThresholds(context, before.model, about);
    const [first, ...rest] = tried.trials.map(({ candidate }) => candidate);
    if (first !== undefined) tried.candidates.push(chooseCandidate(first, [first, ...rest], limit));
  }
  return tried;
}

function shortAttempt({ method, metric, value, accuracy, demographicParityDifference }: MitigationCandidate) {
  return { method, metric, value, accuracy, demographicParityDifference };
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
