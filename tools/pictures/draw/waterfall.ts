import { nameAxis, numberAxis, LABEL_SIZE } from "../axes.ts";
import { formatNumber, formatShare } from "../format-value.ts";
import { boxes, entry, rule, tableOf } from "../marks.ts";
import { emptyPicture, type Picture } from "../picture.ts";
import type { ExplanationReport } from "../read-reports.ts";
import { textWidth } from "../text-width.ts";
import { column } from "./bars.ts";
import { spaceName } from "./explanation.ts";

const STEPS = 12;

export interface ExplainedRow {
  row: number;
  explained: string;
  base: number;
  score: number;
  probability: number | null;
  contributions: readonly {
    feature: string;
    value: string | number | boolean | null | undefined;
    contribution: number;
  }[];
}

/** How one prediction came about: from what is expected of any row, feature by feature, to the row's score. */
export function drawWaterfall(row: ExplainedRow, space: string): Picture {
  const id = `shap-waterfall-${row.row}`;
  const title = `How row ${row.row} got its score (SHAP)`;
  const sorted = row.contributions
    .filter(({ contribution }) => Number.isFinite(contribution))
    .toSorted((one, other) => Math.abs(other.contribution) - Math.abs(one.contribution));
  if (sorted.every(({ contribution }) => contribution === 0))
    return emptyPicture(id, title, "no feature moved this row from the expected score");
  const shown = sorted.length <= STEPS ? sorted : sorted.slice(0, STEPS - 1);
  const rest = sorted.slice(shown.length);
  const steps = [
    ...shown.map(({ feature, value, contribution }) => ({ name: nameOf(feature, value), contribution })),
    ...(rest.length === 0
      ? []
      : [
          {
            name: `${rest.length} weaker features`,
            contribution: rest.reduce((sum, { contribution }) => sum + contribution, 0),
          },
        ]),
  ];
  let reached = row.base;
  const spans = steps.map(({ contribution }) => {
    const from = reached;
    reached += contribution;
    return { from, to: reached };
  });
  const ends = spans.flatMap(({ from, to }) => [from, to]);
  const x = numberAxis(
    `score of ${row.explained} (${spaceName(space)})`,
    Math.min(...ends),
    Math.max(...ends),
  );
  const written = steps.map(({ contribution }) => signed(contribution));
  const [first] = sorted;
  const bars = (isUp: boolean) =>
    spans.flatMap(({ from, to }, at): [number, number, number, number][] =>
      to >= from === isUp ? [[Math.min(from, to), at - 0.32, Math.max(from, to), at + 0.32]] : [],
    );
  return {
    kind: "drawn",
    id,
    title,
    summary: `From ${formatNumber(row.base)}, what is expected of any row, to ${formatNumber(row.score)}${
      row.probability === null ? "" : ` (a probability of ${formatShare(row.probability)})`
    }. ${first === undefined ? "" : `${nameOf(first.feature, first.value)} did most: ${signed(first.contribution)}.`}`,
    panels: [
      {
        x,
        y: nameAxis(
          "",
          steps.map(({ name }) => name),
        ),
        height: 24 * Math.max(2, steps.length),
        rightRoom: 10 + Math.max(...written.map((text) => textWidth(text, LABEL_SIZE))),
        marks: [
          rule([row.base, -0.5], [row.base, steps.length - 0.5], { ink: "muted", dash: "dotted" }),
          rule([row.score, -0.5], [row.score, steps.length - 0.5], { ink: "ink", dash: "dashed" }),
          ...boxes(bars(true), { ink: "second" }),
          ...boxes(bars(false), { ink: "neutral" }),
          ...boxes(bars(false), { ink: "ink", look: "outlined" }),
          {
            type: "segments",
            segments: spans.slice(0, -1).map(({ to }, at) => [to, at + 0.32, to, at + 0.68]),
            ink: "muted",
            dash: "solid",
            width: 1,
          },
          ...column(x, written),
        ],
      },
    ],
    legend: [
      entry("raises (+)", "second", "box"),
      entry("lowers (-), with an edge", "neutral", "box"),
      entry(`expected ${formatNumber(row.base)}`, "muted", "dotted"),
      entry(`score ${formatNumber(row.score)}`, "ink", "dashed"),
    ],
    table: tableOf(
      ["Feature", "Value", "#Contribution"],
      sorted.map(({ feature, value, contribution }) => [feature, textOf(value), signed(contribution)]),
    ),
  };
}

/** A row of a whole model's explanation; values are known for the strongest features alone. */
export function explainedRow(report: ExplanationReport, row: number, output = 0): ExplainedRow | undefined {
  const place = report.rows.indexOf(row);
  const score = report.margins[output]?.[place];
  const base = report.expected[output];
  if (place < 0 || score === undefined || base === undefined) return undefined;
  return {
    row,
    explained: report.outputs[output] ?? "",
    base,
    score,
    probability: report.space === "log-odds" ? 1 / (1 + Math.exp(-score)) : null,
    contributions: report.features.map((feature, index) => ({
      feature,
      value: report.dependence.find((one) => one.feature === feature)?.values[place],
      contribution: report.contributions[output]?.[place * report.features.length + index] ?? Number.NaN,
    })),
  };
}

type Value = ExplainedRow["contributions"][number]["value"];

const textOf = (value: Value): string =>
  value === undefined
    ? "not recorded"
    : value === null
      ? "missing"
      : typeof value === "number"
        ? formatNumber(value)
        : String(value);

const nameOf = (feature: string, value: Value): string =>
  value === undefined ? feature : `${feature} = ${textOf(value)}`;

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${formatNumber(Math.abs(value))}`;
}
