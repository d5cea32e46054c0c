import { LABEL_SIZE, nameAxis, numberAxis, shareAxis } from "../axes.ts";
import { formatCount, formatName, formatNumber, formatSetting, formatShare } from "../format-value.ts";
import { dots, entry, rule, slug, tableOf } from "../marks.ts";
import { emptyPicture, type Picture } from "../picture.ts";
import type { FairnessReport } from "../read-reports.ts";
import { textWidth } from "../text-width.ts";
import { barPanel, column, whisker, type Bar } from "./bars.ts";

/** The difference between groups that the verdict rests on, for each attribute, against the limit. */
export function drawFairnessDifferences(report: FairnessReport): Picture {
  const isAmount = report.problem === "regression";
  const measure = isAmount ? "mean error difference" : "demographic parity difference";
  const title = `Fairness: ${measure}`;
  const bars = report.attributes.flatMap((attribute): Bar[] => {
    const value =
      "groups" in attribute && isAmount
        ? attribute.meanErrorDifference
        : attribute.demographicParityDifference;
    if (value == null) return [];
    const range =
      "groups" in attribute ? attribute.judged?.intervals["demographicParityDifference"] : undefined;
    return [
      {
        name: attribute.attribute,
        value,
        tone: isAmount ? "neutral" : value <= report.limit ? "good" : "bad",
        interval:
          range?.low == null || range.high === null ? undefined : { low: range.low, high: range.high },
      },
    ];
  });
  const worst = bars.reduce<Bar | undefined>(
    (one, other) => (one === undefined || other.value > one.value ? other : one),
    undefined,
  );
  if (worst === undefined)
    return emptyPicture(
      "fairness",
      title,
      report.audited ? "no difference is defined" : "no protected attribute was audited",
    );
  const limit = formatSetting(report.limit);
  const hasIntervals = bars.some(({ interval }) => interval !== undefined);
  return {
    kind: "drawn",
    id: "fairness",
    title,
    summary: isAmount
      ? `Groups of ${worst.name} differ most: ${formatNumber(worst.value)} units of the target. No limit applies to amounts.`
      : `Groups of ${worst.name} differ most: ${formatNumber(worst.value)}, ${worst.value <= report.limit ? "within" : "over"} the limit of ${limit}; 0 is equal.`,
    panels: [
      barPanel(
        isAmount ? `${measure} (units of the target)` : measure,
        bars,
        isAmount ? [] : [{ value: report.limit, tone: "bad" }],
      ),
    ],
    legend: [
      ...(isAmount
        ? []
        : [
            ...(bars.some(({ tone }) => tone === "good") ? [entry("within the limit", "good", "box")] : []),
            ...(bars.some(({ tone }) => tone === "bad") ? [entry("over it (!)", "bad", "box")] : []),
            entry(`limit ${limit}`, "bad", "dashed"),
          ]),
      ...(hasIntervals ? [entry("95 % interval", "ink", "line")] : []),
    ],
    table: tableOf(
      ["Attribute", `#${measure}`, "#95 % interval", "Verdict"],
      bars.map(({ name, value, interval }) => [
        name,
        formatNumber(value),
        interval === undefined ? "–" : `${formatNumber(interval.low)} to ${formatNumber(interval.high)}`,
        isAmount ? "not judged" : value <= report.limit ? `within ${limit}` : `over ${limit}`,
      ]),
    ),
  };
}

/** The differences of several audits in the order in which they were made: what a mitigation changed. */
export function drawFairnessHistory(
  measured: readonly { name: string; value: number }[],
  limit: number,
): Picture {
  const bars = measured
    .slice(0, GROUPS)
    .map(({ name, value }): Bar => ({ name, value, tone: value <= limit ? "good" : "bad" }));
  const title = "Fairness from audit to audit";
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined)
    return emptyPicture("fairness-history", title, "no audit measured a difference");
  return {
    kind: "drawn",
    id: "fairness-history",
    title,
    summary: `From ${formatNumber(first.value)} (${first.name}) to ${formatNumber(last.value)} (${last.name}); the limit is ${formatSetting(limit)}, 0 is equal.`,
    panels: [barPanel("demographic parity difference", bars, [{ value: limit, tone: "bad" }])],
    legend: [
      ...(bars.some(({ tone }) => tone === "good") ? [entry("within the limit", "good", "box")] : []),
      ...(bars.some(({ tone }) => tone === "bad") ? [entry("over it (!)", "bad", "box")] : []),
      entry(`limit ${formatSetting(limit)}`, "bad", "dashed"),
    ],
    table: tableOf(
      ["Audit", "#Difference"],
      bars.map(({ name, value }) => [name, formatNumber(value)]),
      measured.length > bars.length
        ? `${formatCount(measured.length - bars.length, "further audit")} left out.`
        : "",
    ),
  };
}

const GROUPS = 20;

