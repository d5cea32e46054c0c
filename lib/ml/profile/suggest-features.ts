import { columnLength, isMissing, type Column } from "../score/column.ts";
import { getColumn, type Frame } from "../frame/frame.ts";
import { isIdentifierLike } from "./identifier.ts";

export interface FeatureSuggestion {
  readonly features: readonly string[];
  readonly excluded: readonly { readonly column: string; readonly reason: string }[];
}

/**
 * The columns that can predict the target: all but the target, identifiers, constants, columns without values and
 * free text. Leaks are not judged here; see `findLeakage`.
 * @throws MlError bad-argument for an unknown target.
 */
export function suggestFeatures(frame: Frame, target: string): FeatureSuggestion {
  getColumn(frame, target);
  const features: string[] = [];
  const excluded: { column: string; reason: string }[] = [];
  for (const column of frame.columns) {
    if (column.name === target) continue;
    const reason = reasonAgainst(column);
    if (reason === null) features.push(column.name);
    else excluded.push({ column: column.name, reason });
  }
  return { features, excluded };
}

function reasonAgainst(column: Column): string | null {
  if (column.kind === "text") return "free text";
  if (isIdentifierLike(column)) return "identifies rows: every value is different";
  const values: ArrayLike<number> = column.kind === "categorical" ? column.codes : column.values;
  let first = -1;
  let hasMissing = false;
  for (let row = 0; row < columnLength(column); row++) {
    if (isMissing(column, row)) hasMissing = true;
    else if (first < 0) first = row;
    else if (values[row] !== values[first]) return null;
  }
  if (first < 0) return "no value";
  // Whether the one value is there may still tell something.
  return hasMissing ? null : "only one value";
}
