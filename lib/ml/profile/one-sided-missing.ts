import { cellText, columnLength, isMissing, type Column } from "../score/column.ts";
import type { LeakageHint } from "./leakage-hint.ts";

const MINIMAL_ROWS = 20;
/** Chance of such a side, in natural logarithms, below which it is no accident: about 2e-9. */
const NO_ACCIDENT = -20;

/**
 * A column that is filled in, or left blank, only where the target has one value, as a field written after the outcome
 * is. Null when neither side is pure, or when a side is so small or the value so common that chance explains it:
 * with the value's share p, m rows of it have the chance p^m. `target` has no missing values.
 */
export function findOneSidedMissing(column: Column, target: Column): LeakageHint | null {
  const rows = columnLength(target);
  const counts = new Map<string, number>();
  const sides = { present: new Map<string, number>(), missing: new Map<string, number>() };
  for (let row = 0; row < rows; row++) {
    const value = cellText(target, row) ?? "";
    const side = isMissing(column, row) ? sides.missing : sides.present;
    counts.set(value, (counts.get(value) ?? 0) + 1);
    side.set(value, (side.get(value) ?? 0) + 1);
  }
  if (sides.present.size === 0 || sides.missing.size === 0) return null;
  for (const name of ["present", "missing"] as const) {
    const [entry, ...others] = sides[name];
    if (entry === undefined || others.length > 0) continue;
    const [value, count] = entry;
    if (count < MINIMAL_ROWS || count * Math.log(counts.get(value)! / rows) > NO_ACCIDENT) continue;
    const state = name === "present" ? "filled in" : "left blank";
    return {
      kind: "missingness",
      columns: [column.name],
      severity: "leak",
      measure: "share",
      value: count / counts.get(value)!,
      message:
        `"${column.name}" is ${state} in ${count} rows, all of which have one and the same target value. ` +
        "Such a field is written after the outcome; leave it out.",
    };
  }
  return null;
}
