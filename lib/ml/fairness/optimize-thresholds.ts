import { UNWATCHED, type Control } from "../control.ts";
import { assertNever } from "../score/assert-never.ts";
import type { FairnessNumbers } from "./group-fairness.ts";
import { requireInRange } from "../parameter-range.ts";
import { operatingPoints, type GroupedScores, type OperatingPoint } from "./operating-points.ts";

/** The rates that are to be alike: selection rates; true and false positive rates; true positive rates. */
export type FairnessConstraint = "demographic-parity" | "equalized-odds" | "equal-opportunity";

/** The single number that says how far a constraint is missed. */
export function constrainedDifference(numbers: FairnessNumbers, constraint: FairnessConstraint): number {
  switch (constraint) {
    case "demographic-parity":
      return numbers.demographicParityDifference;
    case "equal-opportunity":
      return numbers.equalOpportunityDifference;
    case "equalized-odds":
      return numbers.equalizedOddsDifference;
    default:
      return assertNever(constraint);
  }
}

/** What is kept as high as the constraint allows. */
export type ThresholdObjective = "accuracy" | "balanced-accuracy";

export interface ThresholdOptions {
  readonly constraint: FairnessConstraint;
  readonly objective?: ThresholdObjective;
  /** Largest difference between groups that is allowed. Default 0.02. */
  readonly maximalDifference?: number;
  readonly control?: Control;
}

export interface ThresholdChoice {
  /** One threshold per group label. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** Difference of the constrained rates on the given scores. */
  readonly difference: number;
  readonly objective: number;
  /** False when no thresholds keep the limit; then those with the least difference found are given. */
  readonly isWithinLimit: boolean;
}

/** Positions tried for the window in which all groups' rates must lie. */
const GRID = 101;

/**
 * One threshold per group such that the constrained rates of all groups lie in a common window of the allowed width,
 * chosen for the best objective (after Hardt, Price and Srebro 2016, without randomisation). Within a window each group
 * takes its own best point, as the objectives are sums over groups; windows are tried on a grid. When no window of the
 * allowed width works, wider ones are tried.
 */
export function optimizeThresholds(scores: GroupedScores, options: ThresholdOptions): ThresholdChoice {
  const limit = options.maximalDifference ?? 0.02;
  requireInRange("maximalDifference", limit, { from: 0, to: 1 });
  const control = options.control ?? UNWATCHED;
  const points = operatingPoints(scores);
  const gain = objectiveGain(scores, options.objective ?? "accuracy");
  const rates = constrainedRates(options.constraint);
  for (let width = limit; ; width = Math.min(1, width * 1.5 + 0.005)) {
    control.throwIfCancelled();
    const chosen = bestInWindows({ points, gain, rates, width });
    if (chosen !== null) {
      const difference = Math.max(...rates.map((rate) => spread(chosen.map(rate))));
      const labels = scores.grouping.labels;
      return {
        thresholds: Object.fromEntries(labels.map((label, group) => [label, chosen[group]!.threshold])),
        difference,
        objective: chosen.reduce((sum, point) => sum + gain(point), 0),
        isWithinLimit: difference <= limit + 1e-12,
      };
    }
  }
}

type Rate = (point: OperatingPoint) => number;

function constrainedRates(constraint: FairnessConstraint): Rate[] {
  switch (constraint) {
    case "demographic-parity":
      return [(point) => point.selectionRate];
    case "equal-opportunity":
      return [(point) => point.truePositiveRate];
    default:
      return [(point) => point.truePositiveRate, (point) => point.falsePositiveRate];
  }
}

/** What a group's point adds to the objective over all rows. */
function objectiveGain({ labels, grouping }: GroupedScores, objective: ThresholdObjective): Rate {
  const rowCount = grouping.codes.length;
  let positives = 0;
  for (let row = 0; row < rowCount; row++) if (labels[row] === 1) positives++;
  const negatives = rowCount - positives;
  if (objective === "accuracy") return (point) => (point.truePositives + point.trueNegatives) / rowCount;
  return (point) =>
    point.truePositives / (2 * Math.max(1, positives)) + point.trueNegatives / (2 * Math.max(1, negatives));
}

interface WindowSearch {
  readonly points: readonly (readonly OperatingPoint[])[];
  readonly gain: Rate;
  readonly rates: readonly Rate[];
  readonly width: number;
}

function bestInWindows(search: WindowSearch): OperatingPoint[] | null {
  let best: OperatingPoint[] | null = null;
  let bestGain = -Infinity;
  const positions = Array.from({ length: GRID }, (_, index) => (index / (GRID - 1)) * (1 - search.width));
  const second = search.rates.length > 1 ? positions : [0];
  for (const first of positions) {
    for (const other of second) {
      const chosen = bestInWindow(search, [first, other]);
      if (chosen === null) continue;
      const total = chosen.reduce((sum, point) => sum + search.gain(point), 0);
      if (total > bestGain + 1e-15) {
        best = chosen;
        bestGain = total;
      }
    }
  }
  return best;
}

/** Each group's best point with all constrained rates inside the window, or null when a group has none. */
function bestInWindow(search: WindowSearch, starts: readonly number[]): OperatingPoint[] | null {
  const chosen: OperatingPoint[] = [];
  for (const group of search.points) {
    let best: OperatingPoint | null = null;
    let bestGain = -Infinity;
    for (const point of group) {
      let isInside = true;
      for (let index = 0; index < search.rates.length; index++) {
        const offset = search.rates[index]!(point) - starts[index]!;
        if (offset < 0 || offset > search.width) isInside = false;
      }
      const gain = isInside ? search.gain(point) : -Infinity;
      if (gain > bestGain) {
        best = point;
        bestGain = gain;
      }
    }
    if (best === null) return null;
    chosen.push(best);
  }
  return chosen;
}

function spread(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}
