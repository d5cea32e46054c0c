import { LABEL_SIZE, nameAxis } from "../axes.ts";
import { formatCount, formatNumber, formatShare } from "../format-value.ts";
import { boxes, tableOf, texts } from "../marks.ts";
import { emptyPicture, type Picture } from "../picture.ts";
import type { BinaryEvaluation, MulticlassEvaluation } from "../read-reports.ts";
import { textWidth } from "../text-width.ts";

/** Classes beyond the eleven most frequent ones are taken together. */
const MOST = 12;

/** About how much of the page the columns have beside the widest names. */
const COLUMNS_WIDTH = 228;

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
  const isWide = labels.length <= 6;
  // Names that have no room over their column are numbered; the rows say which is which.
  const room = COLUMNS_WIDTH / labels.length - 6;
  const isNumbered = labels.some((label) => textWidth(label, LABEL_SIZE) > room);
  const rowNames = isNumbered ? labels.map((label, at) => `${at + 1} ${label}`) : labels;
  const columnNames = isNumbered ? labels.map((_, at) => String(at + 1)) : labels;
  const y = nameAxis(isWide ? "true class" : "true class (cells: % of its rows)", rowNames);
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
          ...nameAxis(isNumbered ? "predicted class, by its number" : "predicted class", columnNames),
          isReversed: false,
        },
        y,
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
          ...(isWide
            ? [
                ...texts(cells.map(cellText(({ count }) => formatNumber(count))), {
                  weight: "bold",
                  shift: [0, -7],
                }),
                ...texts(cells.map(cellText(({ share }) => formatShare(share))), { shift: [0, 8] }),
              ]
            : texts(
                cells.flatMap((one) =>
                  one.count === 0 ? [] : [cellText(({ share }) => wholePercent(share))(one)],
                ),
                { size: 9 },
              )),
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

interface Cell {
  actual: number;
  predicted: number;
  count: number;
  share: number;
}

const cellText = (write: (cell: Cell) => string) => (cell: Cell) => ({
  x: cell.predicted,
  y: cell.actual,
  text: write(cell),
});

/** Neither all nor nothing unless it is. */
function wholePercent(share: number): string {
  if (share < 0.01) return "<1";
  return share < 1 ? String(Math.min(99, Math.round(share * 100))) : "100";
}
