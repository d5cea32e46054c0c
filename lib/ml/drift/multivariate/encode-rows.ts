import type { Frame } from "../../frame/frame.ts";
import { getColumn } from "../../frame/frame.ts";
import type { Column } from "../../score/column.ts";
import { tallyTexts } from "../profile/category-counter.ts";

/** Standardised numbers, one array per column that varies in the reference. */
export interface EncodedRows {
  readonly rowCount: number;
  readonly columns: readonly Float64Array[];
}

export interface RowEncoder {
  readonly names: readonly string[];
  encode(frame: Frame): EncodedRows;
}

/**
 * Turns rows into numbers of mean 0 and deviation 1 in the reference: missing numbers become the mean, categories their
 * share of the reference's rows (0 when unseen). Columns that do not vary are left out.
 */
export function fitRowEncoder(reference: Frame, names: readonly string[]): RowEncoder {
  const encoders = names
    .map((name) => ({ name, ...fitColumn(getColumn(reference, name)) }))
    .filter(({ deviation }) => deviation > 0 && Number.isFinite(deviation));
  return {
    names: encoders.map(({ name }) => name),
    encode: (frame) => ({
      rowCount: frame.rowCount,
      columns: encoders.map(({ name, mean, deviation, numbersOf }) =>
        numbersOf(getColumn(frame, name)).map((value) =>
          Number.isFinite(value) ? (value - mean) / deviation : 0,
        ),
      ),
    }),
  };
}

interface ColumnEncoder {
  readonly mean: number;
  readonly deviation: number;
  readonly numbersOf: (column: Column) => Float64Array;
}

function fitColumn(column: Column): ColumnEncoder {
  const numbersOf = numbersReader(column);
  const present = numbersOf(column).filter((value) => Number.isFinite(value));
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  const squares = present.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / present.length), numbersOf };
}

function numbersReader(reference: Column): (column: Column) => Float64Array {
  if (reference.kind === "numeric") {
    return (column) => (column.kind === "numeric" ? column.values : new Float64Array());
  }
  const { counts, missing } = tallyTexts(reference);
  const total = [...counts.values()].reduce((sum, rows) => sum + rows, missing);
  const shareOf = (text: string): number => (counts.get(text) ?? 0) / total;
  return (column) => {
    if (column.kind === "categorical") {
      const shares = column.dictionary.map(shareOf);
      return Float64Array.from(column.codes, (code) => (code < 0 ? missing / total : shares[code]!));
    }
    if (column.kind !== "boolean") return new Float64Array();
    const [no, yes] = [shareOf("false"), shareOf("true")];
    return Float64Array.from(column.values, (value) =>
      value === 0 ? no : value === 1 ? yes : missing / total,
    );
  };
}
