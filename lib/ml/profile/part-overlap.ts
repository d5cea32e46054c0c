import { UNWATCHED, type Control } from "../control.ts";
import { concatFrames, selectColumns, type Frame } from "../frame/frame.ts";
import { cellText, columnLength, isMissing, type Column } from "../score/column.ts";
import { duplicateRows } from "./duplicates.ts";
import { isIdentifierLike } from "./identifier.ts";
import { implausibleDuplicates } from "./implausible-duplicates.ts";
import type { LeakageHint } from "./leakage-hint.ts";

/** Rows to learn from, and rows to judge by. */
export interface Parts {
  readonly training: Frame;
  readonly heldOut: Frame;
}

export interface OverlapOptions {
  readonly timeColumn?: string;
  /** Columns that name the thing a row belongs to. */
  readonly groupColumns?: readonly string[];
  readonly control?: Control;
}

/** Near-duplicates are looked for where at least this many columns hardly repeat a value. */
const MINIMAL_FINE_COLUMNS = 2;
const FINE = 0.5;
/** A value that occurs more often than this in a fine column is a common one, such as 0. */
const RARE = 4;
const MINIMAL_NEAR = 3;
/** From this part of the held-out rows on, a result is flattered for certain. */
const MANY = 0.01;

/**
 * What rows to learn from and rows to judge by have in common that they should not: copied rows, rows that differ in
 * one column only, entities, time. Keys and row numbers are left out of comparisons of rows.
 */
export function findPartOverlap({ training, heldOut }: Parts, options: OverlapOptions = {}): LeakageHint[] {
  const control = options.control ?? UNWATCHED;
  const names = training.columns
    .filter((column) =>
      heldOut.columns.some((other) => other.name === column.name && other.kind === column.kind),
    )
    .map((column) => column.name);
  const both = concatFrames([selectColumns(training, names), selectColumns(heldOut, names)]);
  const columns = both.columns.filter((column) => !isIdentifierLike(column));
  control.throwIfCancelled();
  const scope = { rows: { ...both, columns }, split: training.rowCount, control };
  return [
    ...equalRows(scope),
    ...nearRows(scope),
    ...(options.groupColumns ?? []).flatMap((name) => sharedGroups({ training, heldOut }, name)),
    ...(options.timeColumn === undefined ? [] : mixedTimes({ training, heldOut }, options.timeColumn)),
  ];
}

interface Scope {
  /** The training rows, then the others. */
  readonly rows: Frame;
  /** Number of the training rows. */
  readonly split: number;
  readonly control: Control;
}

function equalRows({ rows, split, control }: Scope): LeakageHint[] {
  const seen = new Map<string, number>();
  const again = [...duplicateRows(rows, control)].filter((row) => row >= split);
  if (again.length === 0) return [];
  // Some of them repeat another held-out row only.
  for (let row = 0; row < split; row++) seen.set(rowText(rows, row), row);
  const copied = again.filter((row) => seen.has(rowText(rows, row))).length;
  if (copied === 0 || !implausibleDuplicates(rows).isImplausible) return [];
  const heldOut = rows.rowCount - split;
  return [
    {
      kind: "row-overlap",
      columns: [],
      severity: "leak",
      measure: "share",
      value: copied / heldOut,
      message:
        `${copied} of ${heldOut} held-out rows are also among the rows to learn from, more than chance explains. ` +
        "Remove copies before splitting (clean_data does).",
    },
  ];
}

const rowText = (frame: Frame, row: number): string =>
  JSON.stringify(frame.columns.map((column) => cellText(column, row)));

/**
 * Held-out rows that agree with a training row in all columns but one, rare values of at least two fine-grained columns
 * among them. Tables without such columns cannot tell a near copy from a likeness.
 */
