import { applyEngineering } from "./apply-engineering.ts";
import { assertNever } from "./assert-never.ts";
import { cellText, isMissing, MISSING_BOOLEAN, type Column } from "./column.ts";
import { datePart } from "./date-part.ts";
import { MlError } from "./ml-error.ts";
import type {
  CategoricalEncoder,
  DatePartEncoder,
  Encoder,
  Matrix,
  MatrixColumn,
  NumericEncoder,
  Preparation,
} from "./preparation.ts";

/**
 * Turns raw columns into the matrix an estimator takes. Columns are found by name; extra columns are ignored.
 * @throws MlError bad-data when a column is absent or of a kind the encoder cannot read.
 */
export function applyPreparation(
  preparation: Preparation,
  columns: readonly Column[],
  rowCount: number,
): Matrix {
  const engineered = applyEngineering(preparation.engineering, columns, rowCount);
  const byName = new Map(engineered.map((column) => [column.name, column]));
  return {
    rowCount,
    columns: preparation.encoders.map((encoder) => {
      const column = byName.get(encoder.column);
      if (column === undefined) {
        throw new MlError(
          "bad-data",
          `Column "${encoder.column}" is missing. The model was trained with it; supply it, with blanks where unknown.`,
          { details: { column: encoder.column } },
        );
      }
      return encodeColumn(encoder, column, rowCount);
    }),
  };
}

function encodeColumn(encoder: Encoder, column: Column, rowCount: number): MatrixColumn {
  const { name, column: source } = encoder;
  switch (encoder.kind) {
    case "numeric":
      return { name, source, levels: null, values: encodeNumbers(encoder, numbersOf(column), rowCount) };
    case "missing-indicator": {
      const values = new Float64Array(rowCount);
      for (let row = 0; row < rowCount; row++) {
        values[row] = ((isMissing(column, row) ? 1 : 0) - encoder.center) / encoder.scale;
      }
      return { name, source, levels: null, values };
    }
    case "date-part":
      return { name, source, levels: null, values: encodeDateParts(encoder, column, rowCount) };
    case "categorical":
      return { name, source, levels: encoder.levels, values: encodeCategories(encoder, column, rowCount) };
    default:
      return assertNever(encoder);
  }
}

type Standardizer = Pick<NumericEncoder, "impute" | "center" | "scale">;

function encodeNumbers(encoder: Standardizer, raw: Float64Array, rowCount: number): Float64Array {
  const values = new Float64Array(rowCount);
  const { impute, center, scale } = encoder;
  for (let row = 0; row < rowCount; row++) {
    const value = raw[row]!;
    const filled = impute !== null && Number.isNaN(value) ? impute : value;
    values[row] = (filled - center) / scale;
  }
  return values;
}

/** The numbers behind a numeric or boolean column. */
function numbersOf(column: Column): Float64Array {
  if (column.kind === "numeric") return column.values;
  if (column.kind === "boolean") {
    return Float64Array.from(column.values, (value) => (value === MISSING_BOOLEAN ? NaN : value));
  }
  throw wrongKind(column, "numbers or true/false");
}

function encodeDateParts(encoder: DatePartEncoder, column: Column, rowCount: number): Float64Array {
  if (column.kind !== "date") throw wrongKind(column, "dates");
  const parts = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) parts[row] = datePart(column.values[row]!, encoder.part);
  return encodeNumbers(encoder, parts, rowCount);
}

function encodeCategories(encoder: CategoricalEncoder, column: Column, rowCount: number): Float64Array {
  const levelOf = new Map(encoder.levels.map((level, index) => [level, index]));
  const missing = encoder.missingLevel ?? NaN;
  const other = encoder.otherLevel ?? NaN;
  const values = new Float64Array(rowCount);
  if (column.kind === "categorical") {
    const codes = Float64Array.from(column.dictionary, (text) => levelOf.get(text) ?? other);
    for (let row = 0; row < rowCount; row++) {
      const code = column.codes[row]!;
      values[row] = code < 0 ? missing : codes[code]!;
    }
    return values;
  }
  for (let row = 0; row < rowCount; row++) {
    const text = cellText(column, row);
    values[row] = text === null ? missing : (levelOf.get(text) ?? other);
  }
  return values;
}

function wrongKind(column: Column, wanted: string): MlError {
  return new MlError(
    "bad-data",
    `Column "${column.name}" holds ${column.kind} values where the model expects ${wanted}. ` +
      "Read the data with that column's kind stated, or train again on this data.",
    { details: { column: column.name } },
  );
}
