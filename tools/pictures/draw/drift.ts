import { nameAxis, numberAxis, shortNumber } from "../axes.ts";
import { formatCount, formatNumber, formatSetting, formatShare } from "../format-value.ts";
import { boxes, dots, entry, line, rule, slug, tableOf } from "../marks.ts";
import { emptyPicture, type Axis, type Picture, type Tone } from "../picture.ts";
import type { DriftColumn, DriftReport } from "../read-reports.ts";
import { barPanel } from "./bars.ts";

/** Below 0.1 a population stability index counts as stable (Siddiqi, 2006). */
const MODERATE = 0.1;
const COLUMNS = 15;

const TONES: Readonly<Record<DriftColumn["verdict"], Tone>> = {
  stable: "good",
  moderate: "warning",
  major: "bad",
};

/** How far each column has moved, against the limit. */
export function drawDriftColumns(report: DriftReport): Picture {
  const title = "Drift by column";
  const sorted = report.columns.toSorted((one, other) => strengthOf(other) - strengthOf(one));
  const shown = sorted.slice(0, COLUMNS);
  const [worst] = shown;
  if (worst === undefined) return emptyPicture("drift", title, "no column could be compared");
  const drifted = report.columns.filter(({ verdict }) => verdict !== "stable");
  return {
    kind: "drawn",
    id: "drift",
    title,
    summary: `${worst.column} moved most: its index is ${formatNumber(strengthOf(worst))}, the limit is ${formatSetting(report.limit)}. ${
      drifted.length === 0
        ? `None of ${formatCount(report.columns.length, "column")} drifted.`
        : `${drifted.length} of ${formatCount(report.columns.length, "column")} drifted.`
    }${
      shown.some((column) => column.verdict === "stable" && strengthOf(column) > report.limit)
        ? " A stable one over the limit lies within chance: with so few rows its test finds no difference."
        : ""
    }`,
    panels: [
      barPanel(
        "population stability index",
        shown.map((column) => ({
          name: column.column,
          value: strengthOf(column),
          tone: TONES[column.verdict],
        })),
        [
          ...(MODERATE < report.limit ? [{ value: MODERATE, tone: "warning" as const }] : []),
          { value: report.limit, tone: "bad" },
        ],
      ),
    ],
    legend: [
      ...(["stable", "moderate", "major"] as const).flatMap((word) =>
        shown.some(({ verdict }) => verdict === word)
          ? [entry(word === "major" ? "major (!)" : word, TONES[word], "box")]
          : [],
      ),
      entry(`limit ${formatSetting(report.limit)}`, "bad", "dashed"),
      ...(MODERATE < report.limit ? [entry(`notice from ${MODERATE}`, "warning", "dashed")] : []),
    ],
    table: tableOf(
      ["Column", "#Index", "Verdict"],
      shown.map((column) => [column.column, formatNumber(strengthOf(column)), column.verdict]),
      sorted.length > shown.length
        ? `${formatCount(sorted.length - shown.length, "column")} with less drift left out.`
        : "",
    ),
  };
}

/** A column may drift by losing its values as well as by changing them. */
export const strengthOf = ({ psi, missingPsi }: DriftColumn): number => Math.max(psi, missingPsi ?? 0);

const CATEGORIES = 14;

/** The same bins of the older and the newer rows of a column, as shares. */
export function drawDriftHistogram(report: DriftReport, name: string): Picture {
  const id = `drift-${slug(name)}`;
  const title = `${name}: older and newer rows`;
  const found = report.columns.find(({ column }) => column === name);
  const comparison = found?.comparison;
  if (found === undefined || comparison == null)
    return emptyPicture(id, title, "the report holds no bins of this column");
  const bins = (comparison.kind === "numeric" ? numericBins(comparison) : categoryBins(comparison)).filter(
    ({ older, newer }) => Number.isFinite(older) && Number.isFinite(newer),
  );
  if (bins.length === 0) return emptyPicture(id, title, "no row has a value on one of the sides");
  const most = bins.reduce((one, other) => (gapOf(other) > gapOf(one) ? other : one));
  const isNumeric = comparison.kind === "numeric";
  const shares = numberAxis(
    "share of rows",
    0,
    Math.max(...bins.flatMap(({ older, newer }) => [older, newer])),
  );
  const places = isNumeric
    ? edgeAxis(name, comparison, bins.length)
    : nameAxis(
        "",
        bins.map((bin) => bin.name),
      );
  const corners = (side: "older" | "newer") =>
    bins.map((bin, at): [number, number, number, number] => {
      const [from, to] = isNumeric
        ? [at - 0.44, at + 0.44]
        : side === "older"
          ? [at - 0.36, at]
          : [at, at + 0.36];
      return isNumeric ? [from, 0, to, bin[side]] : [0, from, bin[side], to];
    });
  return {
    kind: "drawn",
    id,
    title,
    summary: `The index is ${formatNumber(strengthOf(found))} (${found.verdict}). The share of ${most.name} moved most, from ${formatShare(most.older)} to ${formatShare(most.newer)}.${
      isNumeric && bins.length === 10 ? " Each bin holds a tenth of the older rows." : ""
    }`,
    panels: [
      {
        x: isNumeric ? places : shares,
        y: isNumeric ? shares : places,
        height: isNumeric ? 190 : Math.max(60, 26 * bins.length),
        rightRoom: 0,
        marks: [
          ...boxes(corners("older"), { ink: "ramp2" }),
          ...(isNumeric
            ? boxes(corners("newer"), { ink: "second", look: "outlined" })
            : boxes(corners("newer"), { ink: "second" })),
        ],
      },
    ],
    legend: [
      entry(`older (${formatNumber(comparison.reference.count)} rows)`, "ramp2", "box"),
      entry(
        `newer (${formatNumber(comparison.current.count)} rows)`,
        "second",
        isNumeric ? "outline" : "box",
      ),
    ],
    table: tableOf(
      [isNumeric ? "Values" : "Category", "#Older", "#Newer"],
      bins.map(({ name: bin, older, newer }) => [bin, formatShare(older), formatShare(newer)]),
    ),
  };
}

