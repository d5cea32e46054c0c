import { missing, paragraph, pictures, table } from "../document/blocks.ts";
import { formatCount, formatName, formatNumber, formatTitle } from "../../pictures/format-value.ts";
import type { Block } from "../document/report-document.ts";
import type { Evidence } from "../evidence/evidence.ts";

/** Headline metrics, metrics per class, confusion counts and curves, as far as they were recorded. */
export function performanceBlocks(evidence: Evidence): Block[] {
  const { metrics, metricsDetail, facts } = evidence;
  if (metrics === undefined) return [missing("metrics on a held-out part (evaluate_model)")];
  const rows = facts.metrics?.rows;
  const blocks: Block[] = [];
  if (rows !== undefined) {
    const primary = facts.metrics?.primary ?? "";
    const value = formatNumber(metrics[primary]);
    blocks.push(
      paragraph(
        `Measured on ${formatCount(rows, "held-out row")} that took no part in training. The primary metric is ` +
          `${formatName(primary)}: ${value}.`,
      ),
    );
  }
  blocks.push(headlineTable(metrics, metricsDetail.intervals));
  return [
    ...blocks,
    ...classBlocks(evidence),
    ...confusionBlocks(evidence),
    ...pictures(evidence.pictures.byPart.metrics),
    // A model that does not learn in rounds has no such curve, which is no lack of the record.
    ...pictures(evidence.pictures.byPart.training.filter(({ kind }) => kind === "drawn")),
  ];
}

function headlineTable(
  metrics: Readonly<Record<string, number>>,
  intervals: Evidence["metricsDetail"]["intervals"],
): Block {
  const hasIntervals = Object.keys(metrics).some((name) => intervals[name] !== undefined);
  return table(
    "Overall",
    [
      ["Metric", "text", 2],
      ["Value", "number", 1],
      ...(hasIntervals ? ([["Bootstrap interval", "number", 1.4]] as const) : []),
    ],
    Object.entries(metrics).map(([name, value]) => {
      const interval = intervals[name];
      const range =
        interval === undefined ? "–" : `${formatNumber(interval.low)} to ${formatNumber(interval.high)}`;
      return [formatTitle(name), formatNumber(value), ...(hasIntervals ? [range] : [])];
    }),
  );
}

function classBlocks({ metricsDetail }: Evidence): Block[] {
  const { perClass } = metricsDetail;
  if (perClass.length === 0) return [];
  const wanted = ["precision", "recall", "f1", "specificity", "auc", "support", "rows", "count"];
  const names = wanted.filter((name) => perClass.some(({ values }) => values[name] !== undefined));
  return [
    table(
      "By class",
      [["Class", "text", 2], ...names.map((name) => [formatTitle(name), "number", 1] as const)],
      perClass.map(({ label, values }) => [label, ...names.map((name) => formatNumber(values[name]))]),
    ),
  ];
}

function confusionBlocks({ metricsDetail }: Evidence): Block[] {
  const { confusion } = metricsDetail;
  if (confusion === undefined || confusion.labels.length > 8) return [];
  return [
    table(
      "Confusion counts (rows: true class, columns: predicted class)",
      [["True class", "text", 2], ...confusion.labels.map((label) => [label, "number", 1] as const)],
      confusion.labels.map((label, index) => [label, ...(confusion.counts[index] ?? []).map(formatNumber)]),
    ),
  ];
}
