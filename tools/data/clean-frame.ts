import type { ToolContext } from "#core/contract/tool-definition.ts";
import {
  type Column,
  columnLength,
  createFrame,
  dropColumns,
  duplicateRows,
  filterRows,
  type Frame,
  getColumn,
  implausibleDuplicates,
  isMissing,
} from "#lib/ml/index.ts";
import { takeTurns } from "../engine/take-turns.ts";
import { mendSpellings } from "./category-spellings.ts";
import { impossibleValues } from "./impossible-values.ts";

/** One recorded change; together they say how the cleaned table came from the given one. */
export interface CleaningStep {
  step:
    | "drop-columns"
    | "remove-rows-without-target"
    | "remove-rows-without-time"
    | "set-impossible-to-missing"
    | "unify-spellings"
    | "remove-copied-rows";
  columns: string[];
  rows?: number;
  cells?: number;
  reason: string;
}

export interface CleaningWish {
  target: string;
  timeColumn: string | undefined;
  dropColumns: readonly string[];
  /** Why, by column. */
  dropReasons?: Readonly<Record<string, string>>;
}

export interface CleanedFrame {
  frame: Frame;
  steps: CleaningStep[];
  /** What became of changed target labels. */
  renamedLabels: ReadonlyMap<string, string>;
}

/**
 * Mends what validation calls an error and can be mended, until nothing is left to mend: removing rows can bring a
 * further fault to light. So cleaning a cleaned table changes nothing. Rows are only ever taken out, columns are only
 * dropped when named, and a cell keeps its value, becomes missing, or takes another spelling of the same category.
 */
export async function cleanFrame(
  context: Pick<ToolContext, "signal">,
  given: Frame,
  wish: CleaningWish,
): Promise<CleanedFrame> {
  const named = [...new Set(wish.dropColumns)];
  const log = new StepLog();
  for (const [reason, columns] of byReason(named, wish.dropReasons ?? {})) {
    log.add({ step: "drop-columns", columns, reason });
  }
  let frame = named.length > 0 ? dropColumns(given, named) : given;
  // Every pass takes away rows, values or spellings, of which there are finitely many.
  for (;;) {
    const after = await mendOnce(context, frame, { wish, log });
    if (after === frame) return { frame, steps: log.steps, renamedLabels: log.renamedLabels };
    frame = after;
  }
}

/** Columns that go for one reason are one step. */
function byReason(
  names: readonly string[],
  reasons: Readonly<Record<string, string>>,
): Map<string, string[]> {
  const known = new Map(Object.entries(reasons));
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const reason = known.get(name) ?? "named by validation or by the caller";
    groups.set(reason, [...(groups.get(reason) ?? []), name]);
  }
  return groups;
}

/** Steps in their order; a step that a later pass repeats is counted where it first stands. */
class StepLog {
  readonly steps: CleaningStep[] = [];
  readonly renamedLabels = new Map<string, string>();

  add(step: CleaningStep): void {
    const before = this.steps.find(
      (one) =>
        one.step === step.step &&
        one.reason === step.reason &&
        one.columns.join("\0") === step.columns.join("\0"),
    );
    if (before === undefined) {
      this.steps.push(step);
      return;
    }
    if (step.rows !== undefined) before.rows = (before.rows ?? 0) + step.rows;
    if (step.cells !== undefined) before.cells = (before.cells ?? 0) + step.cells;
  }

  rename(labels: ReadonlyMap<string, string>): void {
    for (const [from, to] of this.renamedLabels) this.renamedLabels.set(from, labels.get(to) ?? to);
    for (const [from, to] of labels) this.renamedLabels.set(from, to);
  }
}

interface Pass {
  wish: CleaningWish;
  log: StepLog;
}

/** The very same frame when nothing was left to mend. */
async function mendOnce(context: Pick<ToolContext, "signal">, given: Frame, pass: Pass): Promise<Frame> {
  const { wish, log } = pass;
  let frame = removeRows(given, wish.target, { step: "remove-rows-without-target", log });
  if (wish.timeColumn !== undefined) {
    frame = removeRows(frame, wish.timeColumn, { step: "remove-rows-without-time", log });
  }
  const columns: Column[] = [];
  for (const column of frame.columns) {
    await takeTurns(context);
    columns.push(column.name === wish.target ? mendLabels(column, log) : mendColumn(column, log));
  }
  if (columns.some((column, index) => column !== frame.columns[index])) frame = createFrame(columns);
  await takeTurns(context);
  if (!implausibleDuplicates(frame).isImplausible) return frame;
  const copies = new Set(duplicateRows(frame));
  log.add({
    step: "remove-copied-rows",
    columns: [],
    rows: copies.size,
    reason: "equal to an earlier row in every column, which chance does not explain",
  });
  return filterRows(frame, (row) => !copies.has(row));
}

function removeRows(
  frame: Frame,
  name: string,
  { step, log }: { step: CleaningStep["step"]; log: StepLog },
): Frame {
  const column = getColumn(frame, name);
  const absent: number[] = [];
  for (let row = 0; row < columnLength(column); row += 1) if (!isUsable(column, row)) absent.push(row);
  if (absent.length === 0) return frame;
  log.add({ step, columns: [name], rows: absent.length, reason: `${name} is missing or infinite` });
  const gone = new Set(absent);
  return filterRows(frame, (row) => !gone.has(row));
}

/** Whether a target or a time can be learnt from or ordered by. */
export function isUsable(column: Column, row: number): boolean {
  if (isMissing(column, row)) return false;
  return column.kind !== "numeric" || Number.isFinite(column.values[row]);
}

/** A target's values are the truth that a model is judged by; only its spellings are unified. */
function mendLabels(column: Column, log: StepLog): Column {
  const spelt = mendSpellings(column);
  if (spelt.changed === 0) return column;
  log.rename(spelt.renamed);
  addSpellings(column.name, spelt.changed, log);
  return spelt.column;
}

function mendColumn(column: Column, log: StepLog): Column {
  let mended = column;
  const faults = impossibleValues(column);
  if (faults.length > 0 && column.kind === "numeric") {
    const values = column.values.map((value) =>
      faults.some((fault) => fault.isImpossible(value)) ? Number.NaN : value,
    );
    mended = { ...column, values };
    for (const { count, reason } of faults) {
      log.add({ step: "set-impossible-to-missing", columns: [column.name], cells: count, reason });
    }
  }
  const spelt = mendSpellings(mended);
  if (spelt.changed > 0) addSpellings(column.name, spelt.changed, log);
  return spelt.column;
}

function addSpellings(name: string, cells: number, log: StepLog): void {
  log.add({
    step: "unify-spellings",
    columns: [name],
    cells,
    reason: "case, spaces, _ and - made several categories of one",
  });
}
