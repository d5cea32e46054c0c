import { LABEL_SIZE, nameAxis, numberAxis } from "../axes.ts";
import { formatCount, formatNumber } from "../format-value.ts";
import { dots, entry, rule, slug, tableOf } from "../marks.ts";
import { emptyPicture, type Axis, type Ink, type Mark, type Picture } from "../picture.ts";
import type { ExplanationReport } from "../read-reports.ts";
import { barPanel, column } from "./bars.ts";

const BARS = 15;
const SWARMS = 20;
/** Dots of one feature; more would lie upon each other and make large files. */
const DOTS = 150;
const RAMP = ["ramp1", "ramp2", "ramp3", "ramp4", "ramp5"] as const satisfies readonly Ink[];

/** Mean absolute contribution of the strongest features, in the order of the explanation's own ranking. */
export function drawImportance(report: ExplanationReport): Picture {
  const title = "Strongest features (SHAP)";
  const shown = report.importance.slice(0, BARS);
  const total = report.importance.reduce((sum, { meanAbsolute }) => sum + meanAbsolute, 0);
  const [first] = shown;
  if (first === undefined || total === 0)
    return emptyPicture("shap-importance", title, "no feature moves the model's output");
  return {
    kind: "drawn",
    id: "shap-importance",
    title,
    summary: `${first.feature} moves the output most, by ${formatNumber(first.meanAbsolute)} on average over ${formatCount(report.rows.length, "row")}: ${formatNumber((100 * first.meanAbsolute) / total)} % of all that the features do.`,
    panels: [
      barPanel(
        `mean absolute contribution (${spaceName(report.space)})`,
        shown.map(({ feature, meanAbsolute }) => ({ name: feature, value: meanAbsolute, tone: "neutral" })),
      ),
    ],
    legend: [],
    table: tableOf(
      ["Feature", "#Mean absolute contribution"],
      shown.map(({ feature, meanAbsolute }) => [feature, formatNumber(meanAbsolute)]),
      report.importance.length > shown.length
        ? `${formatCount(report.importance.length - shown.length, "weaker feature")} left out.`
        : "",
    ),
  };
}

interface Swarm {
  feature: string;
  contributions: number[];
  /** From 0 (lowest) to 1 (highest value); null for categories and missing values, which have no order. */
  heights: (number | null)[];
}

