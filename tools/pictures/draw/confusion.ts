import { LABEL_SIZE, nameAxis } from "../axes.ts";
import { formatCount, formatNumber, formatShare } from "../format-value.ts";
import { boxes, tableOf, texts } from "../marks.ts";
import { emptyPicture, type Picture } from "../picture.ts";
import type { BinaryEvaluation, MulticlassEvaluation } from "../read-reports.ts";
import { fitText } from "../text-width.ts";

/** Classes beyond the eleven most frequent ones are taken together. */
const MOST = 12;

/** How many rows of each true class were predicted as which, shaded by their share of the true class. */
export function drawConfusion(report: BinaryEvaluation | MulticlassEvaluation): Picture {
  const title = "Confusion";
  const { labels, counts } = joined(matrixOf(report));
  const total = counts.flat().reduce((sum, count) => sum + count, 0);
  if (total === 0) return emptyPicture("confusion", title, "no row was scored");
  const sums = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const right = labels.reduce((sum, _, at) => sum + (counts[at]?.[at] ?? 0), 0);
  const cells = counts.flatMap((row, actual) =>
    row.map((count, predicted) => ({ actual, predicted, count, share: shareOf(count, sums[actual] ?? 0) })),
  );
  const wrong = cells
    .filter(({ actual, predicted }) => actual !== predicted)
    .reduce((one, other) => (other.count > one.count ? other : one), {
      actual: 0,
      predicted: 0,
      count: 0,
      share: 0,
    });
  const cell = 270 / labels.length;
  const isWide = labels.length <= 6;
  const size = isWide ? LABEL_SIZE : 9;
  const x = nameAxis("predicted class", labels);
  return {
    kind: "drawn",
    id: "confusion",
    title,
    summary: `${formatShare(right / total)} of ${formatCount(total, "row")} are predicted rightly. ${
      wrong.count === 0
        ? "None is taken for another class."
        : `The most frequent mistake: ${labels[wrong.actual]} taken for ${labels[wrong.predicted]}, ${formatCount(wrong.count, "row")} (${formatShare(wrong.share)} of ${labels[wrong.actual]}).`
    }`,
    panels: [
      {
        x: {
          ...x,
          isReversed: false,
          marks: x.marks.map(({ at }) => ({
            at,
            label: fitText(labels[at] ?? "", LABEL_SIZE, Math.max(18, cell - 8)),
          })),
        },
        y: nameAxis("true class", labels),
        height: Math.min(290, Math.max(120, 60 * labels.length)),
        rightRoom: 0,
        marks: [
          ...cells.flatMap(({ actual, predicted, share }) =>
            share > 0
              ? boxes([[predicted - 0.48, actual - 0.48, predicted + 0.48, actual + 0.48]], {
                  // The writing on top stays readable up to this strength.
                  ink: actual === predicted ? "neutral" : "second",
                  opacity: Math.max(0.03, Math.round(share * 45) / 100),
                })
              : [],
          ),
          ...texts(
            cells.map((one) => ({ x: one.predicted, y: one.actual, text: compact(one.count, isWide) })),
            { size, weight: "bold", shift: [0, isWide ? -7 : 0] },
          ),
          ...(isWide
            ? texts(
                cells.map((one) => ({ x: one.predicted, y: one.actual, text: formatShare(one.share) })),
                { ink: "ink", shift: [0, 8] },
              )
            : []),
        ],
      },
    ],
    legend: [],
    table: tableOf(
      ["True class", ...labels.map((label) => `#${label}`), "#Right"],
      counts.map((row, at) => [
        labels[at] ?? "",
        ...row.map(formatNumber),
        formatShare(shareOf(row[at] ?? 0, sums[at] ?? 0)),
      ]),
    ),
  };
}

interface Matrix {
  labels: string[];
  counts: number[][];
}

function matrixOf(report: BinaryEvaluation | MulticlassEvaluation): Matrix {
  if (report.problem === "multiclass") return { labels: report.classes, counts: report.metrics.confusion };
  const { trueNegatives, falsePositives, falseNegatives, truePositives } = report.metrics.confusion;
  return {
    labels: report.classes,
    counts: [
      [trueNegatives, falsePositives],
      [falseNegatives, truePositives],
    ],
  };
}

function joined({ labels, counts }: Matrix): Matrix {
  if (labels.length <= MOST) return { labels, counts };
  const order = labels
    .map((_, at) => ({ at, rows: (counts[at] ?? []).reduce((sum, count) => sum + count, 0) }))
    .toSorted((one, other) => other.rows - one.rows || one.at - other.at)
    .map(({ at }) => at);
  const groups = [...order.slice(0, MOST - 1).map((at) => [at]), order.slice(MOST - 1)];
  return {
    labels: [
      ...order.slice(0, MOST - 1).map((at) => labels[at] ?? ""),
      `${labels.length - MOST + 1} other classes`,
    ],
    counts: groups.map((rows) =>
      groups.map((columns) =>
        rows.reduce(
          (sum, row) => columns.reduce((inner, column) => inner + (counts[row]?.[column] ?? 0), sum),
          0,
        ),
      ),
    ),
  };
}

const shareOf = (count: number, sum: number): number => (sum === 0 ? 0 : count / sum);

function compact(count: number, isWide: boolean): string {
  if (isWide || count < 10_000) return isWide ? formatNumber(count) : String(count);
  return `${Math.round(count / 1000)}k`;
}
