import { z } from "zod";
import { FailureError, failure } from "#core/contract/failure.ts";
import { defineTool, type ToolContext } from "#core/contract/tool-definition.ts";
import { type Frame, getColumn, PSI_RULE, selectRows, suggestFeatures } from "#lib/ml/index.ts";
import { acceptedLimit } from "../engine/accepted-limit.ts";
import { digestOf, keepJson, loadFrame } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { timeColumn } from "../engine/request-columns.ts";
import { inEngine } from "../engine/run-task.ts";
import type { DriftFact } from "../facts.ts";
import { type ComparedParts, compareParts } from "./compare-parts.ts";
import { ALPHA, driftRule, type DriftVerdict, judgeDrift } from "./drift-rule.ts";
import { type Period, timePeriods } from "./time-periods.ts";

const Word = z.enum(["stable", "moderate", "major"]);

/** On fewer rows only large shifts are significant, and the report says so. */
const FEW_ROWS = 200;
/** Columns named in the answer; the report has all. */
const MOST_COLUMNS = 30;
/** With more categories than this, the rare ones may point at people. */
const MANY_CATEGORIES = 50;
const FEWEST_SHOWN = 5;

export const detectDrift = defineTool({
  name: "detect_drift",
  group: "evaluation",
  description:
    "Compare newer data with older, column by column: population stability index, Kolmogorov-Smirnov, chi-squared, Wasserstein and more, missing values included. A column has drifted when its index is over the limit and its test is significant (Bonferroni, alpha 0.01), so small samples do not cry wolf. With a time column the newest period decides and a timeline is given; otherwise the whole of the current part does. Kept as drift.json.",
  input: z.strictObject({
    reference: digestOf("the older data, usually the training part"),
    current: digestOf("the newer data"),
    target: z
      .string()
      .min(1)
      .describe("compared too, where the newer data has it: its distribution may move as well"),
    timeColumn: z.string().nullish().describe("the run's when absent"),
    limit: z
      .number()
      .positive()
      .optional()
      .describe("largest accepted index; the deployment's when absent, and never milder than it in a run"),
  }),
  output: z.strictObject({
    artifact: z.string(),
    verdict: Word,
    passed: z.boolean(),
    limit: z.number(),
    comparedPeriod: z.string().nullable(),
    columns: z.array(
      z.strictObject({
        column: z.string(),
        psi: z.number(),
        missingPsi: z.number(),
        countedPsi: z.number().describe("the index that is backed by a significant test, else 0"),
        pValue: z.number(),
        verdict: Word,
      }),
    ),
    skipped: z.array(z.strictObject({ column: z.string(), reason: z.string() })),
    timeline: z.array(
      z.strictObject({
        period: z.string(),
        rows: z.number().int(),
        verdict: Word,
        largestPsi: z.number(),
        largestPsiColumn: z.string().nullable().describe("null when no column moved significantly"),
      }),
    ),
    notes: z.array(z.string()),
  }),
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 1_800_000,
  async run(input, context) {
    const reference = await loadFrame(context, input.reference);
    const current = await loadFrame(context, input.current);
    const time = timeColumn(context, input.timeColumn);
    checkColumns(reference, { target: input.target });
    const columns = [...suggestFeatures(reference, input.target).features, input.target].filter(
      (name) => name !== time,
    );
    const { limit, notes } = acceptedLimit(context, {
      asked: input.limit,
      deployment: context.settings.driftLimit,
    });
    const periods = time === undefined ? [] : periodsOf(current, time);
    const judged = await judgePeriods(context, { reference, current, columns, periods, limit });
    const { compared, verdict, rows } = judged;
    const comparedPeriod = periods.at(-1)?.name ?? null;
    notes.push(...sampleNotes(reference.rowCount, rows), ...timeNotes(current, periods));
    const artifact = await keepJson(
      context,
      {
        reference: input.reference,
        current: input.current,
        referenceRows: reference.rowCount,
        currentRows: rows,
        comparedPeriod,
        verdict: verdict.verdict,
        passed: verdict.passed,
        limit,
        rule: driftRule(limit),
        psiRule: PSI_RULE,
        alpha: ALPHA,
        tests: verdict.tests,
        notes,
        timeline: judged.timeline,
        columns: reportColumns(verdict, compared),
        skipped: compared.skipped,
      },
      { name: "drift.json", kind: "drift", inputs: [input.reference, input.current] },
    );
    const fact: DriftFact = {
      artifact: artifact.sha256,
      passed: verdict.passed,
      verdict: verdict.verdict,
      limit,
      maxPsi: verdict.maxPsi,
      column: verdict.column,
      driftedColumns: verdict.columns
        .filter(({ isDrifted }) => isDrifted)
        .map(({ column }) => column)
        .slice(0, 20),
      columns: verdict.columns.length,
    };
    return {
      ok: true,
      output: {
        artifact: artifact.sha256,
        verdict: verdict.verdict,
        passed: verdict.passed,
        limit,
        comparedPeriod,
        columns: verdict.columns.slice(0, MOST_COLUMNS).map((column) => ({
          column: column.column,
          psi: column.psi,
          missingPsi: column.missingPsi,
          countedPsi: column.countedPsi,
          pValue: column.test.p,
          verdict: column.verdict,
        })),
        skipped: compared.skipped,
        timeline: judged.timeline,
        notes,
      },
      facts: { drift: fact },
    };
  },
});

