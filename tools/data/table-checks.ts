import type { ToolContext } from "#core/contract/tool-definition.ts";
import {
  cellText,
  type Column,
  columnLength,
  type Frame,
  getColumn,
  implausibleDuplicates,
  isMissing,
  type ProblemChoice,
  suggestFeatures,
} from "#lib/ml/index.ts";
import { MINIMAL_GROUP } from "../engine/judged-fairness.ts";
import { takeTurns } from "../engine/take-turns.ts";
import { spellingGroups } from "./category-spellings.ts";
import { isUsable } from "./clean-frame.ts";
import type { DataFinding } from "./data-finding.ts";
import { impossibleValues } from "./impossible-values.ts";

export interface CheckedTable {
  frame: Frame;
  problem: ProblemChoice;
  target: string;
  protected: readonly string[];
  timeColumn: string | undefined;
  /** Columns that can predict the target and are neither protected nor the time. */
  features: readonly string[];
}

/** Fewer rows cannot be split into parts that say something. */
export const MINIMAL_ROWS = 50;
const MINIMAL_CLASS_ROWS = 10;
/** From here on the largest class's share makes accuracy say little. */
const IMBALANCED = 0.9;
/** A column's missing share that people should know of. */
const MANY_MISSING = 0.3;
/** More categories than a model tells apart; the rarest are then one. */
const MOST_CATEGORIES = 253;
/** Names listed in a message. */
const MOST_NAMES = 8;

/** Everything that can be seen in the table itself, leaks not included. Slow work takes turns with the process. */
export async function checkTable(
  context: Pick<ToolContext, "signal">,
  table: CheckedTable,
): Promise<DataFinding[]> {
  const findings = targetFindings(table);
  await takeTurns(context);
  findings.push(...rowFindings(table.frame), ...(await valueFindings(context, table)));
  findings.push(...featureFindings(table), ...timeFindings(table), ...groupFindings(table));
  return findings;
}

function targetFindings({ frame, problem, target }: CheckedTable): DataFinding[] {
  const findings: DataFinding[] = [];
  const absent = unusableRows(getColumn(frame, target));
  if (absent > 0) {
    findings.push({
      check: "target-missing",
      severity: "error",
      message: `${absent} rows have no ${target}; they cannot teach or test anything`,
      columns: [target],
      rows: absent,
    });
  }
  const usable = frame.rowCount - absent;
  if (usable < MINIMAL_ROWS) {
    findings.push({
      check: "few-rows",
      severity: "error",
      message: `${usable} rows with a target are too few to split and judge a model by; ${MINIMAL_ROWS} are the least. Collect more`,
      columns: [],
      rows: usable,
    });
  }
  const rare = (problem.classCounts ?? []).flatMap((count, index) =>
    count < MINIMAL_CLASS_ROWS ? [`${problem.classes?.[index] ?? "?"} (${count})`] : [],
  );
  if (rare.length > 0) {
    findings.push({
      check: "rare-class",
      severity: "warning",
      message: `classes with fewer than ${MINIMAL_CLASS_ROWS} rows: ${listed(rare)}; what is said about them is little more than chance`,
      columns: [target],
    });
  }
  findings.push(...balanceFindings({ problem, target }));
  return findings;
}

/** Where one class is nearly all, always answering it is nearly always right. */
function balanceFindings({ problem, target }: Pick<CheckedTable, "problem" | "target">): DataFinding[] {
  const counts = problem.classCounts ?? [];
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const largest = counts.indexOf(Math.max(...counts));
  const share = (counts[largest] ?? 0) / rows;
  if (!(share >= IMBALANCED)) return [];
  const percent = (100 * share).toFixed(1);
  return [
    {
      check: "class-imbalance",
      severity: "warning",
      message: `${percent} % of the rows are ${problem.classes?.[largest] ?? "?"}, so a model that always answers it has an accuracy of ${percent} %; judge by AUC, average precision and recall`,
      columns: [target],
    },
  ];
}

function rowFindings(frame: Frame): DataFinding[] {
  const { count, isImplausible } = implausibleDuplicates(frame);
  if (count === 0) return [];
  return [
    isImplausible
      ? {
          check: "duplicate-rows",
          severity: "error",
          message: `${count} rows repeat another row in every column, which chance does not explain; copies in both training and test parts would flatter the model`,
          columns: [],
          rows: count,
        }
      : {
          check: "natural-duplicates",
          severity: "warning",
          message: `${count} rows equal another row, as can be expected of columns with so few different values; they stay`,
          columns: [],
          rows: count,
        },
  ];
}

