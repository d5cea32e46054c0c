import type { Frame } from "../../frame/frame.ts";
import { columnLength, isMissing, type Column } from "../../score/column.ts";
import { MlError } from "../../score/ml-error.ts";

export interface SharedColumns {
  readonly names: readonly string[];
  readonly skipped: readonly { readonly column: string; readonly reason: string }[];
}

/**
 * The columns in which rows of two frames can be compared together: numbers, categories and booleans of the same kind
 * on both sides that have a value in the reference.
 * @throws MlError bad-argument when not one is left.
 */
export function sharedColumns(
  reference: Frame,
  current: Frame,
  wanted: readonly string[] | undefined,
): SharedColumns {
  const names: string[] = [];
  const skipped: { column: string; reason: string }[] = [];
  for (const name of wanted ?? reference.columns.map((column) => column.name)) {
    const reason = whyNot(
      reference.columns.find((column) => column.name === name),
      current.columns.find((column) => column.name === name),
    );
    if (reason === null) names.push(name);
    else skipped.push({ column: name, reason });
  }
  if (names.length > 0) return { names, skipped };
  throw new MlError(
    "bad-argument",
    "No column can be compared together: name columns of numbers, categories or booleans that both sides have.",
  );
}

function whyNot(left: Column | undefined, right: Column | undefined): string | null {
  if (left === undefined) return "absent in the reference";
  if (right === undefined) return "absent in the current data";
  if (left.kind === "date" || right.kind === "date") return "a date, which moves with time by nature";
  if (left.kind === "text" || right.kind === "text") return "free text";
  if (left.kind !== right.kind) return `${left.kind} in the reference but ${right.kind} in the current data`;
  for (let row = 0; row < columnLength(left); row++) if (!isMissing(left, row)) return null;
  return "no value in the reference";
}
