import { getColumn, type Frame } from "../frame/frame.ts";
import { MISSING_BOOLEAN, type Column } from "../score/column.ts";
import { MlError } from "../score/ml-error.ts";
import type { Problem } from "../score/model-file.ts";
import { isIdentifierLike } from "./identifier.ts";
import { inferProblem, type ProblemChoice } from "./infer-problem.ts";
import { proposeSplit, type SplitProposal } from "./propose-split.ts";
import { suggestMetric, type MetricSuggestion } from "./suggest-metric.ts";

export interface ClassifyOptions {
  readonly target: string;
  readonly positiveClass?: string;
  readonly timeColumn?: string;
  readonly groupColumn?: string;
}

/** What kind of problem a target makes, how sure that is, and what follows from it. */
export interface ProblemClassification {
  readonly target: string;
  readonly choice: ProblemChoice;
  /** 0 to 1: the rule's own certainty, not a measured frequency. */
  readonly confidence: number;
  /** Another reading worth a question to a person; null when there is none. */
  readonly alternative: { readonly problem: Problem; readonly reason: string } | null;
  /** Share of the largest and the smallest class; null for amounts. */
  readonly balance: {
    readonly largest: number;
    readonly smallest: number;
    readonly isImbalanced: boolean;
  } | null;
  readonly split: SplitProposal;
  readonly isTimeOrdered: boolean;
  readonly metric: MetricSuggestion;
}

/** The smallest class has less than this part of an even share: accuracy says little. */
const IMBALANCED = 0.4;

/**
 * Classifies the problem that a target makes: binary, multiclass or regression, with imbalance, order in time, and the
 * measure to judge by.
 * @throws MlError as `inferProblem` does, for a target that cannot be predicted.
 */
export function classifyProblem(frame: Frame, options: ClassifyOptions): ProblemClassification {
  const { target, positiveClass, timeColumn, groupColumn } = options;
  const choice = inferProblem(frame, target, positiveClass === undefined ? {} : { positiveClass });
  const column = getColumn(frame, target);
  const split = proposeSplit(frame, {
    target,
    problem: choice.problem,
    ...(timeColumn === undefined ? {} : { timeColumn }),
    ...(groupColumn === undefined ? {} : { groupColumn }),
  });
  const balance = balanceOf(choice);
  return {
    target,
    choice,
    ...certaintyOf(choice, column),
    balance,
    split,
    isTimeOrdered: split.method === "time-ordered",
    metric: suggestMetric(choice.problem, column, balance?.isImbalanced === true),
  };
}

function balanceOf({ classCounts }: ProblemChoice): ProblemClassification["balance"] {
  if (classCounts === null) return null;
  const total = classCounts.reduce((sum, count) => sum + count, 0);
  const largest = Math.max(...classCounts) / total;
  const smallest = Math.min(...classCounts) / total;
  return { largest, smallest, isImbalanced: smallest * classCounts.length < IMBALANCED };
}

/** Another reading of a target that a person may have meant; null when there is none. */
export function otherReading(choice: ProblemChoice, target: Column): ProblemClassification["alternative"] {
  return certaintyOf(choice, target).alternative;
}

type Certainty = Pick<ProblemClassification, "confidence" | "alternative">;

function certaintyOf(choice: ProblemChoice, column: Column): Certainty {
  const sure = (confidence: number): Certainty => ({ confidence, alternative: null });
  switch (choice.problem) {
    case "binary":
      return sure(choice.positiveReason === "stated by the caller" ? 1 : 0.98);
    case "multiclass": {
      if (column.kind !== "numeric") return sure(0.97);
      const reason = "the codes may be ranks or counts, whose distances matter; then predict the number";
      return { confidence: 0.7, alternative: { problem: "regression", reason } };
    }
    default: {
      const distinct = distinctNumbers(column);
      if (column.kind === "numeric" && distinct !== null && distinct <= 30) {
        const reason = `only ${distinct} different whole numbers occur; if they are codes without an order, cast the target to categories`;
        return { confidence: 0.75, alternative: { problem: "multiclass", reason } };
      }
      return sure(0.97);
    }
  }
}

/** Null as soon as there are decimals. */
function distinctNumbers(column: Column): number | null {
  if (column.kind !== "numeric") return null;
  const present = column.values.filter((value) => !Number.isNaN(value));
  return present.every((value) => Number.isInteger(value)) ? new Set(present).size : null;
}

export interface TargetCandidate {
  readonly column: string;
  readonly problem: Problem;
  /** 0 to 1, larger is likelier. */
  readonly confidence: number;
  readonly reason: string;
}

const TARGET_WORDS = new Set(
  (
    "target label class y outcome result churn churned default defaulted fraud income price value cnt count rings " +
    "survived approved converted recidivism response diagnosis quality score rating sales demand revenue"
  ).split(" "),
);
const SURE_WORDS = new Set(["target", "label", "class", "y", "outcome"]);
const MOST_CANDIDATES = 5;

/**
 * The columns that are likeliest meant to be predicted, when nobody says: by name, place (the last column) and values.
 * A guess for a person to confirm; most confident first, at most five.
 */
export function findTargetCandidates(frame: Frame): TargetCandidate[] {
  const candidates: TargetCandidate[] = [];
  for (const [index, column] of frame.columns.entries()) {
    const choice = choiceOrNull(frame, column.name);
    if (choice === null) continue;
    const words = column.name.toLowerCase().split(/[^a-z0-9]+/);
    const reasons: string[] = [];
    let confidence = 0.1;
    if (words.some((word) => SURE_WORDS.has(word))) {
      confidence += 0.55;
      reasons.push("its name says so");
    } else if (words.some((word) => TARGET_WORDS.has(word))) {
      confidence += 0.35;
      reasons.push("its name is one that outcomes have");
    }
    if (index === frame.columns.length - 1) {
      confidence += 0.25;
      reasons.push("it is the last column");
    }
    if (choice.problem === "binary" && !isFlag(column)) {
      confidence += 0.05;
      reasons.push("it has two classes");
    }
    if (choice.missing === 0) confidence += 0.02;
    candidates.push({
      column: column.name,
      problem: choice.problem,
      confidence: Math.min(0.95, Math.round(confidence * 100) / 100),
      reason: reasons.length === 0 ? "it can be predicted; nothing else speaks for it" : reasons.join(", "),
    });
  }
  return candidates.toSorted((left, right) => right.confidence - left.confidence).slice(0, MOST_CANDIDATES);
}

/** 0 and 1 mark many inputs too. */
function isFlag(column: Column): boolean {
  if (column.kind === "boolean") return column.values.some((value) => value !== MISSING_BOOLEAN);
  return column.kind === "numeric";
}

function choiceOrNull(frame: Frame, name: string): ProblemChoice | null {
  try {
    const column = getColumn(frame, name);
    if (isIdentifierLike(column)) return null;
    return inferProblem(frame, name);
  } catch (error) {
    if (error instanceof MlError) return null;
    throw error;
  }
}
