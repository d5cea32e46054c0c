import { LABEL_SIZE, numberAxis, shareAxis } from "../axes.ts";
import { formatCount, formatNumber, formatSetting, formatShare } from "../format-value.ts";
import { boxes, dots, entry, line, rule, tableOf, thin } from "../marks.ts";
import { emptyPicture, type Ink, type Panel, type Picture } from "../picture.ts";
import type { BinaryEvaluation, MulticlassEvaluation } from "../read-reports.ts";
import { fitText } from "../text-width.ts";

/** More points than this no picture of this width can show. */
const POINTS = 120;
const TABLE_ROWS = 11;
const SQUARE = 250;

/** The ROC curve with the chance line and the point at which the model decides. */
export function drawRoc(report: BinaryEvaluation): Picture {
  const title = "ROC curve";
  if (report.roc.length < 2)
    return emptyPicture("roc", title, `only one class occurs among ${formatCount(report.rows, "row")}`);
  const points = report.roc.map((point): Point => [point.falsePositiveRate, point.truePositiveRate]);
  const operating = operatingPoint(report);
  const at: Point[] = operating === undefined ? [] : [[operating.falsePositiveRate, operating.recall]];
  return {
    kind: "drawn",
    id: "roc",
    title,
    summary: `${headline("AUC", report.metrics.auc, report.intervals["auc"])}; 0.5 is chance, 1 is perfect.${
      operating === undefined
        ? ""
        : ` As it decides now, the model finds ${formatShare(operating.recall)} of the rows of ${report.positiveClass} and wrongly flags ${formatShare(operating.falsePositiveRate)} of the others.`
    }`,
    panels: [
      square("false positive rate (share of the others flagged)", "true positive rate (share found)", [
        rule([0, 0], [1, 1], { ink: "muted", dash: "dashed" }),
        ...line(thin(points, POINTS), "neutral"),
        ...dots(at, { ink: "second", shape: "diamond", radius: 5 }),
      ]),
    ],
    legend: [
      entry("model", "neutral", "line"),
      entry("chance", "muted", "dashed"),
      ...(at.length === 0 ? [] : [entry("where it decides", "second", "diamond")]),
    ],
    table: tableOf(
      ["#False positive rate", "#True positive rate"],
      thin(points, TABLE_ROWS).map((point) => point.map(formatNumber)),
      restOf(points.length),
    ),
  };
}

/** Precision against recall, with the base rate that guessing reaches. */
export function drawPrecisionRecall(report: BinaryEvaluation): Picture {
  const title = "Precision and recall";
  const { truePositives, falseNegatives, falsePositives, trueNegatives } = report.metrics.confusion;
  const rows = truePositives + falseNegatives + falsePositives + trueNegatives;
  if (report.precisionRecall.length < 2 || rows === 0)
    return emptyPicture(
      "precision-recall",
      title,
      `no row belongs to ${report.positiveClass}, or only one score occurs`,
    );
  const base = (truePositives + falseNegatives) / rows;
  const points = report.precisionRecall.map((point): Point => [point.recall, point.precision]);
  const operating = operatingPoint(report);
  const at: Point[] = operating?.precision === undefined ? [] : [[operating.recall, operating.precision]];
  return {
    kind: "drawn",
    id: "precision-recall",
    title,
    summary: `${headline("Average precision", report.metrics.averagePrecision, report.intervals["averagePrecision"])}; the base rate of ${report.positiveClass} is ${formatNumber(base)}.${
      operating?.precision === undefined
        ? ""
        : ` As it decides now, ${formatShare(operating.precision)} of the rows flagged as ${report.positiveClass} are, at a recall of ${formatShare(operating.recall)}.`
    }`,
    panels: [
      square("recall (share found)", "precision (share right among flagged)", [
        rule([0, base], [1, base], { ink: "muted", dash: "dashed" }),
        ...line(thin(points, POINTS), "neutral"),
        ...dots(at, { ink: "second", shape: "diamond", radius: 5 }),
      ]),
    ],
    legend: [
      entry("model", "neutral", "line"),
      entry("base rate", "muted", "dashed"),
      ...(at.length === 0 ? [] : [entry("where it decides", "second", "diamond")]),
    ],
    table: tableOf(
      ["#Recall", "#Precision"],
      thin(points, TABLE_ROWS).map((point) => point.map(formatNumber)),
      restOf(points.length),
    ),
  };
}

