import { assertNever } from "../score/assert-never.ts";
import { cellText, columnLength, MISSING_BOOLEAN, type Column, type ColumnKind } from "../score/column.ts";
import { MlError } from "../score/ml-error.ts";
import { parseBoolean, parseDate, parseNumber } from "../score/parse-value.ts";
import { categoricalColumn, inferTextKind } from "./column-from-texts.ts";
import { getColumn, withColumn, type Frame } from "./frame.ts";

export interface CastOptions {
  /** What to do with values that cannot be converted. Default `refuse`. */
  readonly misfits?: "refuse" | "missing";
}

/**
 * Gives a column another kind. Numbers become categories by their shortest decimal text.
 * @throws MlError bad-data with the first row (1-based) whose value cannot be converted, unless misfits are missing.
 */
export function castColumn(
  frame: Frame,
  change: { readonly column: string; readonly kind: ColumnKind } & CastOptions,
): Frame {
  const column = getColumn(frame, change.column);
  return column.kind === change.kind ? frame : withColumn(frame, castTo(column, change.kind, change));
}

function castTo(column: Column, kind: ColumnKind, options: CastOptions): Column {
  const { name } = column;
  const texts = Array.from({ length: columnLength(column) }, (_, row) => cellText(column, row));
  switch (kind) {
    case "categorical":
      return categoricalColumn(name, texts);
    case "text":
      return { kind, name, values: texts };
    case "numeric":
      return { kind, name, values: convert(column, texts, { kind, options, read: numberOf }) };
    case "boolean": {
      const values = convert(column, texts, { kind, options, read: booleanOf });
      return {
        kind,
        name,
        values: Uint8Array.from(values, (value) => (Number.isNaN(value) ? MISSING_BOOLEAN : value)),
      };
    }
    case "date": {
      const seen = inferTextKind(new Set(texts.filter((text) => text !== null)));
      const order = seen.kind === "date" ? seen.order : "year-first";
      const precision = seen.kind === "date" ? seen.precision : "day";
      const read = (text: string): number | null => parseDate(text, order)?.epochMilliseconds ?? null;
      return { kind, name, values: convert(column, texts, { kind, options, read }), precision, order };
    }
    default:
      return assertNever(kind);
  }
}

interface Conversion {
  readonly kind: ColumnKind;
  readonly options: CastOptions;
  readonly read: (text: string) => number | null;
}

function convert(column: Column, texts: readonly (string | null)[], conversion: Conversion): Float64Array {
  return Float64Array.from(texts, (text, row) => {
    if (text === null) return NaN;
    const value = conversion.read(text);
    if (value !== null) return value;
    if (conversion.options.misfits === "missing") return NaN;
    throw new MlError(
      "bad-data",
      `Row ${row + 1} of column "${column.name}" is not ${conversion.kind}. Correct it or make misfits missing.`,
      { details: { column: column.name, row: row + 1 } },
    );
  });
}

function numberOf(text: string): number | null {
  const truth = parseBoolean(text);
  return truth === null ? parseNumber(text) : Number(truth);
}

function booleanOf(text: string): number | null {
  if (text === "0" || text === "1") return Number(text);
  const truth = parseBoolean(text);
  return truth === null ? null : Number(truth);
}
