import type { Frame } from "../../frame/frame.ts";
import { quantileOfSorted } from "../../metrics/quantile.ts";
import type { Predictions } from "../../score/scorer.ts";
import type { MetricNumbers } from "./expected-metrics.ts";

/** One metric of one window. */
export interface WindowMetric {
  /** Null where no row defines it, for instance precision when nothing is called positive. */
  readonly estimate: number | null;
  /** The realised value is expected between these, at the stated level. */
  readonly low: number | null;
  readonly high: number | null;
  /** On the labelled reference. */
  readonly reference: number | null;
  /** Three deviations of as many reference rows around the reference's value; outside is an alert. */
  readonly alertBelow: number | null;
  readonly alertAbove: number | null;
  readonly isAlert: boolean;
}

export interface ScoredWindow {
  readonly frame: Frame;
  readonly predictions: Predictions;
}

export interface WindowEstimator {
  readonly recalibration: readonly string[];
  readonly rule: string;
  estimate(window: ScoredWindow): Record<string, WindowMetric>;
}

const SIGMAS = 3;

export interface MetricDraws {
  readonly estimate: MetricNumbers;
  readonly reference: MetricNumbers;
  /** Values that the metrics could have in this window. */
  readonly possible: readonly MetricNumbers[];
  /** Values that they had in as many rows drawn from the reference. */
  readonly usual: readonly MetricNumbers[];
  readonly level: number;
}

/** Turns draws into bands and limits. */
export function windowMetrics(draws: MetricDraws): Record<string, WindowMetric> {
  const { estimate, reference, possible, usual, level } = draws;
  const metrics: Record<string, WindowMetric> = {};
  for (const [name, value] of Object.entries(estimate)) {
    const band = presentOf(possible, name).toSorted((left, right) => left - right);
    const known = reference[name] ?? null;
    const spread = deviationOf(presentOf(usual, name));
    const limits =
      known === null || spread === null ? null : [known - SIGMAS * spread, known + SIGMAS * spread];
    metrics[name] = {
      estimate: value,
      low: value === null || band.length === 0 ? null : quantileOfSorted(band, (1 - level) / 2),
      high: value === null || band.length === 0 ? null : quantileOfSorted(band, (1 + level) / 2),
      reference: known,
      alertBelow: limits?.[0] ?? null,
      alertAbove: limits?.[1] ?? null,
      isAlert: value !== null && limits !== null && (value < limits[0]! || value > limits[1]!),
    };
  }
  return metrics;
}

function presentOf(draws: readonly MetricNumbers[], name: string): number[] {
  return draws.map((draw) => draw[name] ?? null).filter((value) => value !== null);
}

function deviationOf(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
