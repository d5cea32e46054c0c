import { FailureError, failure } from "#core/contract/failure.ts";
import { cellText, type Column, isMissing, type Split } from "#lib/ml/index.ts";

export const PARTS = ["train", "validation", "test"] as const;
export type Part = (typeof PARTS)[number];

export type PartRows = Record<Part, Uint32Array>;

/** Rows per class of each part, or the mean of the target where it is an amount. */
export type PartTargets = Record<Part, { classes?: Record<string, number>; mean?: number }>;

/**
 * Sees to it that the training part knows every class it will be judged on. Where rows were drawn at random, classes
 * too rare to be in every part go to training whole. Where time or groups decide, no row may move: a class that only
 * later rows have is refused, for no model can learn it from the earlier ones.
 * @throws FailureError invalid-input
 */
export function placeClasses(split: Split, target: Column): { rows: PartRows; notes: string[] } {
  const rows: PartRows = { train: split.train, validation: split.validation, test: split.test };
  const known = new Set(Array.from(rows.train, (row) => cellText(target, row)));
  const isUnknown = (row: number): boolean => !known.has(cellText(target, row));
  const strays = { validation: rows.validation.filter(isUnknown), test: rows.test.filter(isUnknown) };
  const count = strays.validation.length + strays.test.length;
  const notes: string[] = [];
  if (count > 0) {
    const classes = new Set([...strays.validation, ...strays.test].map((row) => cellText(target, row)));
    const named = [...classes].slice(0, 5).join(", ");
    if (split.strategy.kind === "time-ordered" || split.strategy.kind === "grouped") {
      const how =
        split.strategy.kind === "time-ordered"
          ? "the older rows to train on have"
          : "the groups to train on have";
      throw new FailureError(
        failure(
          "invalid-input",
          `${how} no row of ${classes.size} of ${target.name}'s classes (${named}; ${count} rows in the other parts), so no model can learn them. Join rare classes, leave those rows out, or split another way`,
          { details: { column: target.name, rows: count } },
        ),
      );
    }
    rows.train = Uint32Array.from([...rows.train, ...strays.validation, ...strays.test]).sort();
    rows.validation = rows.validation.filter((row) => !isUnknown(row));
    rows.test = rows.test.filter((row) => !isUnknown(row));
    notes.push(`${count} rows of classes too rare for every part (${named}) went to the training part`);
  }
  return { rows, notes: [...notes, ...absentNotes(rows, target)] };
}

/** A class that a part lacks cannot be measured there. */
function absentNotes(rows: PartRows, target: Column): string[] {
  const known = new Set(Array.from(rows.train, (row) => cellText(target, row)));
  return (["validation", "test"] as const).flatMap((part) => {
    const there = new Set(Array.from(rows[part], (row) => cellText(target, row)));
    const absent = [...known].filter((label) => !there.has(label));
    return absent.length === 0
      ? []
      : [
          `the ${part} part has no row of ${absent.length} of ${known.size} classes (${absent.slice(0, 5).join(", ")}); nothing can be said about them there`,
        ];
  });
}

/**
 * Refuses parts that nothing can be learnt from or measured on.
 * @throws FailureError invalid-input
 */
export function checkParts(rows: PartRows, target: Column): void {
  const empty = PARTS.find((part) => rows[part].length === 0);
  if (empty !== undefined) {
    throw new FailureError(
      failure(
        "invalid-input",
        `the ${empty} part would be empty; collect more rows or make its share larger`,
      ),
    );
  }
  const value = cellText(target, rows.train[0] ?? 0);
  if (rows.train.some((row) => cellText(target, row) !== value)) return;
  throw new FailureError(
    failure(
      "invalid-input",
      `all ${rows.train.length} rows to train on have the same ${target.name}; there is nothing to learn. Split another way or choose another target`,
      { details: { column: target.name } },
    ),
  );
}

/** How the target lies in each part, for the record. */
export function partTargets(rows: PartRows, target: Column, isAmount: boolean): PartTargets {
  const of = (part: Part): PartTargets[Part] => {
    if (isAmount && target.kind === "numeric") {
      let sum = 0;
      for (const row of rows[part]) sum += target.values[row] ?? 0;
      return { mean: sum / Math.max(1, rows[part].length) };
    }
    const counts = new Map<string, number>();
    for (const row of rows[part]) {
      const label = isMissing(target, row) ? "" : (cellText(target, row) ?? "");
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    return { classes: Object.fromEntries([...counts].sort(([left], [right]) => (left < right ? -1 : 1))) };
  };
  return { train: of("train"), validation: of("validation"), test: of("test") };
}
