import { drawCalibration, drawClassRoc, drawPrecisionRecall, drawRoc } from "./draw/curves.ts";
import { drawConfusion } from "./draw/confusion.ts";
import { drawDriftColumns, drawDriftHistogram, drawDriftTimeline, strengthOf } from "./draw/drift.ts";
import { drawBeeswarm, drawDependence, drawImportance } from "./draw/explanation.ts";
import { drawFairnessDifferences, drawGroupRates } from "./draw/fairness.ts";
import { drawLearningCurve } from "./draw/learning-curve.ts";
import { drawResiduals } from "./draw/residuals.ts";
import type { Picture } from "./picture.ts";
import {
  DriftReport,
  EvaluationReport,
  ExplanationReport,
  FairnessReport,
  TrainingReport,
} from "./read-reports.ts";

/** Columns whose bins are drawn without being asked for. */
const HISTOGRAMS = 3;
const DEPENDENCE = 2;

/** The pictures that an evaluation allows. Empty for a body that is none. */
export function drawEvaluation(body: unknown): Picture[] {
  const parsed = EvaluationReport.safeParse(body);
  if (!parsed.success) return [];
  const report = parsed.data;
  switch (report.problem) {
    case "binary":
      return [drawRoc(report), drawPrecisionRecall(report), drawCalibration(report), drawConfusion(report)];
    case "multiclass":
      return [...(report.curves === undefined ? [] : [drawClassRoc(report)]), drawConfusion(report)];
    case "regression":
      return [drawResiduals(report)];
    default:
      return report satisfies never;
  }
}

export function drawTraining(body: unknown): Picture[] {
  const parsed = TrainingReport.safeParse(body);
  return parsed.success ? [drawLearningCurve(parsed.data)] : [];
}

/** No single row is drawn here: an explanation that others read must not show a person's values. */
export function drawExplanation(body: unknown): Picture[] {
  const parsed = ExplanationReport.safeParse(body);
  if (!parsed.success) return [];
  const known = new Set(parsed.data.dependence.map(({ feature }) => feature));
  const strongest = parsed.data.importance.filter(({ feature }) => known.has(feature)).slice(0, DEPENDENCE);
  return [
    drawImportance(parsed.data),
    drawBeeswarm(parsed.data),
    ...strongest.map(({ feature }) => drawDependence(parsed.data, feature)),
  ];
}

export function drawFairness(body: unknown): Picture[] {
  const parsed = FairnessReport.safeParse(body);
  if (!parsed.success || !parsed.data.audited) return [];
  const withGroups = parsed.data.attributes.filter((attribute) => "groups" in attribute);
  return [
    drawFairnessDifferences(parsed.data),
    ...withGroups.map(({ attribute }) => drawGroupRates(parsed.data, attribute)),
  ];
}

/** The columns, the timeline where there is one, and the bins of what drifted, or of the column that moved most. */
export function drawDrift(body: unknown): Picture[] {
  const parsed = DriftReport.safeParse(body);
  if (!parsed.success) return [];
  const report = parsed.data;
  const sorted = report.columns
    .filter(({ comparison }) => comparison != null)
    .toSorted((one, other) => strengthOf(other) - strengthOf(one));
  const drifted = sorted.filter(({ verdict }) => verdict !== "stable").slice(0, HISTOGRAMS);
  const shown = drifted.length > 0 ? drifted : sorted.slice(0, 1);
  return [
    drawDriftColumns(report),
    ...(report.timeline.length === 0 ? [] : [drawDriftTimeline(report)]),
    ...shown.map(({ column }) => drawDriftHistogram(report, column)),
  ];
}
