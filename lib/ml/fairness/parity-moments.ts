import type { Grouping } from "../score/groups.ts";
import type { FairnessConstraint } from "./optimize-thresholds.ts";

/**
 * The conditional moments of Agarwal et al. (2018), section 2: how much more often a group is selected than all rows,
 * within each event. Demographic parity has one event, all rows; equal opportunity the positives; equalized odds the
 * positives and the negatives.
 */
export interface ParityMoments {
  readonly count: number;
  /** P(selected | event, group) - P(selected | event), per moment. */
  readonly violations: (predicted: ArrayLike<number>) => Float64Array;
  /** What selecting each row adds to the sum of multiplier x moment, times the number of rows. */
  readonly costs: (multipliers: Float64Array) => Float64Array;
}

/** Lays out the moments of labels (1 positive) and groups; one of fewer than `minimalRows` rows is always 0. */
export function parityMoments(
  labels: ArrayLike<number>,
  grouping: Grouping,
  { constraint, minimalRows = 1 }: { readonly constraint: FairnessConstraint; readonly minimalRows?: number },
): ParityMoments {
  const groupCount = grouping.labels.length;
  const eventCount = constraint === "equalized-odds" ? 2 : 1;
  const rowCount = grouping.codes.length;
  const events = Int32Array.from({ length: rowCount }, (_, row) => eventOf(labels[row]!, constraint));
  const eventRows = new Float64Array(eventCount);
  const momentRows = new Float64Array(eventCount * groupCount);
  for (let row = 0; row < rowCount; row++) {
    if (events[row]! < 0) continue;
    eventRows[events[row]!]!++;
    momentRows[events[row]! * groupCount + grouping.codes[row]!]!++;
  }
  return {
    count: eventCount * groupCount,
    violations: (predicted) => {
      const selected = new Float64Array(eventCount);
      const moments = new Float64Array(eventCount * groupCount);
      for (let row = 0; row < rowCount; row++) {
        if (events[row]! < 0) continue;
        selected[events[row]!]! += predicted[row]!;
        moments[events[row]! * groupCount + grouping.codes[row]!]! += predicted[row]!;
      }
      return moments.map((sum, moment) => {
        if (momentRows[moment]! < minimalRows) return 0;
        const event = Math.floor(moment / groupCount);
        return sum / momentRows[moment]! - selected[event]! / eventRows[event]!;
      });
    },
    costs: (multipliers) => {
      const totals = new Float64Array(eventCount);
      for (const [moment, multiplier] of multipliers.entries()) {
        if (momentRows[moment]! >= minimalRows) totals[Math.floor(moment / groupCount)]! += multiplier;
      }
      return Float64Array.from(events, (event, row) => {
        if (event < 0) return 0;
        const moment = event * groupCount + grouping.codes[row]!;
        const isCounted = momentRows[moment]! >= minimalRows;
        const own = isCounted ? (multipliers[moment]! * rowCount) / momentRows[moment]! : 0;
        return own - (totals[event]! * rowCount) / eventRows[event]!;
      });
    },
  };
}

/** The row's event, or -1 for none. */
function eventOf(label: number, constraint: FairnessConstraint): number {
  if (constraint === "demographic-parity") return 0;
  if (constraint === "equal-opportunity") return label === 1 ? 0 : -1;
  return label === 1 ? 0 : 1;
}
