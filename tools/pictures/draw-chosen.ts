import { drawCalibration, drawClassRoc, drawPrecisionRecall, drawRoc } from "./draw/curves.ts";
import { drawConfusion } from "./draw/confusion.ts";
import { drawDriftColumns, drawDriftHistogram, drawDriftTimeline } from "./draw/drift.ts";
import { drawBeeswarm, drawDependence, drawImportance } from "./draw/explanation.ts";
import { drawFairnessDifferences, drawGroupRates } from "./draw/fairness.ts";
import { drawLearningCurve } from "./draw/learning-curve.ts";
import { drawResiduals } from "./draw/residuals.ts";
import { drawWaterfall, explainedRow } from "./draw/waterfall.ts";
import { drawDrift, drawEvaluation, drawExplanation, drawFairness, drawTraining } from "./draw-report.ts";
import type { Picture } from "./picture.ts";
import {
  DriftReport,
  EvaluationReport,
  ExplanationReport,
  FairnessReport,
  PredictionReport,
  TrainingReport,
} from "./read-reports.ts";

/** Every kind of picture with the report that it is drawn from. */
export const PICTURE_KINDS = [
  "roc",
  "precision-recall",
  "calibration",
  "confusion",
  "residuals",
  "learning-curve",
  "shap-importance",
  "shap-beeswarm",
  "shap-dependence",
  "shap-waterfall",
  "fairness",
  "fairness-groups",
  "drift",
  "drift-histogram",
  "drift-timeline",
] as const;
export type PictureKind = (typeof PICTURE_KINDS)[number];

/** What is asked of a report. Absent choices are the report's first or strongest. */
export interface PictureWish {
  picture?: PictureKind | undefined;
  feature?: string | undefined;
  column?: string | undefined;
  attribute?: string | undefined;
  measure?: string | undefined;
  row?: number | undefined;
  output?: string | undefined;
}

/** The pictures asked for, or, with no kind named, all that the report allows; a sentence where it has none. */
export function drawChosen(body: unknown, wish: PictureWish): Picture[] | string {
  const drawn = wish.picture === undefined ? drawAll(body, wish) : drawOne(body, wish, wish.picture);
  return typeof drawn === "string" || drawn.length > 0
    ? drawn
    : "this is no report that pictures are drawn from; give the digest that evaluate_model, fairness_audit, detect_drift, explain_model or explain_prediction returned, or the `report` of a training tool";
}

function drawAll(body: unknown, wish: PictureWish): Picture[] | string {
  const drawn = [drawEvaluation, drawFairness, drawDrift, drawExplanation, drawTraining].flatMap((draw) =>
    draw(body),
  );
  if (drawn.length > 0) return drawn;
  return PredictionReport.safeParse(body).success ? drawOne(body, wish, "shap-waterfall") : [];
}

function drawOne(body: unknown, wish: PictureWish, kind: PictureKind): Picture[] | string {
  switch (kind) {
    case "roc":
    case "precision-recall":
    case "calibration":
    case "confusion":
    case "residuals":
      return drawFromEvaluation(body, kind);
    case "learning-curve": {
      const report = TrainingReport.safeParse(body);
      return report.success
        ? [drawLearningCurve(report.data)]
        : wrong(kind, "the `report` that a training tool returned");
    }
    case "shap-importance":
    case "shap-beeswarm":
    case "shap-dependence":
      return drawFromExplanation(body, wish, kind);
    case "shap-waterfall":
      return drawRow(body, wish);
    case "fairness":
    case "fairness-groups": {
      const report = FairnessReport.safeParse(body);
      if (!report.success) return wrong(kind, "the digest that fairness_audit returned");
      if (kind === "fairness") return [drawFairnessDifferences(report.data)];
      const known = report.data.attributes.map(({ attribute }) => attribute);
      const attribute = chosen("attribute", wish.attribute, known);
      return typeof attribute === "string"
        ? attribute
        : [drawGroupRates(report.data, attribute.name, wish.measure)];
    }
    case "drift":
    case "drift-histogram":
    case "drift-timeline": {
      const report = DriftReport.safeParse(body);
      if (!report.success) return wrong(kind, "the digest that detect_drift returned");
      if (kind === "drift") return [drawDriftColumns(report.data)];
      if (kind === "drift-timeline") return [drawDriftTimeline(report.data)];
      const column = chosen(
        "column",
        wish.column,
        report.data.columns.map((one) => one.column),
      );
      return typeof column === "string" ? column : [drawDriftHistogram(report.data, column.name)];
    }
    default:
      return kind satisfies never;
  }
}

