import { UNWATCHED, type Control } from "../control.ts";
import { getColumn, type Frame } from "../frame/frame.ts";
import { ALGORITHMS, fitEstimator, type AlgorithmName, type ParameterValue } from "../learn/fit-estimator.ts";
import { requireInRange } from "../parameter-range.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import { applyPreparation } from "../score/apply-preparation.ts";
import type { ConstantEstimator, Estimator } from "../score/estimator.ts";
import { groupRows } from "../score/groups.ts";
import { applyLink, marginFunction } from "../score/margins.ts";
import { MlError } from "../score/ml-error.ts";
import type { Model } from "../score/model-file.ts";
import type { Matrix } from "../score/preparation.ts";
import type { ProtectedAttribute } from "./audit-fairness.ts";
import { decisionsOf, judgedCodes } from "./audit-groups.ts";
import { averageEstimators } from "./average-estimators.ts";
import { constrainedDifference, type FairnessConstraint } from "./optimize-thresholds.ts";
import { groupFairness, type GroupedDecisions } from "./group-fairness.ts";
import { parityMoments } from "./parity-moments.ts";

export interface ReductionOptions {
  readonly attribute: ProtectedAttribute;
  readonly constraint: FairnessConstraint;
  /** Largest difference between groups that is allowed. Default 0.05. */
  readonly maximalDifference?: number;
  /** Crossed groups with fewer rows do not count. Default 1: all do. */
  readonly minimalGroup?: number;
  /** Cost-sensitive trainings under one bound. Default 10. */
  readonly iterations?: number;
  /**
   * Largest sum of multipliers: how many errors one unit of violation may cost at most. By default small bounds, which
   * cost less accuracy, are tried first, and larger ones while the limit is not kept.
   */
  readonly bound?: number;
  readonly control?: Control;
}

/** How often decisions are right, and how far the groups' constrained rates are apart. */
export interface ReachedFairness {
  readonly accuracy: number;
  readonly difference: number;
}

export interface ReductionResult {
  /** One deterministic model with a threshold of 0.5 on scores that are no longer calibrated. */
  readonly model: Model;
  /** `average`: the mean margin of all trained members; `member`: one of them; which is fairer or more accurate. */
  readonly form: "average" | "member";
  readonly members: number;
  /** Of the chosen model's decisions on the selection rows. */
  readonly reached: ReachedFairness;
  /** Of the paper's classifier, which draws a member for each decision, on the same rows. */
  readonly randomized: ReachedFairness;
  readonly isWithinLimit: boolean;
}

/** Bounds tried by default. */
const BOUNDS = [0.5, 1, 4];
/** Rounds of a boosted member: many members make one model. */
const MOST_ROUNDS = 100;

/**
 * Exponentiated-gradient reduction (Agarwal, Beygelzimer, Dudik, Langford and Wallach 2018, algorithm 1): trains the
 * model's algorithm again and again on rows relabelled and weighted by their cost under multipliers of the fairness
 * constraint, which grow exponentially with its violation. The model needs no protected column. Where the paper draws one
 * of the members for each decision, one deterministic model is chosen on the selection rows, which should not be the
 * training rows: the mean of all members or the best of them, within the limit the most accurate, else the fairest.
 * @throws MlError bad-argument for models that are not binary or cannot be trained again; bad-data for rows without
 * target; cancelled.
 */
export function reduceBias(
  model: Model,
  { training, selection }: { readonly training: Frame; readonly selection: Frame },
  options: ReductionOptions,
): ReductionResult {
  const { iterations = 10, maximalDifference = 0.05, control = UNWATCHED } = options;
  const bounds = options.bound === undefined ? BOUNDS : [options.bound];
  requireInRange("iterations", iterations, { from: 1, to: 200, isInteger: true });
  for (const bound of bounds) requireInRange("bound", bound, { from: 0.01, to: 1000 });
  requireInRange("maximalDifference", maximalDifference, { from: 0, to: 1 });
  const learner = learnerOf(model);
  const rows = preparedRows(model, training, options);
  const steps = { ...options, iterations, maximalDifference, control };
  let best: ReductionResult | null = null;
  for (const bound of bounds) {
    const members = trainMembers({ ...learner, ...rows }, { ...steps, bound });
    const result = chooseModel(model, { members, selection, maximalDifference, options });
    if (best === null || result.reached.difference < best.reached.difference) best = result;
    if (result.isWithinLimit) break;
  }
  return best!;
}

