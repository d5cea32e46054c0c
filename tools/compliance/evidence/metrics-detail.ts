import { type FoundRow, findRows, numberIn, numberList, numbersOf, textIn } from "./find-rows.ts";

/** What a metrics artifact says beyond its headline numbers; every part may be absent. */
export interface MetricsDetail {
  perClass: { label: string; values: Record<string, number> }[];
  /** Counts by true class (rows) and predicted class (columns). */
  confusion: { labels: string[]; counts: number[][] } | undefined;
  /** Confidence intervals of headline metrics, by name. */
  intervals: Record<string, { low: number; high: number }>;
}

export function readMetricsDetail(body: unknown): MetricsDetail {
  return {
    perClass: readPerClass(body),
    confusion: readConfusion(body),
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
