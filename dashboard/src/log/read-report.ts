import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import { findRows, numberIn, textIn } from "./find-rows.ts";
import { objectOf } from "./read-message.ts";

/** What a metrics report says beyond its headline numbers; every part may be absent. */
export interface MetricsReport {
  roc: [number, number][];
  precisionRecall: [number, number][];
  calibration: [number, number][];
  confusion: { labels: string[]; counts: number[][] } | undefined;
  /** Confidence intervals by metric. */
  intervals: Record<string, [low: number, high: number]>;
}

export function readMetricsReport(report: JsonValue | undefined): MetricsReport {
  return {
    roc: pointsIn(report, /roc/i, ["falsePositiveRate"], ["truePositiveRate"]),
    precisionRecall: pointsIn(report, /precisionRecall/i, ["recall"], ["precision"]),
    calibration: pointsIn(
      report,
      /calibration/i,
      ["meanProbability", "meanPredicted"],
      ["positiveShare", "observedRate"],
    ),
    confusion: readConfusion(report),
    intervals: readIntervals(report),
  };
}

function pointsIn(
  report: JsonValue | undefined,
  where: RegExp,
  xNames: readonly string[],
  yNames: readonly string[],
): [number, number][] {
  const points = findRows(
    report,
    (row, path) =>
      where.test(path) && numberIn(row, xNames) !== undefined && numberIn(row, yNames) !== undefined,
  ).map(({ row }): [number, number] => [numberIn(row, xNames) ?? 0, numberIn(row, yNames) ?? 0]);
  // One point is a headline number of the same name, not a curve.
  return points.length < 2 ? [] : points;
}

const OUTCOMES = ["trueNegatives", "falsePositives", "falseNegatives", "truePositives"];

function readConfusion(report: JsonValue | undefined): MetricsReport["confusion"] {
  const [two] = findRows(report, (row) => OUTCOMES.every((name) => typeof row[name] === "number"));
  if (two !== undefined) {
    const [tn = 0, fp = 0, fn = 0, tp = 0] = OUTCOMES.map((name) => numberIn(two.row, [name]) ?? 0);
    return {
      labels: ["negative", "positive"],
      counts: [
        [tn, fp],
        [fn, tp],
      ],
    };
  }
  const [held] = findRows(report, (row) => matrixIn(row) !== undefined);
  const counts = held === undefined ? undefined : matrixIn(held.row);
  if (counts === undefined) return undefined;
  const classes = objectOf(report)?.["classes"];
  const labels = Array.isArray(classes) && classes.length === counts.length ? classes.map(String) : undefined;
  return { labels: labels ?? counts.map((_, index) => `class ${index}`), counts };
}

function matrixIn(row: JsonObject): number[][] | undefined {
  for (const [name, value] of Object.entries(row)) {
    if (!/confusion/i.test(name) || !Array.isArray(value) || value.length < 2) continue;
    const counts = value.map((line) =>
      Array.isArray(line) ? line.filter((cell): cell is number => typeof cell === "number") : [],
    );
    if (counts.every((line) => line.length === value.length)) return counts;
  }
  return undefined;
}

function readIntervals(report: JsonValue | undefined): MetricsReport["intervals"] {
  const intervals: MetricsReport["intervals"] = {};
  for (const { row, key } of findRows(report, (candidate, path) => {
    return /interval/i.test(path) && boundsOf(candidate) !== undefined;
  })) {
    const bounds = boundsOf(row);
    if (bounds !== undefined) intervals[key] = bounds;
  }
  return intervals;
}

function boundsOf(row: JsonObject): [number, number] | undefined {
  const low = numberIn(row, ["low", "lower", "from"]);
  const high = numberIn(row, ["high", "upper", "to"]);
  return low === undefined || high === undefined ? undefined : [low, high];
}

/** One column of a drift report; its verdict is the report's own, since an index alone may be chance. */
export interface DriftColumn {
  column: string;
  psi: number;
  verdict: string | undefined;
}

/** Drift by column, strongest first. */
export function readDriftReport(report: JsonValue | undefined): DriftColumn[] {
  return findRows(report, (row) => typeof row["psi"] === "number")
    .map(({ row, key }) => ({
      column: textIn(row, ["column", "feature", "name"]) ?? key,
      psi: Math.max(numberIn(row, ["psi"]) ?? 0, numberIn(row, ["missingPsi"]) ?? 0),
      verdict: typeof row["verdict"] === "string" ? row["verdict"] : undefined,
    }))
    .toSorted((left, right) => right.psi - left.psi);
}

/** One group of a protected attribute with what was measured on it. */
export interface GroupRow {
  attribute: string;
  group: string;
  count: number | undefined;
  selectionRate: number | undefined;
  accuracy: number | undefined;
}

/** The groups that a fairness audit compared, attribute by attribute. */
export function readGroups(report: JsonValue | undefined): GroupRow[] {
  const attributes = findRows(
    report,
    (row) => typeof row["attribute"] === "string" && Array.isArray(row["groups"]),
  );
  return attributes.flatMap(({ row }) =>
    findRows(row["groups"], isGroup).map((group) => groupOf(group.row, textIn(row, ["attribute"]) ?? "")),
  );
}

const isGroup = (row: JsonObject): boolean => textIn(row, ["label", "group"]) !== undefined;

function groupOf(row: JsonObject, attribute: string): GroupRow {
  const rates = objectOf(row["rates"]) ?? row;
  return {
    attribute,
    group: textIn(row, ["label", "group"]) ?? "",
    count: numberIn(row, ["count"]),
    selectionRate: numberIn(rates, ["selectionRate"]),
    accuracy: numberIn(rates, ["accuracy"]),
  };
}
