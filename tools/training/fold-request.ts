import { z } from "zod";
import { FailureError, failure } from "#core/contract/failure.ts";
import { type FoldStrategy, type Frame, getColumn, type Problem } from "#lib/ml/index.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { classTarget } from "./class-target.ts";
import { ParameterInput } from "./train-stack.ts";

/** What a call says of the folds that rows are shared out among. */
export const foldInputs = {
  groupColumn: z
    .string()
    .nullish()
    .describe(
      "rows with the same value stay in one fold, for instance all rows of a customer; not with a time column",
    ),
  gap: z
    .number()
    .min(0)
    .optional()
    .describe(
      "with a time column: leave out training rows less than this before the tested ones, in days for dates",
    ),
};

/** What a call says of the target: classes or an amount. */
export const targetInputs = {
  target: z.string().min(1),
  positiveClass: z.string().nullish().describe("for two classes: the one whose probability is predicted"),
  problem: z
    .enum(["classification", "regression"])
    .optional()
    .describe("whether the target holds classes or amounts; recognised when absent"),
};

export const parametersInput = ParameterInput.default({}).describe(
  "hyperparameters that differ from those that training starts from",
);

/** The training rows with the target as what it is to be predicted as. */
export function settleTarget(
  training: Frame,
  input: {
    target: string;
    positiveClass?: string | null | undefined;
    problem?: "classification" | "regression" | undefined;
  },
): { training: Frame; problem: Problem } {
  const { target, positiveClass, problem } = input;
  const inferred = checkColumns(training, { target, positiveClass });
  const wanted = problem ?? (inferred.problem === "regression" ? "regression" : "classification");
  if (wanted === "regression") {
    const { kind } = getColumn(training, target);
    if (kind === "numeric") return { training, problem: "regression" };
    throw wrongTarget(target, `${target} is ${kind}, not an amount; say problem "classification"`);
  }
  const classes = classTarget(training, target, positiveClass);
  if (classes.ok) return classes;
  throw wrongTarget(
    target,
    `${target} holds amounts, not classes (${classes.reason}); say problem "regression"`,
  );
}

function wrongTarget(column: string, message: string): FailureError {
  return new FailureError(failure("invalid-input", message, { details: { column } }));
}

/**
 * How folds are made: over time where there is a time column, by whole groups where one is named, else with the classes'
 * shares in each.
 * @throws FailureError invalid-input for both a group and a time column.
 */
export function foldStrategy(
  frame: Frame,
  about: {
    target: string;
    problem: Problem;
    time: string | undefined;
    groupColumn?: string | null | undefined;
    gap?: number | undefined;
  },
): FoldStrategy {
  const { target, problem, time, groupColumn: group, gap } = about;
  if (time !== undefined && group != null) {
    throw new FailureError(
      failure(
        "invalid-input",
        `folds follow time (${time}) or keep groups together (${group}), not both; name one of them`,
      ),
    );
  }
  if (time !== undefined) {
    return { kind: "time-ordered", column: time, ...(gap === undefined ? {} : { gap }) };
  }
  if (gap !== undefined) {
    throw new FailureError(
      failure("invalid-input", "a gap needs a time column; name it or leave the gap out"),
    );
  }
  if (group != null) {
    checkColumns(frame, { target, others: [group] });
    return problem === "regression"
      ? { kind: "grouped", column: group }
      : { kind: "stratified-grouped", column: target, group };
  }
  return problem === "regression" ? { kind: "random" } : { kind: "stratified", column: target };
}