/** Observed shares against predicted probabilities, over the number of rows of each bin. */
export function drawCalibration(report: BinaryEvaluation): Picture {
  const title = "Calibration";
  const bins = report.calibration;
  if (bins.length === 0) return emptyPicture("calibration", title, "no row was scored");
  const points = bins.map((bin): Point => [bin.meanProbability, bin.positiveShare]);
  const most = Math.max(...bins.map((bin) => bin.rowCount));
  const worst = bins.reduce((one, other) => (gapOf(other) > gapOf(one) ? other : one));
  return {
    kind: "drawn",
    id: "calibration",
    title,
    summary: `Predicted probabilities lie ${formatNumber(report.calibrationError ?? undefined)} from the observed share on average (expected calibration error; 0 is best). The widest gap is ${formatNumber(gapOf(worst))}, between ${formatSetting(worst.from)} and ${formatSetting(worst.to)}, over ${formatCount(worst.rowCount, "row")}.`,
    panels: [
      {
        ...square("", `share that is ${report.positiveClass}`, [
          rule([0, 0], [1, 1], { ink: "muted", dash: "dashed" }),
          ...line(points, "neutral"),
          ...dots(points, { ink: "neutral" }),
        ]),
        height: 220,
      },
      {
        x: shareAxis("mean predicted probability"),
        y: numberAxis("rows", 0, most),
        height: 70,
        rightRoom: 0,
        marks: boxes(
          bins.map((bin) => [bin.from + 0.005, 0, bin.to - 0.005, bin.rowCount]),
          { ink: "third" },
        ),
      },
    ],
    legend: [
      entry("model", "neutral", "circle"),
      entry("perfect calibration", "muted", "dashed"),
      entry("rows per bin", "third", "box"),
    ],
    table: tableOf(
      ["Bin", "#Mean probability", "#Observed share", "#Rows"],
      bins.map((bin) => [
        `${formatSetting(bin.from)} to ${formatSetting(bin.to)}`,
        ...[bin.meanProbability, bin.positiveShare, bin.rowCount].map(formatNumber),
      ]),
    ),
  };
}

const SERIES = [
  ["neutral", "solid", "line"],
  ["second", "dashed", "dashed"],
  ["third", "dotted", "dotted"],
  ["fourth", "solid", "line"],
  ["bad", "dashed", "dashed"],
  ["good", "dotted", "dotted"],
] as const satisfies readonly (readonly [Ink, string, string])[];

/** One ROC curve for each of at most six classes, the most frequent ones, each against all others. */
export function drawClassRoc(report: MulticlassEvaluation): Picture {
  const title = "ROC curves, each class against all others";
  const known = (report.curves ?? []).filter((curve) => curve.roc.length >= 2);
  if (known.length === 0) return emptyPicture("roc", title, "the report holds no curve of a class");
  const about = new Map(report.metrics.perClass.map((one) => [one.label, one]));
  const shown = known
    .toSorted((one, other) => (about.get(other.label)?.support ?? 0) - (about.get(one.label)?.support ?? 0))
    .slice(0, SERIES.length);
  const auc = (label: string) => about.get(label)?.auc ?? undefined;
  const worst = shown.reduce((one, other) => ((auc(other.label) ?? 1) < (auc(one.label) ?? 1) ? other : one));
  return {
    kind: "drawn",
    id: "roc",
    title,
    summary: `The class that is hardest to tell from the others is ${worst.label}, with an AUC of ${formatNumber(auc(worst.label))}; 0.5 is chance, 1 is perfect.`,
    panels: [
      square("false positive rate", "true positive rate", [
        rule([0, 0], [1, 1], { ink: "muted", dash: "dashed" }),
        ...shown.flatMap(({ roc }, index) => {
          const [ink, dash] = SERIES[index] ?? SERIES[0];
          const points = roc.map((point): Point => [point.falsePositiveRate, point.truePositiveRate]);
          return line(thin(points, POINTS), ink, dash);
        }),
      ]),
    ],
    legend: [
      ...shown.map(({ label }, index) => {
        const [ink, , look] = SERIES[index] ?? SERIES[0];
        return entry(`${fitText(label, LABEL_SIZE, 250)} (${formatNumber(auc(label))})`, ink, look);
      }),
      entry("chance", "muted", "dashed"),
    ],
    table: tableOf(
      ["Class", "#AUC", "#Rows"],
      shown.map(({ label }) => [label, formatNumber(auc(label)), formatNumber(about.get(label)?.support)]),
      known.length > shown.length ? `${known.length - shown.length} rarer classes are not shown.` : "",
    ),
  };
}

type Point = [number, number];

function square(x: string, y: string, marks: Panel["marks"]): Panel {
  return { x: shareAxis(x), y: shareAxis(y), height: SQUARE, rightRoom: 0, marks };
}

function headline(
  name: string,
  value: number | null,
  interval: BinaryEvaluation["intervals"][string] | undefined,
): string {
  const range =
    interval?.low == null || interval.high === null
      ? ""
      : ` (95 % interval ${formatNumber(interval.low)} to ${formatNumber(interval.high)})`;
  return `${name} is ${formatNumber(value ?? undefined)}${range}`;
}

/** Where the counts of the confusion lie on the curves; undefined without rows of both classes. */
function operatingPoint({ metrics }: BinaryEvaluation) {
  const { truePositives, falsePositives, falseNegatives, trueNegatives } = metrics.confusion;
  const [positives, negatives] = [truePositives + falseNegatives, falsePositives + trueNegatives];
  if (positives === 0 || negatives === 0) return undefined;
  const flagged = truePositives + falsePositives;
  return {
    recall: truePositives / positives,
    falsePositiveRate: falsePositives / negatives,
    precision: flagged === 0 ? undefined : truePositives / flagged,
  };
}

const gapOf = (bin: BinaryEvaluation["calibration"][number]): number =>
  Math.abs(bin.positiveShare - bin.meanProbability);

const restOf = (count: number): string =>
  count > TABLE_ROWS ? `${TABLE_ROWS} of ${formatCount(count, "point")} of the curve, evenly taken.` : "";