async function valueFindings(
  context: Pick<ToolContext, "signal">,
  { frame, target, features }: CheckedTable,
): Promise<DataFinding[]> {
  const impossible: string[] = [];
  const impossibleColumns = new Set<string>();
  const spelt: string[] = [];
  const sparse: string[] = [];
  const many: string[] = [];
  for (const column of frame.columns) {
    await takeTurns(context);
    const { name } = column;
    if (spellingGroups(column).length > 0) spelt.push(name);
    if (name === target) continue;
    for (const { count, reason } of impossibleValues(column)) {
      impossible.push(`${name} (${count}, ${reason})`);
      impossibleColumns.add(name);
    }
    const missing = missingRows(column);
    if (missing > MANY_MISSING * frame.rowCount && missing < frame.rowCount) sparse.push(name);
    if (
      column.kind === "categorical" &&
      features.includes(name) &&
      column.dictionary.length > MOST_CATEGORIES
    ) {
      many.push(`${name} (${column.dictionary.length})`);
    }
  }
  const findings: DataFinding[] = [];
  if (impossible.length > 0) {
    findings.push({
      check: "impossible-values",
      severity: "error",
      message: `values that cannot be real: ${listed(impossible)}`,
      columns: [...impossibleColumns],
    });
  }
  if (spelt.length > 0) {
    findings.push({
      check: "category-spellings",
      severity: "error",
      message: `the same category is spelt in several ways in ${listed(spelt)}`,
      columns: spelt,
    });
  }
  if (sparse.length > 0) {
    findings.push({
      check: "missing-values",
      severity: "warning",
      message: `more than ${100 * MANY_MISSING} % missing in ${listed(sparse)}`,
      columns: sparse,
    });
  }
  if (many.length > 0) {
    findings.push({
      check: "many-categories",
      severity: "warning",
      message: `more categories than a model tells apart (${MOST_CATEGORIES}), so the rarest are taken as one: ${listed(many)}`,
      columns: many.map((text) => text.slice(0, text.lastIndexOf(" ("))),
    });
  }
  return findings;
}

function featureFindings({ frame, target, features }: CheckedTable): DataFinding[] {
  const { excluded } = suggestFeatures(frame, target);
  const reasons = excluded.map(({ column, reason }) => `${column} (${reason})`);
  if (features.length === 0) {
    return [
      {
        check: "no-features",
        severity: "error",
        message: `no column is left to predict ${target} from${reasons.length === 0 ? "" : `: ${listed(reasons)}`}. Add columns that hold numbers, categories or dates`,
        columns: [],
      },
    ];
  }
  if (excluded.length === 0) return [];
  return [
    {
      check: "unusable-columns",
      severity: "warning",
      message: `not usable as features: ${listed(reasons)}`,
      columns: excluded.map(({ column }) => column),
    },
  ];
}

function timeFindings({ frame, timeColumn }: CheckedTable): DataFinding[] {
  if (timeColumn === undefined) return [];
  const absent = unusableRows(getColumn(frame, timeColumn));
  if (absent === 0) return [];
  return [
    {
      check: "time-missing",
      severity: "error",
      message: `${absent} rows have no ${timeColumn} and cannot be put in order`,
      columns: [timeColumn],
      rows: absent,
    },
  ];
}

/** What an audit by the protected columns will and will not be able to say. */
function groupFindings({ frame, protected: names }: CheckedTable): DataFinding[] {
  return names.flatMap((name): DataFinding[] => {
    const column = getColumn(frame, name);
    const remarks: string[] = [];
    const missing = missingRows(column);
    if (missing > 0) remarks.push(`${missing} rows have no value and form a group of their own`);
    if (column.kind !== "numeric") {
      const counts = new Map<string, number>();
      for (let row = 0; row < frame.rowCount; row += 1) {
        const group = cellText(column, row);
        if (group !== null) counts.set(group, (counts.get(group) ?? 0) + 1);
      }
      // A fifth of the rows is held out; what is not there cannot be audited.
      const small = [...counts.values()].filter((count) => count / 5 < MINIMAL_GROUP).length;
      if (counts.size < 2) remarks.push("there is nothing to compare: it has fewer than two groups");
      else if (small > 0) {
        remarks.push(
          `${small} of ${counts.size} groups are too small to be judged on a test part of a fifth`,
        );
      }
    }
    if (remarks.length === 0) return [];
    return [
      {
        check: "protected-groups",
        severity: "warning",
        message: `the audit by ${name} will be limited: ${remarks.join("; ")}`,
        columns: [name],
      },
    ];
  });
}

const listed = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? names.join(", ")
    : `${names.slice(0, MOST_NAMES).join(", ")} and ${names.length - MOST_NAMES} more`;

const missingRows = (column: Column): number => rowsWhere(column, (row) => isMissing(column, row));
const unusableRows = (column: Column): number => rowsWhere(column, (row) => !isUsable(column, row));

function rowsWhere(column: Column, isCounted: (row: number) => boolean): number {
  let count = 0;
  for (let row = 0; row < columnLength(column); row += 1) if (isCounted(row)) count += 1;
  return count;
}
