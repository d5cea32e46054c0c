import type { BootstrapOptions } from "../metrics/bootstrap.ts";
import { fairnessIntervals, type FairnessIntervals } from "./fairness-intervals.ts";
import { groupFairness, type GroupedDecisions, type GroupFairness } from "./group-fairness.ts";
import type { Grouping } from "../score/groups.ts";

/** Rates and numbers of a set of decisions, with intervals where resampling was asked for. */
export type AuditedGroups = GroupFairness & { readonly intervals: FairnessIntervals | null };

/** Audits decisions; `bootstrap` null skips the intervals. */
export function auditGroups(decisions: GroupedDecisions, bootstrap: BootstrapOptions | null): AuditedGroups {
  return {
    ...groupFairness(decisions),
    intervals: bootstrap === null ? null : fairnessIntervals(decisions, bootstrap),
  };
}

/** The decisions on some of the rows; groups that have none of them are gone. */
export function decisionsOf(decisions: GroupedDecisions, keep: (row: number) => boolean): GroupedDecisions {
  const { labels, predicted, grouping } = decisions;
  const rows = [...grouping.codes.keys()].filter(keep);
  return {
    labels: rows.map((row) => labels[row]!),
    predicted: rows.map((row) => predicted[row]!),
    grouping: groupingOf(grouping, rows),
  };
}

function groupingOf({ labels, codes }: Grouping, rows: readonly number[]): Grouping {
  const present = new Set(rows.map((row) => codes[row]!));
  const kept = [...labels.keys()].filter((code) => present.has(code));
  const placeOf = new Map(kept.map((code, place) => [code, place]));
  return {
    labels: kept.map((code) => labels[code]!),
    codes: Int32Array.from(rows, (row) => placeOf.get(codes[row]!)!),
  };
}

/** Which groups are too small for a verdict: fewer rows than both limits ask for. */
export interface SmallGroups {
  readonly rows: number;
  /** Part of all rows, from 0 to 1. */
  readonly share: number;
}

/** Codes of the groups that a verdict may rest on; all of them when every group is small. */
export function judgedCodes({ labels, codes }: Grouping, small: SmallGroups): ReadonlySet<number> {
  const counts = new Int32Array(labels.length);
  for (const code of codes) counts[code]!++;
  const large = [...labels.keys()].filter(
    (code) => counts[code]! >= small.rows || counts[code]! >= small.share * codes.length,
  );
  return new Set(large.length > 0 ? large : labels.keys());
}