/** The members of the mixture, one per iteration. */
function trainMembers(
  learner: Learner & ReturnType<typeof preparedRows>,
  options: Required<Pick<ReductionOptions, "iterations" | "bound" | "maximalDifference" | "control">> &
    ReductionOptions,
): Estimator[] {
  const { iterations, bound, maximalDifference, control } = options;
  const moments = parityMoments(learner.labels, learner.grouping, {
    constraint: options.constraint,
    minimalRows: options.minimalGroup ?? 1,
  });
  // Two multipliers per moment: for too many selected, then for too few.
  const logs = new Float64Array(2 * moments.count);
  const slack = maximalDifference / 2;
  const members: Estimator[] = [];
  let step = 0;
  for (let iteration = 0; iteration < iterations; iteration++) {
    control.throwIfCancelled();
    control.report({ stage: "reduce", done: iteration, total: iterations });
    const multipliers = signedMultipliers(logs, bound);
    const member = bestResponse({ ...learner, costs: moments.costs(multipliers), control });
    members.push(member);
    const violations = moments.violations(decide(member, learner.matrix));
    const worst = violations.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // The first step makes the worst multiplier e times as large; later ones are shorter, so that the members settle.
    if (iteration === 0) step = 1 / Math.max(0.01, worst);
    const rate = step / Math.sqrt(1 + iteration);
    for (const [moment, violation] of violations.entries()) {
      logs[moment]! += rate * (violation - slack);
      logs[moments.count + moment]! += rate * (-violation - slack);
    }
  }
  return members;
}

interface Learner {
  readonly algorithm: AlgorithmName;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly seed: number;
}

function learnerOf(model: Model): Learner {
  const { algorithm: name, parameters, seed } = model.training;
  const algorithm = ALGORITHMS.find((one) => one === name);
  if (model.problem !== "binary" || algorithm === undefined) {
    throw new MlError(
      "bad-argument",
      `Reductions train a model for two classes again; this one is ${model.problem}, made by ${name}.`,
    );
  }
  if (algorithm !== "gradient-boosting") return { algorithm, parameters, seed };
  const { estimator } = model;
  const rounds = estimator.kind === "tree-ensemble" ? Math.max(1, estimator.trees.length) : MOST_ROUNDS;
  const fewer = Math.min(rounds, MOST_ROUNDS);
  const rate = typeof parameters.learningRate === "number" ? parameters.learningRate : 0.1;
  const learningRate = Math.min(0.3, (rate * rounds) / fewer);
  return {
    algorithm,
    parameters: { ...parameters, rounds: fewer, learningRate: Math.max(rate, learningRate), patience: null },
    seed,
  };
}

function preparedRows(model: Model, frame: Frame, { attribute }: ReductionOptions) {
  return {
    matrix: applyPreparation(model.preparation, frame.columns, frame.rowCount),
    labels: encodeTarget(getColumn(frame, model.target), model.classes),
    grouping: groupRows(frame.columns, attribute, frame.rowCount),
  };
}

function signedMultipliers(logs: Float64Array, bound: number): Float64Array {
  const count = logs.length / 2;
  const highest = logs.reduce((most, value) => Math.max(most, value), 0);
  const powers = logs.map((value) => Math.exp(value - highest));
  const total = powers.reduce((sum, value) => sum + value, Math.exp(-highest));
  return Float64Array.from(
    { length: count },
    (_, moment) => (bound * (powers[moment]! - powers[count + moment]!)) / total,
  );
}

interface Response extends Learner {
  readonly matrix: Matrix;
  readonly labels: Float64Array;
  /** What selecting each row costs in fairness. */
  readonly costs: Float64Array;
  readonly control: Control;
}

