import { type FoundRow, findRows, numberIn, numberList, numbersOf, textIn } from "./find-rows.ts";

type Point = [number, number];

/** What a metrics artifact says beyond its headline numbers; every part may be absent. */
export interface MetricsDetail {
  perClass: { label: string; values: Record<string, number> }[];
  /** Counts by true class (rows) and predicted class (columns). */
  confusion: { labels: string[]; counts: number[][] } | undefined;
  /** False positive rate against true positive rate. */
  roc: Point[] | undefined;
  /** Mean predicted probability against observed rate. */
  calibration: Point[] | undefined;
  /** Confidence intervals of headline metrics, by name. */
  intervals: Record<string, { low: number; high: number }>;
}

const FALSE_POSITIVE = ["falsePositiveRate", "fpr"];
const TRUE_POSITIVE = ["truePositiveRate", "tpr"];
const PREDICTED = ["meanPredicted", "predicted", "meanProbability", "meanPrediction", "mean"];
const OBSERVED = ["observed", "observedRate", "positiveShare", "fractionPositive", "positiveRate"];

export function readMetricsDetail(body: unknown): MetricsDetail {
  return {
    perClass: readPerClass(body),
    confusion: readConfusion(body),
    roc: thin(points(body, { x: FALSE_POSITIVE, y: TRUE_POSITIVE, where: /roc/i })),
    calibration: points(body, { x: PREDICTED, y: OBSERVED, where: /calib|reliab/i }),
    intervals: readIntervals(body),
  };
}

/** Headline numbers and points of curves have precision and recall too: a class has a label, or its key is one. */
function readPerClass(body: unknown): MetricsDetail["perClass"] {
  return findRows(body, (row) => typeof row.precision === "number" && typeof row.recall === "number").flatMap(
    ({ row, key, path }) => {
      const label = textIn(row, ["label", "class"]) ?? (/class/i.test(path) ? key : undefined);
      return label === undefined ? [] : [{ label, values: numbersOf(row) }];
    },
  );
}

function readConfusion(body: unknown): MetricsDetail["confusion"] {
  const [held] = findRows(body, (row) => matrixIn(row) !== undefined);
  const counts = held === undefined ? undefined : matrixIn(held.row);
  if (held !== undefined && counts !== undefined) {
    const listed = classesAround(held, counts.length);
    const named = readPerClass(held.row).map(({ label }) => label);
    const labels = listed ?? (named.length === counts.length ? named : counts.map((_, at) => `class ${at}`));
    return { labels, counts };
  }
  const [two] = findRows(body, (row) => OUTCOMES.every((name) => typeof row[name] === "number"));
  if (two === undefined) return undefined;
  const [truePositives = 0, falsePositives = 0, falseNegatives = 0, trueNegatives = 0] = OUTCOMES.map(
    (name) => numberIn(two.row, [name]) ?? 0,
  );
  return {
    labels: classesAround(two, 2) ?? ["negative", "positive"],
    counts: [
      [trueNegatives, falsePositives],
      [falseNegatives, truePositives],
    ],
  };
}

/** Class labels beside or around a confusion, in the order of its rows. */
function classesAround({ row, around }: FoundRow, count: number): string[] | undefined {
  return [row, ...around.map(({ value }) => value)]
    .flatMap(({ labels, classes }) => [labels, classes])
    .find((list): list is unknown[] => Array.isArray(list) && list.length === count)
    ?.map(String);
}

function readIntervals(body: unknown): MetricsDetail["intervals"] {
  const found = findRows(body, (row) => typeof row.low === "number" && typeof row.high === "number");
  return Object.fromEntries(
    found.flatMap(({ row, key, path }) =>
      key !== undefined && /interval/i.test(path)
        ? [[key, { low: numberIn(row, ["low"]) ?? 0, high: numberIn(row, ["high"]) ?? 0 }]]
        : [],
    ),
  );
}

const OUTCOMES = ["truePositives", "falsePositives", "falseNegatives", "trueNegatives"];

function matrixIn(row: Readonly<Record<string, unknown>>): number[][] | undefined {
  for (const [name, value] of Object.entries(row)) {
    if (!/confusion/i.test(name) || !Array.isArray(value)) continue;
    const rows = value.map(numberList);
    if (rows.every((list) => list !== undefined && list.length === value.length)) return rows as number[][]; // just tested
  }
  return undefined;
}

/** Points as a list of objects with two numbers, or as two lists side by side. */
function points(
  body: unknown,
  names: { x: readonly string[]; y: readonly string[]; where: RegExp },
): Point[] | undefined {
  const here = (isWanted: Parameters<typeof findRows>[1]) =>
    findRows(body, isWanted).filter(({ path }) => names.where.test(path));
  const single = here((row) => numberIn(row, names.x) !== undefined && numberIn(row, names.y) !== undefined);
  if (single.length >= 2) {
    return single.map(({ row }): Point => [numberIn(row, names.x) ?? 0, numberIn(row, names.y) ?? 0]);
  }
  const [lists] = here((row) => listIn(row, names.x) !== undefined && listIn(row, names.y) !== undefined);
  if (lists === undefined) return undefined;
  const [x = [], y = []] = [listIn(lists.row, names.x), listIn(lists.row, names.y)];
  return x.length === y.length && x.length > 1 ? x.map((value, at): Point => [value, y[at] ?? 0]) : undefined;
}

function listIn(row: Readonly<Record<string, unknown>>, names: readonly string[]): number[] | undefined {
  return names.map((name) => numberList(row[name])).find((list) => list !== undefined);
}

/** A curve of thousands of points draws no better than one of a hundred and fifty. */
function thin(curve: Point[] | undefined): Point[] | undefined {
  if (curve === undefined || curve.length <= 150) return curve;
  const step = (curve.length - 1) / 149;
  return Array.from({ length: 150 }, (_, index) => curve[Math.round(index * step)]).filter(
    (point): point is Point => point !== undefined,
  );
}
