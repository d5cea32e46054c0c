import { cellText, MISSING_BOOLEAN, type Column } from "./column.ts";
import type { DecorrelateStep } from "./engineering.ts";
import { MlError } from "./ml-error.ts";

/** The category of a missing value. */
const MISSING = "(missing)";

/** The outputs of a step that takes out of numbers what protected columns tell of them. */
export function decorrelateColumns(
  step: DecorrelateStep,
  sources: readonly Column[],
  rowCount: number,
): Column[] {
  const terms = step.terms.map((term) => {
    const values = numbersBehind(sources[term.source]!, term.category, rowCount);
    // A missing number tells nothing.
    return values.map((value) => (Number.isNaN(value) ? 0 : value - term.mean));
  });
  return step.outputs.map((name, output): Column => {
    const values = numbersBehind(sources[0]!, step.levels[output]!, rowCount);
    for (const [index, term] of terms.entries()) {
      const coefficient = step.coefficients[output]![index]!;
      for (let row = 0; row < rowCount; row++) values[row]! -= coefficient * term[row]!;
    }
    return { kind: "numeric", name, values };
  });
}

/**
 * A column as numbers: with `category`, 1 where the cell is that category, else 0; without, the number itself (true is 1),
 * NaN where it is missing. The array is the caller's own.
 */
export function numbersBehind(column: Column, category: string | null, rowCount: number): Float64Array {
  if (category !== null) {
    return Float64Array.from({ length: rowCount }, (_, row) =>
      (cellText(column, row) ?? MISSING) === category ? 1 : 0,
    );
  }
  if (column.kind === "numeric") return column.values.slice();
  if (column.kind === "boolean") {
    return Float64Array.from(column.values, (value) => (value === MISSING_BOOLEAN ? NaN : value));
  }
  throw new MlError(
    "bad-data",
    `Column "${column.name}" holds ${column.kind} values where the model expects numbers or true/false. ` +
      "Read the data with that column's kind stated, or train again on this data.",
    { details: { column: column.name } },
  );
}
