import { assertNever } from "../score/assert-never.ts";
import { columnLength, compareCodePoints, type Column } from "../score/column.ts";
import { MlError } from "../score/ml-error.ts";
import { allocateBytes, allocateDoubles, allocateIntegers } from "./allocate.ts";

/** A table as named columns of equal length. Frames are never changed in place. */
export interface Frame {
  readonly rowCount: number;
  readonly columns: readonly Column[];
}

/**
 * Makes a frame of columns.
 * @throws MlError bad-argument when lengths differ or a name is blank or used twice.
 */
export function createFrame(columns: readonly Column[]): Frame {
  const rowCount = columns.length === 0 ? 0 : columnLength(columns[0]!);
  const names = new Set<string>();
  for (const column of columns) {
    if (column.name.trim() === "") throw new MlError("bad-argument", "A column has a blank name. Name it.");
    if (names.has(column.name)) {
      throw new MlError("bad-argument", `Two columns are called "${column.name}". Rename one of them.`);
    }
    if (columnLength(column) !== rowCount) {
      throw new MlError(
        "bad-argument",
        `Column "${column.name}" has ${columnLength(column)} rows where ${rowCount} are expected.`,
      );
    }
    names.add(column.name);
  }
  return { rowCount, columns };
}

export function columnNames(frame: Frame): string[] {
  return frame.columns.map((column) => column.name);
}

/** @throws MlError bad-argument that lists the names there are, when there is no such column. */
export function getColumn(frame: Frame, name: string): Column {
  const column = frame.columns.find((candidate) => candidate.name === name);
  if (column === undefined) {
    const names = columnNames(frame);
    const listed = names.slice(0, 40).join(", ") + (names.length > 40 ? ", ..." : "");
    throw new MlError("bad-argument", `There is no column "${name}". The columns are: ${listed}.`, {
      details: { column: name },
    });
  }
  return column;
}

/** The named columns in the given order. */
export function selectColumns(frame: Frame, names: readonly string[]): Frame {
  return createFrame(names.map((name) => getColumn(frame, name)));
}

/** All columns but the named ones, which must exist. */
export function dropColumns(frame: Frame, names: readonly string[]): Frame {
  for (const name of names) getColumn(frame, name);
  return { ...frame, columns: frame.columns.filter((column) => !names.includes(column.name)) };
}

/** Adds a column at the end, or replaces the one of the same name in its place. */
export function withColumn(frame: Frame, column: Column): Frame {
  const hasName = frame.columns.some((existing) => existing.name === column.name);
  return createFrame(
    hasName
      ? frame.columns.map((existing) => (existing.name === column.name ? column : existing))
      : [...frame.columns, column],
  );
}

/** Renames columns; `names` maps old to new names. */
export function renameColumns(frame: Frame, names: Readonly<Record<string, string>>): Frame {
  for (const name of Object.keys(names)) getColumn(frame, name);
  return createFrame(
    frame.columns.map((column) =>
      Object.hasOwn(names, column.name) ? { ...column, name: names[column.name]! } : column,
    ),
  );
}

/**
 * The rows with the given 0-based indices, in that order; an index may repeat.
 * @throws MlError bad-argument for an index outside the frame.
 */
export function selectRows(frame: Frame, indices: ArrayLike<number>): Frame {
  for (let place = 0; place < indices.length; place++) {
    const index = indices[place]!;
    if (!(index >= 0 && index < frame.rowCount && Number.isInteger(index))) {
      throw new MlError(
        "bad-argument",
        `Row ${index} does not exist; rows go from 0 to ${frame.rowCount - 1}.`,
      );
    }
  }
  return {
    rowCount: indices.length,
    columns: frame.columns.map((column) => selectFromColumn(column, indices)),
  };
}

/** The rows for which `keep` is true. */
export function filterRows(frame: Frame, keep: (row: number) => boolean): Frame {
  const indices: number[] = [];
  for (let row = 0; row < frame.rowCount; row++) if (keep(row)) indices.push(row);
  return selectRows(frame, indices);
}