function nearRows({ rows, split, control }: Scope): LeakageHint[] {
  const fine = rows.columns.filter(isFine);
  if (fine.length < MINIMAL_FINE_COLUMNS || rows.columns.length <= MINIMAL_FINE_COLUMNS) return [];
  const rare = new Map(fine.map((column) => [column.name, rareRows(column)]));
  const near = new Set<number>();
  for (const [left, first] of fine.entries()) {
    for (const second of fine.slice(left + 1)) {
      control.throwIfCancelled();
      const key = (row: number): string | null =>
        rare.get(first.name)![row] === 1 && rare.get(second.name)![row] === 1
          ? `${cellText(first, row)} ${cellText(second, row)}`
          : null;
      const known = new Map<string, number[]>();
      for (let row = 0; row < split; row++) {
        const text = key(row);
        if (text !== null) known.set(text, [...(known.get(text) ?? []), row]);
      }
      for (let row = split; row < rows.rowCount; row++) {
        const text = near.has(row) ? null : key(row);
        const candidates = text === null ? [] : (known.get(text) ?? []);
        if (candidates.some((other) => differences(rows.columns, row, other) === 1)) near.add(row);
      }
    }
  }
  if (near.size < MINIMAL_NEAR) return [];
  const heldOut = rows.rowCount - split;
  return [
    {
      kind: "near-duplicates",
      columns: [],
      severity: near.size >= MANY * heldOut ? "leak" : "suspicious",
      measure: "share",
      value: near.size / heldOut,
      message:
        `${near.size} of ${heldOut} held-out rows differ from a row to learn from in one column only, though their ` +
        "values are rare. Find out what makes such twins, and keep each set of them in one part.",
    },
  ];
}

function isFine(column: Column): boolean {
  if (column.kind !== "numeric" && column.kind !== "text" && column.kind !== "date") return false;
  const rows = columnLength(column);
  const values: ArrayLike<number | string | null> = column.values;
  const distinct = new Set<number | string | null>();
  for (let row = 0; row < rows; row++) if (!isMissing(column, row)) distinct.add(values[row]!);
  return distinct.size > FINE * rows;
}

/** 1 for the rows whose value occurs in few rows. */
function rareRows(column: Column): Uint8Array {
  const counts = new Map<string, number>();
  const texts = Array.from({ length: columnLength(column) }, (_, row) => cellText(column, row));
  for (const text of texts) if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
  return Uint8Array.from(texts, (text) => Number(text !== null && counts.get(text)! <= RARE));
}

function differences(columns: readonly Column[], row: number, other: number): number {
  let count = 0;
  for (const column of columns) if (cellText(column, row) !== cellText(column, other) && ++count > 1) break;
  return count;
}

function sharedGroups({ training, heldOut }: Parts, name: string): LeakageHint[] {
  const groups = (frame: Frame): Map<string, number> => {
    const column = frame.columns.find((candidate) => candidate.name === name);
    const counts = new Map<string, number>();
    const rows = column === undefined ? 0 : frame.rowCount;
    for (let row = 0; row < rows; row++) {
      const text = column === undefined ? null : cellText(column, row);
      if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    return counts;
  };
  const known = groups(training);
  const met = groups(heldOut);
  const shared = [...met].filter(([group]) => known.has(group));
  if (shared.length === 0) return [];
  const rows = shared.reduce((sum, [, count]) => sum + count, 0);
  return [
    {
      kind: "group-overlap",
      columns: [name],
      severity: "leak",
      measure: "share",
      value: rows / heldOut.rowCount,
      message:
        `${shared.length} of ${met.size} values of "${name}" in the held-out rows are also in the rows to learn from ` +
        `(${rows} of ${heldOut.rowCount} rows): the model may know them again. Split by group "${name}".`,
    },
  ];
}

function mixedTimes({ training, heldOut }: Parts, name: string): LeakageHint[] {
  const moments = (frame: Frame): Float64Array => {
    const column = frame.columns.find((candidate) => candidate.name === name);
    if (column === undefined || (column.kind !== "date" && column.kind !== "numeric"))
      return new Float64Array(0);
    return column.values.filter((value) => !Number.isNaN(value));
  };
  const tested = moments(heldOut);
  const oldest = tested.reduce((least, value) => Math.min(least, value), Infinity);
  const learnt = moments(training);
  const later = learnt.filter((value) => value > oldest).length;
  if (later === 0 || tested.length === 0) return [];
  return [
    {
      kind: "time-overlap",
      columns: [name],
      severity: "leak",
      measure: "share",
      value: later / learnt.length,
      message:
        `${later} of ${learnt.length} rows to learn from are newer by "${name}" than the oldest held-out row: the model ` +
        `learns from what came after. Split in the order of "${name}".`,
    },
  ];
}
