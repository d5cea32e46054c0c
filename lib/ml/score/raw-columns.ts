import { assertNever } from "./assert-never.ts";
import { MISSING_BOOLEAN, type Column } from "./column.ts";
import type { Feature } from "./feature.ts";
import { MlError } from "./ml-error.ts";
import { parseBoolean, parseDate, parseNumber } from "./parse-value.ts";

/** One input row as it comes out of JSON. */
export type RawRow = Readonly<Record<string, unknown>>;

/**
 * Reads the named features out of raw rows. A field that is absent, null or "" is missing; numbers may come as
 * text; fields the model does not know are ignored.
 * @throws MlError bad-data naming row (0-based), field and what is expected.
 */
export function columnsFromRows(features: readonly Feature[], rows: readonly RawRow[]): Column[] {
  for (const [index, row] of rows.entries()) {
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      throw new MlError("bad-data", `Row ${index} is not an object of fields. Send {"field": value, ...}.`, {
        details: { row: index },
      });
    }
  }
  return features.map((feature) => columnFromRows(feature, rows));
}

function columnFromRows(feature: Feature, rows: readonly RawRow[]): Column {
  const { name } = feature;
  switch (feature.kind) {
    case "numeric":
      return { kind: "numeric", name, values: readNumbers(name, rows, readNumber) };
    case "date":
      return {
        kind: "date",
        name,
        values: readNumbers(name, rows, (value) => readDate(value, feature.order)),
        precision: "instant",
        order: feature.order,
      };
    case "boolean": {
      const values = new Uint8Array(rows.length);
      for (const [index, row] of rows.entries())
        values[index] = readBoolean(fieldOf(row, name), { index, name });
      return { kind: "boolean", name, values };
    }
    case "categorical":
      return readCategories(feature.name, feature.categories, rows);
    default:
      return assertNever(feature);
  }
}

type Reader = (value: unknown) => number | null;

function readNumbers(name: string, rows: readonly RawRow[], read: Reader): Float64Array {
  const values = new Float64Array(rows.length);
  const wanted = read === readNumber ? "a number" : "a date such as 2024-03-01";
  for (const [index, row] of rows.entries()) {
    const value = fieldOf(row, name);
    const parsed = isBlank(value) ? NaN : read(value);
    if (parsed === null) throw wrongValue({ index, name, wanted, value });
    values[index] = parsed;
  }
  return values;
}

function readNumber(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" ? parseNumber(value) : null;
}

function readDate(value: unknown, order: "year-first" | "month-first" | "day-first"): number | null {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return null;
  const parsed = parseDate(value, "year-first") ?? (order === "year-first" ? null : parseDate(value, order));
  return parsed?.epochMilliseconds ?? null;
}

interface Place {
  readonly index: number;
  readonly name: string;
}

function readBoolean(value: unknown, place: Place): number {
  if (isBlank(value)) return MISSING_BOOLEAN;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === 0 || value === 1) return value;
  const parsed = typeof value === "string" ? parseBoolean(value) : null;
  if (parsed === null) throw wrongValue({ ...place, wanted: "true or false", value });
  return parsed ? 1 : 0;
}

function readCategories(name: string, categories: readonly string[], rows: readonly RawRow[]): Column {
  const dictionary = [...categories];
  const codeOf = new Map(dictionary.map((text, code) => [text, code]));
  const codes = new Int32Array(rows.length);
  for (const [index, row] of rows.entries()) {
    const value = fieldOf(row, name);
    if (isBlank(value)) {
      codes[index] = -1;
      continue;
    }
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
      throw wrongValue({ index, name, wanted: "a text", value });
    }
    const text = String(value);
    let code = codeOf.get(text);
    if (code === undefined) {
      code = dictionary.length;
      codeOf.set(text, code);
      dictionary.push(text);
    }
    codes[index] = code;
  }
  return { kind: "categorical", name, codes, dictionary };
}

/** Inherited properties are no fields: a column may be called "constructor". */
function fieldOf(row: RawRow, name: string): unknown {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === "" || Number.isNaN(value);
}

function wrongValue(fault: Place & { readonly wanted: string; readonly value: unknown }): MlError {
  const given = Array.isArray(fault.value) ? "a list" : `a ${typeof fault.value}`;
  return new MlError(
    "bad-data",
    `Row ${fault.index}: field "${fault.name}" must be ${fault.wanted} or null, but holds ${given} that is not.`,
    { details: { row: fault.index, field: fault.name } },
  );
}