/** Rows `start` (inclusive) to `end` (exclusive), clamped to the frame. */
export function sliceRows(frame: Frame, start: number, end: number): Frame {
  const first = Math.max(0, start);
  const length = Math.max(0, Math.min(end, frame.rowCount) - first);
  return selectRows(
    frame,
    Uint32Array.from({ length }, (_, index) => first + index),
  );
}

function selectFromColumn(column: Column, indices: ArrayLike<number>): Column {
  const count = indices.length;
  switch (column.kind) {
    case "numeric":
    case "date": {
      const values = allocateDoubles(count);
      for (let row = 0; row < count; row++) values[row] = column.values[indices[row]!]!;
      return { ...column, values };
    }
    case "categorical": {
      const codes = allocateIntegers(count);
      for (let row = 0; row < count; row++) codes[row] = column.codes[indices[row]!]!;
      return { ...column, codes };
    }
    case "boolean": {
      const values = allocateBytes(count);
      for (let row = 0; row < count; row++) values[row] = column.values[indices[row]!]!;
      return { ...column, values };
    }
    case "text":
      return { ...column, values: Array.from(indices, (index) => column.values[index] ?? null) };
    default:
      return assertNever(column);
  }
}

/**
 * Puts frames below each other. All must have the same columns, of the same kinds, in any order; the first frame's
 * order is kept. Dictionaries are merged.
 * @throws MlError bad-argument naming the first column that does not fit.
 */
export function concatFrames(frames: readonly Frame[]): Frame {
  const first = frames[0];
  if (first === undefined) return createFrame([]);
  for (const frame of frames) {
    if (frame.columns.length !== first.columns.length) {
      throw new MlError(
        "bad-argument",
        "The frames have different numbers of columns; select the same ones.",
      );
    }
  }
  return createFrame(
    first.columns.map((column) =>
      concatColumns(
        column,
        frames.map((frame) => getColumn(frame, column.name)),
      ),
    ),
  );
}

function concatColumns(first: Column, columns: readonly Column[]): Column {
  const wrong = columns.find((column) => column.kind !== first.kind);
  if (wrong !== undefined) {
    throw new MlError(
      "bad-argument",
      `Column "${first.name}" is ${first.kind} in one frame and ${wrong.kind} in another; cast one of them.`,
      { details: { column: first.name } },
    );
  }
  const length = columns.reduce((sum, column) => sum + columnLength(column), 0);
  switch (first.kind) {
    case "numeric":
    case "date":
      return { ...first, values: fill(allocateDoubles(length), columns) };
    case "boolean":
      return { ...first, values: fill(allocateBytes(length), columns) };
    case "text":
      return { ...first, values: columns.flatMap((column) => (column.kind === "text" ? column.values : [])) };
    case "categorical":
      return concatCategories(first.name, columns, length);
    default:
      return assertNever(first);
  }
}

function fill<Values extends Float64Array | Uint8Array>(target: Values, columns: readonly Column[]): Values {
  let start = 0;
  for (const column of columns) {
    if (column.kind === "categorical" || column.kind === "text") continue;
    target.set(column.values, start);
    start += column.values.length;
  }
  return target;
}

function concatCategories(name: string, columns: readonly Column[], length: number): Column {
  const parts = columns.filter((column) => column.kind === "categorical");
  const dictionary = [...new Set(parts.flatMap((part) => part.dictionary))].toSorted(compareCodePoints);
  const codeOf = new Map(dictionary.map((text, code) => [text, code]));
  const codes = allocateIntegers(length);
  let start = 0;
  for (const part of parts) {
    const recoded = part.dictionary.map((text) => codeOf.get(text)!);
    for (let row = 0; row < part.codes.length; row++) {
      const code = part.codes[row]!;
      codes[start + row] = code < 0 ? -1 : recoded[code]!;
    }
    start += part.codes.length;
  }
  return { kind: "categorical", name, codes, dictionary };
}