function periodsOf(current: Frame, time: string): Period[] {
  const column = inEngine(() => getColumn(current, time));
  if (column.kind === "date" || column.kind === "numeric") return timePeriods(column);
  throw new FailureError(
    failure(
      "invalid-input",
      `the time column ${time} is ${column.kind} in the newer data, which puts no order on rows; name a column of dates or numbers, or leave the time column out`,
      { details: { column: time } },
    ),
  );
}

/**
 * One period in short. Readers of drift.json take whatever has `psi` and `column` for a column's row, so neither name
 * may stand here.
 */
interface TimelineEntry {
  period: string;
  rows: number;
  verdict: z.infer<typeof Word>;
  largestPsi: number;
  largestPsiColumn: string | null;
}

/** Each period against the reference; the newest, or all rows where there are no periods, decides. */
async function judgePeriods(
  context: ToolContext,
  about: { reference: Frame; current: Frame; columns: string[]; periods: readonly Period[]; limit: number },
): Promise<{ compared: ComparedParts; verdict: DriftVerdict; rows: number; timeline: TimelineEntry[] }> {
  const { reference, current, columns, periods, limit } = about;
  const judge = async (frame: Frame) => {
    const compared = await compareParts(context, { reference, current: frame, columns });
    return { compared, verdict: judgeDrift(compared.columns, limit), rows: frame.rowCount };
  };
  const timeline: TimelineEntry[] = [];
  let newest: Awaited<ReturnType<typeof judge>> | undefined;
  for (const { name, rows } of periods) {
    newest = await judge(selectRows(current, rows));
    const { verdict, maxPsi, column } = newest.verdict;
    timeline.push({
      period: name,
      rows: rows.length,
      verdict,
      largestPsi: maxPsi,
      largestPsiColumn: maxPsi > 0 ? column : null,
    });
  }
  return { ...(newest ?? (await judge(current))), timeline };
}

/** Every column with its verdict, the pure numbers beside what counts. */
function reportColumns(verdict: DriftVerdict, compared: ComparedParts): object[] {
  const comparisons = new Map(compared.columns.map(({ column, comparison }) => [column, comparison]));
  return verdict.columns.map((column) => {
    const comparison = comparisons.get(column.column);
    return {
      ...column,
      pValue: column.test.p,
      comparison: comparison?.kind === "categorical" ? withoutRareNames(comparison) : comparison,
    };
  });
}

/** Joins the names of categories that fewer than five rows have, where there are so many that they may be people's. */
function withoutRareNames<Counts extends CategoryCounts>(comparison: Counts): Counts | object {
  const { categories, referenceCounts, currentCounts, newCategories } = comparison;
  if (categories.length <= MANY_CATEGORIES) return comparison;
  const isShown = (index: number): boolean =>
    (referenceCounts[index] ?? 0) + (currentCounts[index] ?? 0) >= FEWEST_SHOWN;
  const shownOf = <Value>(values: readonly Value[]): Value[] => values.filter((_, index) => isShown(index));
  const restOf = (counts: readonly number[]): number =>
    counts.reduce((sum, count, index) => (isShown(index) ? sum : sum + count), 0);
  const shown = new Set(shownOf(categories));
  return {
    ...comparison,
    categories: [...shown, `(${categories.length - shown.size} with fewer than ${FEWEST_SHOWN} rows each)`],
    referenceCounts: [...shownOf(referenceCounts), restOf(referenceCounts)],
    currentCounts: [...shownOf(currentCounts), restOf(currentCounts)],
    newCategories: newCategories.filter((category) => shown.has(category)),
    newCategoryCount: newCategories.length,
  };
}

interface CategoryCounts {
  readonly categories: readonly string[];
  readonly referenceCounts: readonly number[];
  readonly currentCounts: readonly number[];
  readonly newCategories: readonly string[];
}

function sampleNotes(referenceRows: number, currentRows: number): string[] {
  const rows = Math.min(referenceRows, currentRows);
  return rows >= FEW_ROWS
    ? []
    : [
        `one side has only ${rows} rows, so only large shifts could be seen; compare again when there are more`,
      ];
}

function timeNotes(current: Frame, periods: readonly Period[]): string[] {
  if (periods.length === 0) return [];
  const timed = periods.reduce((sum, { rows }) => sum + rows.length, 0);
  return timed === current.rowCount
    ? []
    : [`${current.rowCount - timed} rows of the newer data lie in no period shown`];
}