/** One rate of every group of an attribute, with intervals and the rate over all rows. */
export function drawGroupRates(report: FairnessReport, name: string, wanted?: string): Picture {
  const measure = wanted ?? (report.problem === "regression" ? "meanError" : "selectionRate");
  const id = `fairness-${slug(name)}-${slug(formatName(measure))}`;
  const title = `${formatTitleOf(measure)} by group of ${name}`;
  const attribute = report.attributes.find((one) => one.attribute === name);
  if (attribute === undefined || !("groups" in attribute))
    return emptyPicture(id, title, "the audit holds no rates of single groups for it");
  const rates = attribute.metrics[measure];
  if (rates === undefined)
    return emptyPicture(
      id,
      title,
      `the audit holds no ${formatName(measure)}; it has ${Object.keys(attribute.metrics).join(", ")}`,
    );
  const small = new Set(attribute.leftOut.map(({ group }) => group));
  const groups = attribute.groups.flatMap(({ label, count }, at) => {
    const rate = rates.byGroup[at];
    if (rate == null) return [];
    const range = attribute.rateIntervals?.groups[label]?.[measure];
    const interval =
      range?.low == null || range.high === null ? undefined : { low: range.low, high: range.high };
    return [{ label, count, rate, interval, isSmall: small.has(label) }];
  });
  if (groups.length === 0) return emptyPicture(id, title, "no group has rows that define it");
  const shown = groups.toSorted((one, other) => other.rate - one.rate).slice(0, GROUPS);
  const isShare = measure.endsWith("Rate") || ["accuracy", "precision", "recall", "f1"].includes(measure);
  const write = (value: number | undefined) => (isShare ? formatShare(value) : formatNumber(value));
  const values = shown.flatMap(({ rate, interval }) => [rate, interval?.low ?? rate, interval?.high ?? rate]);
  const ends = rates.overall === null ? values : [...values, rates.overall];
  const positive =
    measure === "selectionRate" && report.positiveClass !== undefined
      ? ` (share predicted ${report.positiveClass})`
      : "";
  const x =
    isShare && Math.max(...ends) > 0.5
      ? shareAxis(`${formatName(measure)}${positive}`)
      : numberAxis(`${formatName(measure)}${positive}`, Math.min(0, ...ends), Math.max(...ends));
  const written = shown.map(({ rate }) => write(rate));
  const [highest, lowest] = [shown[0], shown.at(-1)];
  const names = shown.map(({ label, count }) => `${label} (${formatNumber(count)})`);
  const judged = shown.map((group, at) => ({ ...group, at }));
  return {
    kind: "drawn",
    id,
    title,
    summary: `${highest?.label ?? ""} has the highest (${write(highest?.rate)}), ${lowest?.label ?? ""} the lowest (${write(lowest?.rate)}); over all rows it is ${write(rates.overall ?? undefined)}.${
      judged.some((group) => group.isSmall) ? " Groups drawn as diamonds are too small to decide." : ""
    }`,
    panels: [
      {
        x,
        y: nameAxis("", names),
        height: 26 * Math.max(2, shown.length),
        rightRoom: 10 + Math.max(...written.map((text) => textWidth(text, LABEL_SIZE))),
        marks: [
          ...(rates.overall === null
            ? []
            : [
                rule([rates.overall, -0.5], [rates.overall, shown.length - 0.5], {
                  ink: "muted",
                  dash: "dashed",
                }),
              ]),
          ...judged.flatMap(({ interval, at }) => (interval === undefined ? [] : whisker(interval, at))),
          ...dots(
            judged.flatMap(({ rate, at, isSmall }): [number, number][] => (isSmall ? [] : [[rate, at]])),
            { ink: "neutral", radius: 4.5 },
          ),
          ...dots(
            judged.flatMap(({ rate, at, isSmall }): [number, number][] => (isSmall ? [[rate, at]] : [])),
            { ink: "second", shape: "diamond", radius: 4.5 },
          ),
          ...column(x, written),
        ],
      },
    ],
    legend: [
      entry("group (rows)", "neutral", "circle"),
      ...(judged.some((group) => group.isSmall) ? [entry("too small to decide", "second", "diamond")] : []),
      entry("all rows", "muted", "dashed"),
      ...(judged.some((group) => group.interval !== undefined)
        ? [entry("95 % interval", "ink", "line")]
        : []),
    ],
    table: tableOf(
      ["Group", "#Rows", `#${formatName(measure)}`, "#95 % interval"],
      shown.map(({ label, count, rate, interval }) => [
        label,
        formatNumber(count),
        write(rate),
        interval === undefined ? "–" : `${write(interval.low)} to ${write(interval.high)}`,
      ]),
      groups.length > shown.length
        ? `${formatCount(groups.length - shown.length, "further group")} left out.`
        : "",
    ),
  };
}

function formatTitleOf(measure: string): string {
  const words = formatName(measure);
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}
