import { FailureError } from "#core/contract/failure.ts";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import type { FairnessConstraint, Frame, Model } from "#lib/ml/index.ts";
import { MINIMAL_GROUP } from "../engine/judged-fairness.ts";
import { crossedAttribute } from "../engine/protected-attributes.ts";
import { runTask } from "../engine/run-task.ts";
import { chooseCandidate, isCheapAndFair, MARGIN } from "./choose-candidate.ts";
import { type ThresholdTrial, tryGroupThresholds } from "./group-thresholds.ts";
import {
  judgeCandidate,
  MITIGATION_METHODS,
  type MitigationCandidate,
  type MitigationMethod,
} from "./mitigation-candidate.ts";
import { reweighModel, withNote } from "./reweigh-model.ts";

/** What is tried on which rows. */
export interface MitigationRequest {
  before: MitigationCandidate;
  method: "auto" | Exclude<MitigationMethod, "none">;
  training: Frame;
  validation: Frame;
  protected: readonly string[];
  constraint: FairnessConstraint;
  /** Whether the model may be given the group when it decides. */
  useGroup: boolean;
  limit: number;
}

export interface Tried {
  /** In the order in which they were tried. */
  candidates: MitigationCandidate[];
  trials: ThresholdTrial[];
  notes: string[];
}

/**
 * Tries the asked method or, for auto, one after the other in the order of what they usually cost in accuracy: reweighing,
 * thresholds, and while nothing meets the limit with its margin the others. A method that this model cannot be mitigated
 * by leaves a note.
 */
export async function tryMethods(context: ToolContext, request: MitigationRequest): Promise<Tried> {
  const { before, limit, method } = request;
  const tried: Tried = { candidates: [], trials: [], notes: [] };
  for (const one of method === "auto" ? MITIGATION_METHODS : [method]) {
    const isRuledOut = !request.useGroup && (one === "group-thresholds" || one === "correlation-removal");
    if (isRuledOut) continue;
    const candidate = await tryMethod(context, one, { request, tried });
    if (candidate !== undefined) tried.candidates.push(candidate);
    const isFair = tried.candidates.some(({ difference }) => difference <= limit * MARGIN);
    const isEnough =
      one === "reweighing" ? candidate !== undefined && isCheapAndFair(before, candidate, limit) : isFair;
    if (isEnough) break;
  }
  return tried;
}

async function tryMethod(
  context: ToolContext,
  method: Exclude<MitigationMethod, "none">,
  { request, tried }: { request: MitigationRequest; tried: Tried },
): Promise<MitigationCandidate | undefined> {
  const { before, limit } = request;
  const { model } = before;
  if (method === "group-thresholds") {
    context.progress({ message: "choosing a threshold for each group" });
    tried.trials = await tryGroupThresholds(context, model, request);
    const [first, ...rest] = tried.trials.map(({ candidate }) => candidate);
    return first === undefined ? undefined : chooseCandidate(first, [first, ...rest], limit);
  }
  const trained = await trainedAgain(context, method, { request, tried });
  return trained === undefined ? undefined : judgeCandidate(context, trained, { ...request, method });
}

async function trainedAgain(
  context: ToolContext,
  method: "reweighing" | "reductions" | "correlation-removal",
  { request, tried }: { request: MitigationRequest; tried: Tried },
): Promise<Model | undefined> {
  const { training, validation, limit, constraint } = request;
  const { model } = request.before;
  const kind = model.training.algorithm;
  if (method === "reweighing") {
    context.progress({ message: "training again with reweighed rows" });
    const reweighed = await reweighModel(context, model, request);
    if (reweighed === undefined) {
      tried.notes.push(`a model of the kind ${kind} cannot be trained again here`);
    }
    return reweighed;
  }
  try {
    if (method === "correlation-removal") {
      context.progress({
        message: "training again on features without what the protected columns tell of them",
      });
      const { model: trained, untouched } = await runTask(context, "train-decorrelated", {
        model,
        training,
        validation,
        options: { protected: request.protected },
      });
      const left = untouched.length === 0 ? "" : ` Read as they are: ${untouched.join(", ")}.`;
      return withNote(
        trained,
        `Linear correlation with ${request.protected.join(" & ")} was removed from the features.${left}`,
      );
    }
    context.progress({ message: "training again and again, weighted by what fairness costs" });
    const attribute = crossedAttribute(training, request.protected, model);
    const { model: reduced, ...reached } = await runTask(context, "reduce-bias", {
      model,
      training,
      selection: validation,
      options: { attribute, constraint, maximalDifference: limit * MARGIN, minimalGroup: MINIMAL_GROUP },
    });
    const form =
      reached.form === "average"
        ? `the mean of ${reached.members} trainings`
        : `the best of ${reached.members} trainings`;
    tried.notes.push(
      `reductions: ${form} differs by ${reached.reached.difference.toFixed(3)} between crossed groups on the validation part at accuracy ${reached.reached.accuracy.toFixed(4)}; drawing one of them for each decision would by ${reached.randomized.difference.toFixed(3)} at ${reached.randomized.accuracy.toFixed(4)}`,
    );
    return withNote(
      reduced,
      `Reduced by ${constraint} over ${request.protected.join(" & ")} (Agarwal et al. 2018), ${form}.`,
    );
  } catch (error) {
    // What the engine cannot do with this model or these columns is no reason to leave the other methods untried.
    const isRefusal = error instanceof FailureError && error.failure.code === "invalid-input";
    if (!isRefusal || request.method !== "auto") throw error;
    tried.notes.push(`${method}: ${error.failure.message}`);
    return undefined;
  }
}