function drawFromEvaluation(
  body: unknown,
  kind: "roc" | "precision-recall" | "calibration" | "confusion" | "residuals",
): Picture[] | string {
  const parsed = EvaluationReport.safeParse(body);
  if (!parsed.success) return wrong(kind, "the digest that evaluate_model returned");
  const report = parsed.data;
  if (kind === "residuals")
    return report.problem === "regression" ? [drawResiduals(report)] : unfit(kind, report.problem);
  if (report.problem === "regression") return unfit(kind, report.problem);
  if (kind === "confusion") return [drawConfusion(report)];
  if (report.problem === "multiclass")
    return kind === "roc" ? [drawClassRoc(report)] : unfit(kind, report.problem);
  return [
    { roc: drawRoc, "precision-recall": drawPrecisionRecall, calibration: drawCalibration }[kind](report),
  ];
}

function drawFromExplanation(
  body: unknown,
  wish: PictureWish,
  kind: "shap-importance" | "shap-beeswarm" | "shap-dependence",
): Picture[] | string {
  const parsed = ExplanationReport.safeParse(body);
  if (!parsed.success) return wrong(kind, "the digest that explain_model returned");
  const report = parsed.data;
  if (kind === "shap-importance") return [drawImportance(report)];
  if (kind === "shap-beeswarm") {
    const output = chosen("output", wish.output, report.outputs);
    return typeof output === "string" ? output : [drawBeeswarm(report, output.at)];
  }
  const feature = chosen(
    "feature",
    wish.feature,
    report.importance.map((one) => one.feature),
  );
  return typeof feature === "string" ? feature : [drawDependence(report, feature.name)];
}

function drawRow(body: unknown, wish: PictureWish): Picture[] | string {
  const prediction = PredictionReport.safeParse(body);
  if (prediction.success) {
    const { rows, space } = prediction.data;
    const found = wish.row === undefined ? rows[0] : rows.find(({ row }) => row === wish.row);
    return found === undefined
      ? `the report explains no row ${wish.row}; it has ${listed(rows.map(({ row }) => String(row)))}`
      : [drawWaterfall(found, space)];
  }
  const parsed = ExplanationReport.safeParse(body);
  if (!parsed.success)
    return wrong("shap-waterfall", "the digest that explain_prediction or explain_model returned");
  const report = parsed.data;
  const output = chosen("output", wish.output, report.outputs);
  if (typeof output === "string") return output;
  const found = explainedRow(report, wish.row ?? report.rows[0] ?? 0, output.at);
  return found === undefined
    ? `the report explains no row ${wish.row}; it has ${listed(report.rows.map(String))}. explain_prediction explains any row`
    : [drawWaterfall(found, report.space)];
}

const wrong = (kind: PictureKind, what: string): string =>
  `${kind} is drawn from another report; give ${what}`;

const unfit = (kind: PictureKind, problem: string): string =>
  `there is no ${kind} of a ${problem} evaluation; leave \`picture\` out for what it has`;

/** The name asked for with its place, or the first one; a sentence where there is none of that name. */
function chosen(
  what: string,
  name: string | undefined,
  known: readonly string[],
): { name: string; at: number } | string {
  const at = name === undefined ? 0 : known.indexOf(name);
  const found = known[at];
  return found === undefined
    ? `the report knows no ${what}${name === undefined ? "" : ` ${name}`}; it has ${listed(known)}`
    : { name: found, at };
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  return names.length > 20
    ? `${names.slice(0, 20).join(", ")} and ${names.length - 20} more`
    : names.join(", ");
}