interface Bin {
  name: string;
  older: number;
  newer: number;
}

type Numeric = Extract<NonNullable<DriftColumn["comparison"]>, { kind: "numeric" }>;
type Categorical = Extract<NonNullable<DriftColumn["comparison"]>, { kind: "categorical" }>;

const gapOf = ({ older, newer }: Bin): number => Math.abs(older - newer);

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function numericBins({ edges, referenceCounts, currentCounts }: Numeric): Bin[] {
  const [older, newer] = [sumOf(referenceCounts), sumOf(currentCounts)];
  return referenceCounts.map((count, at) => ({
    name: binName(edges, at),
    older: count / older,
    newer: (currentCounts[at] ?? 0) / newer,
  }));
}

function binName(edges: readonly number[], at: number): string {
  const [from, to] = [edges[at - 1], edges[at]];
  if (from === undefined) return to === undefined ? "all values" : `up to ${formatNumber(to)}`;
  return to === undefined ? `over ${formatNumber(from)}` : `${formatNumber(from)} to ${formatNumber(to)}`;
}

/** Bins side by side with the edges between them written under the borders. */
function edgeAxis(title: string, { edges }: Numeric, bins: number): Axis {
  return {
    title,
    min: -0.5,
    max: bins - 0.5,
    marks: edges.map((edge, at) => ({ at: at + 0.5, label: shortNumber(Number(edge.toPrecision(4))) })),
    hasGrid: false,
    isReversed: false,
  };
}

function categoryBins({ categories, referenceCounts, currentCounts }: Categorical): Bin[] {
  const [older, newer] = [sumOf(referenceCounts), sumOf(currentCounts)];
  const all = categories
    .map((category, at) => ({
      name: category === "" ? "(missing)" : category,
      older: (referenceCounts[at] ?? 0) / older,
      newer: (currentCounts[at] ?? 0) / newer,
    }))
    .toSorted((one, other) => other.older + other.newer - one.older - one.newer);
  if (all.length <= CATEGORIES) return all;
  const rest = all.slice(CATEGORIES - 1);
  return [
    ...all.slice(0, CATEGORIES - 1),
    {
      name: `${rest.length} rarer ones`,
      older: rest.reduce((sum, bin) => sum + bin.older, 0),
      newer: rest.reduce((sum, bin) => sum + bin.newer, 0),
    },
  ];
}

const SHAPES = { stable: "circle", moderate: "triangle", major: "square" } as const;

/** The largest index of each period, against both limits. */
export function drawDriftTimeline(report: DriftReport): Picture {
  const title = "Drift over time";
  const { timeline, limit } = report;
  if (timeline.length === 0)
    return emptyPicture(
      "drift-timeline",
      title,
      "the check knew no periods; give detect_drift a time column",
    );
  const points = timeline.map(({ largestPsi }, at): [number, number] => [at, largestPsi]);
  const worst = timeline.reduce((one, other) => (other.largestPsi > one.largestPsi ? other : one));
  const limits = [
    ...(MODERATE < limit ? [{ value: MODERATE, ink: "warning" as const }] : []),
    { value: limit, ink: "bad" as const },
  ];
  const y = numberAxis("largest index of a column", 0, Math.max(limit, ...points.map(([, value]) => value)));
  const [from, to] = [-0.5, timeline.length - 0.5];
  return {
    kind: "drawn",
    id: "drift-timeline",
    title,
    summary:
      worst.largestPsi > 0
        ? `The largest index is ${formatNumber(worst.largestPsi)} (${worst.largestPsiColumn ?? ""}), in ${worst.period}; ${timeline.filter((entryOf) => entryOf.largestPsi > limit).length} of ${formatCount(timeline.length, "period")} lie over the limit of ${formatSetting(limit)}.`
        : `In none of ${formatCount(timeline.length, "period")} did a column move by more than chance explains.`,
    panels: [
      {
        x: {
          title: "period",
          min: from,
          max: to,
          marks: timeline.map(({ period }, at) => ({ at, label: period })),
          hasGrid: false,
          isReversed: false,
        },
        y,
        height: 190,
        rightRoom: 0,
        marks: [
          ...limits.map(({ value, ink }) => rule([from, value], [to, value], { ink, dash: "dashed" })),
          ...line(points, "neutral"),
          ...(["stable", "moderate", "major"] as const).flatMap((word) =>
            dots(
              points.filter((_, at) => timeline[at]?.verdict === word),
              { ink: TONES[word], shape: SHAPES[word], radius: 4.5 },
            ),
          ),
        ],
      },
    ],
    legend: [
      ...(["stable", "moderate", "major"] as const).flatMap((word) =>
        timeline.some(({ verdict }) => verdict === word) ? [entry(word, TONES[word], SHAPES[word])] : [],
      ),
      ...limits.map(({ value, ink }) =>
        entry(ink === "bad" ? `limit ${formatSetting(value)}` : `notice from ${value}`, ink, "dashed"),
      ),
    ],
    table: tableOf(
      ["Period", "#Rows", "#Largest index", "Column", "Verdict"],
      timeline.map(({ period, rows, largestPsi, largestPsiColumn, verdict }) => [
        period,
        formatNumber(rows),
        formatNumber(largestPsi),
        largestPsiColumn ?? "–",
        verdict,
      ]),
    ),
  };
}
