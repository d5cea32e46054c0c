import { cellText, columnLength, type Column } from "../score/column.ts";
import { MlError } from "../score/ml-error.ts";

/** Squares of larger amounts, summed over rows, leave the numbers that a computer has. */
const LARGEST_AMOUNT = 1e140;

/**
 * A target as numbers: the index of each row's class, or the value itself when `classes` is null.
 * @throws MlError bad-data with the first row (1-based) whose target is missing, infinite, beyond 1e140 or of an unknown
 * class.
 */
export function encodeTarget(column: Column, classes: readonly string[] | null): Float64Array {
  const codes = new Map(classes?.map((label, index) => [label, index]));
  return Float64Array.from({ length: columnLength(column) }, (_, row) => {
    const text = cellText(column, row);
    if (text === null) {
      throw badTarget(column, row, "is missing; drop the rows without a target first");
    }
    if (classes !== null) {
      const code = codes.get(text);
      if (code === undefined) throw badTarget(column, row, `is none of the classes ${classes.join(", ")}`);
      return code;
    }
    const value = column.kind === "numeric" ? column.values[row]! : Number(text);
    if (!Number.isFinite(value))
      throw badTarget(column, row, "is no finite number; correct it, or drop the row");
    if (Math.abs(value) > LARGEST_AMOUNT) {
      throw badTarget(column, row, `is ${value}, too large to square; divide the target by a power of ten`);
    }
    return value;
  });
}

function badTarget(column: Column, row: number, fault: string): MlError {
  return new MlError("bad-data", `The target "${column.name}" in row ${row + 1} ${fault}.`, {
    details: { column: column.name, row: row + 1 },
  });
}
