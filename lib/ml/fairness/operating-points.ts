import type { Grouping } from "../score/groups.ts";

/** What a group gets at one threshold. */
export interface OperatingPoint {
  /** Positive at this probability or more. */
  readonly threshold: number;
  readonly selectionRate: number;
  /** 0 in a group without positives. */
  readonly truePositiveRate: number;
  /** 0 in a group without negatives. */
  readonly falsePositiveRate: number;
  readonly truePositives: number;
  readonly trueNegatives: number;
}

export interface GroupedScores {
  readonly labels: ArrayLike<number>;
  readonly probability: Float64Array;
  readonly grouping: Grouping;
}

/** Thresholds per group that are tried. */
const MAXIMAL_POINTS = 400;
/** Above every probability: nobody is selected. */
const SELECT_NOBODY = 1.5;

/** The thresholds a group may get, from selecting nobody to selecting everybody, halfway between its scores. */
export function operatingPoints({ labels, probability, grouping }: GroupedScores): OperatingPoint[][] {
  const rowsOf = grouping.labels.map((): number[] => []);
  for (const [row, code] of grouping.codes.entries()) rowsOf[code]!.push(row);
  return rowsOf.map((rows) => pointsOf(rows, labels, probability));
}

function pointsOf(
  rows: readonly number[],
  labels: ArrayLike<number>,
  probability: Float64Array,
): OperatingPoint[] {
  const order = rows.toSorted((left, right) => probability[right]! - probability[left]!);
  const positives = rows.filter((row) => labels[row] === 1).length;
  const negatives = rows.length - positives;
  const points: OperatingPoint[] = [];
  let truePositives = 0;
  const addPoint = (selected: number, threshold: number): void => {
    const falsePositives = selected - truePositives;
    points.push({
      threshold,
      selectionRate: selected / rows.length,
      truePositiveRate: positives > 0 ? truePositives / positives : 0,
      falsePositiveRate: negatives > 0 ? falsePositives / negatives : 0,
      truePositives,
      trueNegatives: negatives - falsePositives,
    });
  };
  addPoint(0, SELECT_NOBODY);
  for (const [place, row] of order.entries()) {
    if (labels[row] === 1) truePositives++;
    const score = probability[row]!;
    const next = place + 1 < order.length ? probability[order[place + 1]!]! : -Infinity;
    if (next === score) continue;
    addPoint(place + 1, next === -Infinity ? 0 : (score + next) / 2);
  }
  return thinned(points);
}

function thinned(points: readonly OperatingPoint[]): OperatingPoint[] {
  if (points.length <= MAXIMAL_POINTS) return [...points];
  const step = (points.length - 1) / (MAXIMAL_POINTS - 1);
  return Array.from({ length: MAXIMAL_POINTS }, (_, index) => points[Math.round(index * step)]!);
}
