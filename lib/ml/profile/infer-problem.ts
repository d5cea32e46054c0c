import { cellText, columnLength, compareCodePoints, type Column } from "../score/column.ts";
import { MlError } from "../score/ml-error.ts";
import type { Problem } from "../score/model-file.ts";
import { getColumn, type Frame } from "../frame/frame.ts";

/** What kind of prediction a target asks for, and why. */
export interface ProblemChoice {
  readonly problem: Problem;
  readonly reason: string;
  /** Class labels sorted by code point, for two classes the positive one last; null for regression. */
  readonly classes: readonly string[] | null;
  readonly positiveClass: string | null;
  readonly positiveReason: string | null;
  /** Rows per class, in the order of `classes`. */
  readonly classCounts: readonly number[] | null;
  /** Rows without a target value; they can neither train nor test. */
  readonly missing: number;
}

/** More integer values than this are an amount, not classes. */
const MAXIMAL_INTEGER_CLASSES = 10;
const MAXIMAL_TEXT_CLASSES = 100;

/** Labels that name the event of interest in data sets of many fields, by rank. */
const POSITIVE_WORDS: readonly string[] = [
  "true",
  "yes",
  "y",
  "t",
  "positive",
  "pos",
  "bad",
  "default",
  "defaulted",
  "fraud",
  "churn",
  "churned",
  "fail",
  "failed",
  "failure",
  "sick",
  "ill",
  "abnormal",
  "malignant",
  "spam",
  "anomaly",
  "attack",
  "accepted",
  "approved",
  "won",
  "success",
];

/**
 * Decides between two classes, several classes and regression from the target's values.
 * @throws MlError bad-argument for an unknown target or positive class; bad-data for a target that cannot be predicted:
 * no value, one value, free text or dates.
 */
export function inferProblem(
  frame: Frame,
  target: string,
  options: { readonly positiveClass?: string } = {},
): ProblemChoice {
  const column = getColumn(frame, target);
  const counts = countValues(column);
  const present = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const missing = columnLength(column) - present;
  if (counts.size < 2) {
    const found = counts.size === 0 ? "no value" : "only one value";
    throw new MlError(
      "bad-data",
      `Target "${target}" has ${found}; there is nothing to learn. Choose another target.`,
      {
        details: { column: target },
      },
    );
  }
  const { problem, reason } = decide(column, counts, present);
  if (problem === "regression") {
    return {
      problem,
      reason,
      classes: null,
      positiveClass: null,
      positiveReason: null,
      classCounts: null,
      missing,
    };
  }
  const labels = [...counts.keys()].toSorted(compareLabels);
  if (problem === "multiclass") {
    const classCounts = labels.map((label) => counts.get(label)!);
    return {
      problem,
      reason,
      classes: labels,
      positiveClass: null,
      positiveReason: null,
      classCounts,
      missing,
    };
  }
  const positive = choosePositive(labels, counts, options.positiveClass);
  const classes = [labels.find((label) => label !== positive.label)!, positive.label];
  return {
    problem,
    reason,
    classes,
    positiveClass: positive.label,
    positiveReason: positive.reason,
    classCounts: classes.map((label) => counts.get(label)!),
    missing,
  };
}

function countValues(column: Column): Map<string, number> {
  const counts = new Map<string, number>();
  for (let row = 0; row < columnLength(column); row++) {
    const text = cellText(column, row);
    if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

/** Numbers in the order of numbers, other labels by code point. */
function compareLabels(left: string, right: string): number {
  const [a, b] = [Number(left), Number(right)];
  return Number.isNaN(a) || Number.isNaN(b) ? compareCodePoints(left, right) : a - b;
}

interface Decision {
  readonly problem: Problem;
  readonly reason: string;
}

function decide(column: Column, counts: ReadonlyMap<string, number>, present: number): Decision {
  const distinct = counts.size;
  const name = `"${column.name}"`;
  if (column.kind === "text" || column.kind === "date") {
    const advice =
      column.kind === "text" ? "Derive a class or a number from it." : "Derive a number such as a duration.";
    throw new MlError(
      "bad-data",
      `Target ${name} holds ${column.kind} values, which cannot be predicted. ${advice}`,
      {
        details: { column: column.name },
      },
    );
  }
  if (distinct === 2)
    return { problem: "binary", reason: `${name} has two values, so it is a decision between them` };
  if (column.kind !== "numeric") {
    if (distinct > MAXIMAL_TEXT_CLASSES) {
      throw new MlError(
        "bad-data",
        `Target ${name} has ${distinct} categories over ${present} rows, too many to learn. Group them first.`,
        { details: { column: column.name, categories: distinct } },
      );
    }
    return { problem: "multiclass", reason: `${name} has ${distinct} categories` };
  }
  const values = Array.from(counts.keys(), Number);
  if (values.some((value) => !Number.isInteger(value))) {
    return { problem: "regression", reason: `${name} holds numbers with decimals` };
  }
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const isCodeLike =
    distinct <= MAXIMAL_INTEGER_CLASSES && high - low === distinct - 1 && (low === 0 || low === 1);
  if (isCodeLike && present / distinct >= 5) {
    return {
      problem: "multiclass",
      reason: `${name} holds the ${distinct} consecutive codes ${low} to ${high}`,
    };
  }
  return {
    problem: "regression",
    reason: `${name} holds ${distinct} different whole numbers from ${low} to ${high}`,
  };
}

function choosePositive(
  labels: readonly string[],
  counts: ReadonlyMap<string, number>,
  stated: string | undefined,
): { readonly label: string; readonly reason: string } {
  if (stated !== undefined) {
    if (labels.includes(stated)) return { label: stated, reason: "stated by the caller" };
    throw new MlError(
      "bad-argument",
      `The positive class "${stated}" does not occur; the classes are ${labels.join(", ")}.`,
    );
  }
  const numbers = labels.map(Number);
  if (numbers.every((number) => !Number.isNaN(number))) {
    const label = numbers[0]! > numbers[1]! ? labels[0]! : labels[1]!;
    return { label, reason: `${label} is the larger of the two codes` };
  }
  for (const word of POSITIVE_WORDS) {
    const label = labels.find((candidate) => candidate.toLowerCase() === word);
    if (label !== undefined) return { label, reason: `"${label}" names the event` };
  }
  const greater = labels.filter((label) => label.startsWith(">"));
  if (greater.length === 1)
    return { label: greater[0]!, reason: `"${greater[0]}" is the upper side of a limit` };
  const [first, second] = [labels[0]!, labels[1]!];
  const rarer = counts.get(first)! < counts.get(second)! ? first : second;
  return { label: rarer, reason: `"${rarer}" is the rarer class, which is usually the event` };
}