/** The classifier that errs least when errors and violations are weighed by the multipliers. */
function bestResponse(request: Response): Estimator {
  const { matrix, labels, costs, algorithm, parameters, seed, control } = request;
  const gains = labels.map((label, row) => (label === 1 ? 1 : -1) - costs[row]!);
  const target = gains.map((gain) => (gain > 0 ? 1 : 0));
  const size = gains.reduce((sum, gain) => sum + Math.abs(gain), 0);
  const weights = gains.map((gain) => (Math.abs(gain) * gains.length) / size);
  if (target.every((value) => value === target[0])) return constantOf(target[0] === 1);
  const training = { matrix, target, weights };
  return fitEstimator({
    algorithm,
    problem: "binary",
    classCount: 2,
    training,
    validation: null,
    parameters,
    seed,
    control,
  }).estimator;
}

/** Everybody or nobody, with the log-odds of 0.99 or 0.01. */
function constantOf(isPositive: boolean): ConstantEstimator {
  return { kind: "constant", link: "logit", margins: [isPositive ? Math.log(99) : -Math.log(99)] };
}

function decide(estimator: Estimator, matrix: Matrix): Uint8Array {
  const [probability] = applyLink(estimator.link, marginFunction(estimator)(matrix));
  return Uint8Array.from(probability!, (value) => (value >= 0.5 ? 1 : 0));
}

interface Choice {
  readonly members: readonly Estimator[];
  readonly selection: Frame;
  readonly maximalDifference: number;
  readonly options: ReductionOptions;
}

function chooseModel(
  model: Model,
  { members, selection, maximalDifference, options }: Choice,
): ReductionResult {
  const { matrix, ...whole } = preparedRows(model, selection, options);
  const large = judgedCodes(whole.grouping, { rows: options.minimalGroup ?? 1, share: 1 });
  const judge = (predicted: ArrayLike<number>): ReachedFairness => {
    const decisions: GroupedDecisions = { ...whole, predicted };
    const { numbers } = groupFairness(decisionsOf(decisions, (row) => large.has(whole.grouping.codes[row]!)));
    return {
      accuracy: groupFairness(decisions).overall.rates.accuracy,
      difference: constrainedDifference(numbers, options.constraint),
    };
  };
  const average = averageEstimators(members);
  const candidates = [
    ...(average === null ? [] : [{ form: "average" as const, estimator: average }]),
    ...members.map((estimator) => ({ form: "member" as const, estimator })),
  ].map((candidate) => ({ ...candidate, reached: judge(decide(candidate.estimator, matrix)) }));
  const within = candidates.filter(({ reached }) => reached.difference <= maximalDifference);
  const [chosen] =
    within.length > 0
      ? within.toSorted((left, right) => right.reached.accuracy - left.reached.accuracy)
      : candidates.toSorted((left, right) => left.reached.difference - right.reached.difference);
  const { form, estimator, reached } = chosen!;
  const { calibration: _, ...uncalibrated } = model;
  return {
    model: { ...uncalibrated, estimator, decision: { kind: "threshold", value: 0.5 } },
    form,
    members: members.length,
    reached,
    randomized: randomizedFairness(members, { matrix, ...whole, large, constraint: options.constraint }),
    isWithinLimit: reached.difference <= maximalDifference,
  };
}

type Rows = ReturnType<typeof preparedRows> & {
  readonly large: ReadonlySet<number>;
  readonly constraint: FairnessConstraint;
};

/** Expected accuracy and difference of rates when a member is drawn for each decision. */
function randomizedFairness(members: readonly Estimator[], rows: Rows): ReachedFairness {
  const { matrix, labels, grouping, large, constraint } = rows;
  const chance = new Float64Array(labels.length);
  for (const member of members) {
    for (const [row, value] of decide(member, matrix).entries()) chance[row]! += value / members.length;
  }
  let right = 0;
  for (const [row, value] of chance.entries()) right += labels[row] === 1 ? value : 1 - value;
  const violations = parityMoments(labels, grouping, { constraint }).violations(chance);
  const groups = grouping.labels.length;
  let difference = 0;
  for (let first = 0; first < violations.length; first += groups) {
    const own = [...large].map((group) => violations[first + group]!);
    difference = Math.max(difference, Math.max(...own) - Math.min(...own));
  }
  return { accuracy: right / labels.length, difference };
}
