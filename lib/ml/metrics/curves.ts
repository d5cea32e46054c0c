import type { BinaryOutcomes } from "./binary-metrics.ts";
import { rankScores, rankSteps } from "./ranking-metrics.ts";

export interface RocPoint {
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
  /** Rows with at least this probability are called positive; null at the start, where none is. */
  readonly threshold: number | null;
}

export interface PrecisionRecallPoint {
  readonly recall: number;
  readonly precision: number;
  readonly threshold: number;
}

export interface CalibrationPoint {
  readonly from: number;
  readonly to: number;
  readonly meanProbability: number;
  readonly positiveShare: number;
  readonly rowCount: number;
}

/** Points that a picture can show; curves with more are thinned, the ends kept. */
const MAXIMAL_POINTS = 400;

type Scored = Pick<BinaryOutcomes, "labels" | "probability">;

/** The ROC curve from (0, 0) to (1, 1); empty when only one class occurs. */
export function rocCurve({ labels, probability }: Scored): RocPoint[] {
  const steps = [...rankSteps({ ranking: rankScores(probability), labels, weights: null })];
  const last = steps[steps.length - 1];
  if (last === undefined || last.truePositives === 0 || last.falsePositives === 0) return [];
  const points = steps.map(
    (step): RocPoint => ({
      falsePositiveRate: step.falsePositives / last.falsePositives,
      truePositiveRate: step.truePositives / last.truePositives,
      threshold: probability[step.row]!,
    }),
  );
  return thin([{ falsePositiveRate: 0, truePositiveRate: 0, threshold: null }, ...points]);
}

/** Precision and recall at each threshold, by falling threshold; empty without positives. */
export function precisionRecallCurve({ labels, probability }: Scored): PrecisionRecallPoint[] {
  const steps = [...rankSteps({ ranking: rankScores(probability), labels, weights: null })];
  const positives = steps[steps.length - 1]?.truePositives ?? 0;
  if (positives === 0) return [];
  return thin(
    steps.map((step) => ({
      recall: step.truePositives / positives,
      precision: step.truePositives / (step.truePositives + step.falsePositives),
      threshold: probability[step.row]!,
    })),
  );
}

/** Share of positives against mean probability in equal-width bins; empty bins are left out. */
export function calibrationCurve({ labels, probability }: Scored, binCount = 10): CalibrationPoint[] {
  const sums = new Float64Array(binCount);
  const positives = new Float64Array(binCount);
  const counts = new Float64Array(binCount);
  for (let row = 0; row < probability.length; row++) {
    const bin = Math.min(binCount - 1, Math.floor(probability[row]! * binCount));
    sums[bin]! += probability[row]!;
    positives[bin]! += labels[row]!;
    counts[bin]!++;
  }
  return Array.from(
    { length: binCount },
    (_, bin): CalibrationPoint => ({
      from: bin / binCount,
      to: (bin + 1) / binCount,
      meanProbability: sums[bin]! / counts[bin]!,
      positiveShare: positives[bin]! / counts[bin]!,
      rowCount: counts[bin]!,
    }),
  ).filter((point) => point.rowCount > 0);
}

/** Mean distance between share of positives and mean probability over the bins, weighted by rows. */
export function expectedCalibrationError(points: readonly CalibrationPoint[]): number {
  const total = points.reduce((sum, point) => sum + point.rowCount, 0);
  return points.reduce(
    (sum, point) => sum + (point.rowCount / total) * Math.abs(point.positiveShare - point.meanProbability),
    0,
  );
}

function thin<Point>(points: readonly Point[]): Point[] {
  if (points.length <= MAXIMAL_POINTS) return [...points];
  const step = (points.length - 1) / (MAXIMAL_POINTS - 1);
  return Array.from({ length: MAXIMAL_POINTS }, (_, index) => points[Math.round(index * step)]!);
}