/** Every explained row as a dot for each feature: how far it moved the output, coloured by the feature's value. */
export function drawBeeswarm(report: ExplanationReport, output = 0): Picture {
  const title = "What each feature does, row by row (SHAP)";
  const swarms = report.importance
    .slice(0, SWARMS)
    .map(({ feature }) => swarmOf(report, feature, output))
    .filter((swarm) => swarm.contributions.length > 0);
  const all = swarms.flatMap(({ contributions }) => contributions);
  if (all.every((value) => value === 0))
    return emptyPicture("shap-beeswarm", title, "no feature moves the model's output");
  const x = numberAxis(
    `contribution to ${report.outputs[output] ?? "the output"} (${spaceName(report.space)})`,
    Math.min(0, ...all),
    Math.max(0, ...all),
  );
  const radius = 1.7;
  const marks = swarms.flatMap((swarm, at) => swarmMarks(swarm, { at, x, radius }));
  const hasOrder = swarms.some(({ heights }) => heights.some((height) => height !== null));
  const hasNone = swarms.some(({ heights }) => heights.some((height) => height === null));
  const widest = swarms.toSorted(
    (one, other) => greatest(other) - least(other) - greatest(one) + least(one),
  )[0];
  const leaning = swarms.map(leaningOf).find((words) => words !== "");
  return {
    kind: "drawn",
    id: "shap-beeswarm",
    title,
    summary: `Each dot is a row: to the right the feature raised the output, to the left it lowered it. ${widest?.feature ?? ""} spreads widest, from ${formatNumber(least(widest))} to ${formatNumber(greatest(widest))}.${leaning === undefined ? "" : ` ${leaning}`}`,
    panels: [
      {
        x,
        y: nameAxis(
          "",
          swarms.map(({ feature }) => feature),
        ),
        height: Math.max(60, 26 * swarms.length),
        rightRoom: 0,
        marks: [rule([0, -0.5], [0, swarms.length - 0.5], { ink: "muted", dash: "solid" }), ...marks],
      },
    ],
    legend: [
      ...(hasOrder
        ? [
            entry("low value", "ramp1", "circle"),
            entry("middle", "ramp3", "circle"),
            entry("high value", "ramp5", "circle"),
          ]
        : []),
      ...(hasNone ? [entry("category or missing", "fourth", "circle")] : []),
    ],
    table: tableOf(
      ["Feature", "#Least", "#Median", "#Greatest"],
      swarms.map((swarm) => {
        const sorted = swarm.contributions.toSorted((one, other) => one - other);
        return [
          swarm.feature,
          ...[sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map(formatNumber),
        ];
      }),
      report.rows.length > DOTS
        ? `Each feature is shown for ${DOTS} of ${formatCount(report.rows.length, "explained row")}, evenly taken by contribution.`
        : "",
    ),
  };
}

function swarmOf(report: ExplanationReport, feature: string, output: number): Swarm {
  const place = report.features.indexOf(feature);
  const width = report.features.length;
  const values = report.dependence.find((one) => one.feature === feature)?.values ?? [];
  const numbers = values.map((value) =>
    typeof value === "number" ? value : typeof value === "boolean" ? Number(value) : null,
  );
  const ranks = ranksOf(numbers);
  const dotsOf = report.rows.flatMap((_, row) => {
    const contribution = report.contributions[output]?.[row * width + place];
    return contribution === undefined || !Number.isFinite(contribution)
      ? []
      : [{ contribution, height: ranks[row] ?? null }];
  });
  // By contribution, so that what is left out lies between two that are shown.
  const sorted = dotsOf.toSorted((one, other) => one.contribution - other.contribution);
  const step = Math.max(1, (sorted.length - 1) / (DOTS - 1));
  const kept =
    sorted.length <= DOTS
      ? sorted
      : Array.from({ length: DOTS }, (_, index) => sorted[Math.round(index * step)]).filter(
          (one) => one !== undefined,
        );
  return {
    feature,
    contributions: kept.map(({ contribution }) => contribution),
    heights: kept.map(({ height }) => height),
  };
}

/** Rank of each number from 0 to 1, so that a few huge values do not make all others look alike. */
function ranksOf(values: readonly (number | null)[]): (number | null)[] {
  const distinct = [...new Set(values.filter((value) => value !== null))].toSorted(
    (one, other) => one - other,
  );
  const rank = new Map(
    distinct.map((value, at) => [value, distinct.length < 2 ? 0.5 : at / (distinct.length - 1)]),
  );
  return values.map((value) => (value === null ? null : (rank.get(value) ?? null)));
}

/** Dots that would lie upon each other move up and down in turn. */
function swarmMarks(swarm: Swarm, about: { at: number; x: Axis; radius: number }): Mark[] {
  const { at, x, radius } = about;
  // Page units are not known here; a drawing area is about 250 wide, and a name's row 26 high.
  const cell = ((x.max - x.min) / 250) * radius * 2;
  const stacked = new Map<number, number>();
  const inks = new Map<Ink, [number, number][]>();
  for (const [index, contribution] of swarm.contributions.entries()) {
    const bin = Math.round(contribution / cell);
    const height = stacked.get(bin) ?? 0;
    stacked.set(bin, height + 1);
    const rank = swarm.heights[index] ?? null;
    const ink: Ink = rank === null ? "fourth" : (RAMP[Math.min(4, Math.floor(rank * 5))] ?? "ramp3");
    const points = inks.get(ink) ?? [];
    points.push([contribution, height]);
    inks.set(ink, points);
  }
  const tallest = Math.max(...stacked.values());
  const step = Math.min(0.13, 0.84 / tallest);
  const offset = (height: number): number => (height % 2 === 0 ? 1 : -1) * Math.ceil(height / 2) * step;
  return [...inks.entries()].flatMap(([ink, points]) =>
    dots(
      points.map(([contribution, height]) => [contribution, at + offset(height)]),
      { ink, radius },
    ),
  );
}

/** In which direction high values push, where that is clear. */
function leaningOf({ feature, contributions, heights }: Swarm): string {
  const mean = (wanted: (height: number) => boolean): number | undefined => {
    const chosen = contributions.filter((_, index) => {
      const height = heights[index] ?? null;
      return height !== null && wanted(height);
    });
    return chosen.length < 5 ? undefined : chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
  };
  const [low, high] = [mean((height) => height < 1 / 3), mean((height) => height > 2 / 3)];
  if (low === undefined || high === undefined || Math.sign(low) === Math.sign(high)) return "";
  return `High values of ${feature} ${high > 0 ? "raise" : "lower"} it, low ones ${high > 0 ? "lower" : "raise"} it.`;
}

const least = (swarm: Swarm | undefined): number => Math.min(...(swarm?.contributions ?? [0]));
const greatest = (swarm: Swarm | undefined): number => Math.max(...(swarm?.contributions ?? [0]));

const CATEGORIES = 12;

/** How the contribution of one feature goes with its value: dots for numbers, rows of dots for categories. */
export function drawDependence(report: ExplanationReport, feature: string): Picture {
  const id = `shap-dependence-${slug(feature)}`;
  const title = `Contribution of ${feature} by its value (SHAP)`;
  const dependence = report.dependence.find((one) => one.feature === feature);
  if (dependence === undefined)
    return emptyPicture(
      id,
      title,
      `the report holds no values of ${feature}; it has those of the strongest features that are columns of the table`,
    );
  const points = dependence.values.flatMap((value, index) => {
    const contribution = dependence.contributions[index];
    return contribution === undefined || value === null ? [] : [{ value, contribution }];
  });
  if (points.length === 0) return emptyPicture(id, title, `${feature} has no value in the explained rows`);
  const about = { report, feature, id, title, contributions: points.map((point) => point.contribution) };
  const numbers = points.flatMap(({ value, contribution }): [number, number][] =>
    typeof value === "number" ? [[value, contribution]] : [],
  );
  return numbers.length === points.length
    ? byNumber(about, numbers)
    : byCategory(
        about,
        points.map(({ value, contribution }) => ({ name: String(value), contribution })),
      );
}

interface About {
  report: ExplanationReport;
  feature: string;
  id: string;
  title: string;
  contributions: readonly number[];
}

function byNumber({ report, feature, id, title }: About, points: readonly [number, number][]): Picture {
  const [values, contributions] = [
    points.map(([value]) => value),
    points.map(([, contribution]) => contribution),
  ];
  const x = numberAxis(feature, Math.min(...values), Math.max(...values));
  const y = numberAxis(
    `contribution (${spaceName(report.space)})`,
    Math.min(0, ...contributions),
    Math.max(0, ...contributions),
  );
  const sorted = points.toSorted((one, other) => one[0] - other[0]);
  const fifths = Array.from({ length: 5 }, (_, index) =>
    sorted.slice(Math.floor((index * sorted.length) / 5), Math.floor(((index + 1) * sorted.length) / 5)),
  ).filter((part) => part.length > 0);
  const meanOf = (part: readonly [number, number][]) =>
    part.reduce((sum, [, value]) => sum + value, 0) / part.length;
  const [first, last] = [fifths[0] ?? [], fifths.at(-1) ?? []];
  return {
    kind: "drawn",
    id,
    title,
    summary: `The lowest fifth of the values contributes ${formatNumber(meanOf(first))} on average, the highest fifth ${formatNumber(meanOf(last))}, over ${formatCount(points.length, "row")}.`,
    panels: [
      {
        x,
        y,
        height: 210,
        rightRoom: 0,
        marks: [
          rule([x.min, 0], [x.max, 0], { ink: "muted", dash: "solid" }),
          ...dots(points, { ink: "neutral", radius: 1.9 }),
        ],
      },
    ],
    legend: [entry("an explained row", "neutral", "circle")],
    table: tableOf(
      [feature, "#Mean contribution", "#Rows"],
      fifths.map((part) => [
        `${formatNumber(part[0]?.[0])} to ${formatNumber(part.at(-1)?.[0])}`,
        formatNumber(meanOf(part)),
        formatNumber(part.length),
      ]),
    ),
  };
}

function byCategory(
  { report, feature, id, title, contributions }: About,
  points: readonly { name: string; contribution: number }[],
): Picture {
  const groups = [...Map.groupBy(points, ({ name }) => name)]
    .map(([name, rows]) => ({
      name,
      values: rows.map((row) => row.contribution),
      mean: rows.reduce((sum, row) => sum + row.contribution, 0) / rows.length,
    }))
    .toSorted((one, other) => other.values.length - one.values.length || (one.name < other.name ? -1 : 1));
  const shown = groups.slice(0, CATEGORIES).toSorted((one, other) => other.mean - one.mean);
  const x = numberAxis(
    `contribution (${spaceName(report.space)})`,
    Math.min(0, ...contributions),
    Math.max(0, ...contributions),
  );
  const written = shown.map(({ mean }) => formatNumber(mean));
  const [top, bottom] = [shown[0], shown.at(-1)];
  return {
    kind: "drawn",
    id,
    title,
    summary: `${top?.name ?? ""} raises the output most (${formatNumber(top?.mean)} on average), ${bottom?.name ?? ""} least (${formatNumber(bottom?.mean)}).`,
    panels: [
      {
        x,
        y: nameAxis(
          "",
          shown.map(({ name }) => name),
        ),
        height: Math.max(60, 24 * shown.length),
        rightRoom: 12 + Math.max(...written.map((text) => text.length)) * LABEL_SIZE * 0.56,
        marks: [
          rule([0, -0.5], [0, shown.length - 0.5], { ink: "muted", dash: "solid" }),
          ...shown.flatMap(({ values }, at) =>
            dots(
              values.map((value, index) => [value, at + ((index % 5) - 2) * 0.12]),
              { ink: "neutral", radius: 1.7 },
            ),
          ),
          ...shown.flatMap(({ mean }, at) =>
            dots([[mean, at]], { ink: "second", shape: "diamond", radius: 5 }),
          ),
          ...column(x, written),
        ],
      },
    ],
    legend: [
      entry("an explained row", "neutral", "circle"),
      entry("mean, written on the right", "second", "diamond"),
    ],
    table: tableOf(
      [feature, "#Mean contribution", "#Rows"],
      shown.map(({ name, mean, values }) => [name, formatNumber(mean), formatNumber(values.length)]),
      groups.length > shown.length
        ? `${formatCount(groups.length - shown.length, "rarer value")} left out.`
        : "",
    ),
  };
}

/** The scale of contributions in words. */
export function spaceName(space: string): string {
  return SPACES.get(space) ?? space;
}

const SPACES: ReadonlyMap<string, string> = new Map([
  ["log-odds", "log-odds"],
  ["softmax-margin", "softmax margin"],
  ["value", "units of the target"],
  ["log-value", "logarithm of the target"],
  ["probability", "probability"],
]);
