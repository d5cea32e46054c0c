import { numberAxis } from "../axes.ts";
import { formatCount, formatNumber } from "../format-value.ts";
import { boxes, entry, rule, tableOf } from "../marks.ts";
import { emptyPicture, type Ink, type Mark, type Picture } from "../picture.ts";
import type { RegressionEvaluation } from "../read-reports.ts";

const LEVELS = ["ramp2", "neutral", "ink"] as const satisfies readonly Ink[];

/** Errors against predictions as a map of how many rows lie where, and how errors are spread. */
export function drawResiduals(report: RegressionEvaluation): Picture {
  const title = "Errors by predicted value";
  const { residuals, metrics } = report;
  if (residuals === undefined)
    return emptyPicture(
      "residuals",
      title,
      "the report was made before errors were kept; evaluate the model again",
    );
  const { cells, histogram } = residuals;
  if (cells === null || histogram === null)
    return emptyPicture("residuals", title, "the errors are not finite numbers");
  const filled = cells.counts
    .flatMap((row, x) => row.map((count, y) => ({ x, y, count })))
    .filter(({ count }) => count > 0);
  const most = Math.max(...filled.map(({ count }) => count));
  const level = (count: number): number =>
    most < 3 ? 1 : Math.min(2, Math.floor((Math.log(count) / Math.log(most)) * 2.999));
  const x = numberAxis("predicted value (units of the target)", ...ends(cells.xEdges));
  const y = numberAxis("error (predicted minus actual)", ...ends([...cells.yEdges, 0]));
  const errors = numberAxis(
    "error (predicted minus actual, units of the target)",
    ...ends([...histogram.edges, 0]),
  );
  const counts = numberAxis("rows", 0, Math.max(...histogram.counts));
  const corners = (at: number): [number, number, number, number][] =>
    filled
      .filter(({ count }) => level(count) === at)
      .map((cell) => {
        const [left = 0, right = 0] = [cells.xEdges[cell.x], cells.xEdges[cell.x + 1]];
        const [bottom = 0, top = 0] = [cells.yEdges[cell.y], cells.yEdges[cell.y + 1]];
        // Fuller cells are drawn larger too, so that grey prints can be read.
        const inset = [0.3, 0.17, 0.04][at] ?? 0;
        const [dx, dy] = [(right - left) * inset, (top - bottom) * inset];
        return [left + dx, bottom + dy, right - dx, top - dy];
      });
  const bars = histogram.counts.map((count, at): [number, number, number, number] => [
    histogram.edges[at] ?? 0,
    0,
    histogram.edges[at + 1] ?? 0,
    count,
  ]);
  return {
    kind: "drawn",
    id: "residuals",
    title,
    summary: `Over ${formatCount(report.rows, "row")} the mean absolute error is ${formatNumber(metrics.mae ?? undefined)} and the root mean squared error ${formatNumber(metrics.rmse ?? undefined)} units of the target${metrics.r2 === null ? "" : ` (R² ${formatNumber(metrics.r2)})`}. ${leaning(metrics.meanError)}`,
    panels: [
      {
        x,
        y,
        height: 210,
        rightRoom: 0,
        marks: [
          ...LEVELS.flatMap((ink, at): Mark[] => boxes(corners(at), { ink })),
          rule([x.min, 0], [x.max, 0], { ink: "second", dash: "dashed" }),
        ],
      },
      {
        x: errors,
        y: counts,
        height: 90,
        rightRoom: 0,
        marks: [
          ...boxes(bars, { ink: "neutral", opacity: 0.75 }),
          rule([0, 0], [0, counts.max], { ink: "second", dash: "dashed" }),
        ],
      },
    ],
    legend: [
      ...(most < 3 ? [] : [entry("few rows", "ramp2", "box")]),
      entry(most < 3 ? "rows" : "more", "neutral", "box"),
      ...(most < 3 ? [] : [entry(`most (up to ${formatNumber(most)})`, "ink", "box")]),
      entry("no error", "second", "dashed"),
    ],
    table: tableOf(
      ["Error", "#Rows"],
      histogram.counts.map((count, at) => [
        `${formatNumber(histogram.edges[at])} to ${formatNumber(histogram.edges[at + 1])}`,
        formatNumber(count),
      ]),
    ),
  };
}

const ends = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];

function leaning(meanError: number | null): string {
  if (meanError === null || meanError === 0) return "It leans to neither side.";
  return `On average it predicts ${formatNumber(Math.abs(meanError))} too ${meanError > 0 ? "much" : "little"}.`;
}
