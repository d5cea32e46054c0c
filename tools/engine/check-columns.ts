import { FailureError, failure } from "#core/contract/failure.ts";
import {
  type Column,
  columnLength,
  type Frame,
  inferProblem,
  isMissing,
  type ProblemChoice,
} from "#lib/ml/index.ts";
import { inEngine } from "./run-task.ts";

/** The columns that a call names, by what they are for. */
export interface NamedColumns {
  target: string;
  /** The class whose probability is predicted; recognised when absent. */
  positiveClass?: string | null | undefined;
  timeColumn?: string | null | undefined;
  protected?: readonly string[];
  /** Any other columns that have to be there. */
  others?: readonly string[];
}

/** Names shown in a message; a wide table has too many to list. */
const MOST_NAMES = 40;

/**
 * Finds the named columns, checks that each can serve its purpose, and settles what kind of prediction the target
 * asks for.
 * @throws FailureError invalid-input that says what is wrong, where, and what to do.
 */
export function checkColumns(frame: Frame, named: NamedColumns): ProblemChoice {
  const { target, timeColumn, positiveClass } = named;
  const protectedNames = named.protected ?? [];
  const all = [
    target,
    ...(timeColumn == null ? [] : [timeColumn]),
    ...protectedNames,
    ...(named.others ?? []),
  ];
  for (const name of all) columnNamed(frame, name);
  if (timeColumn === target) {
    throw refusal(
      `${target} is named as target and as time column; a model cannot predict the order of its rows`,
      target,
    );
  }
  if (protectedNames.includes(target)) {
    throw refusal(
      `${target} is named as target and as protected; audit the decisions by another column`,
      target,
    );
  }
  if (timeColumn != null) checkTime(columnNamed(frame, timeColumn));
  for (const name of protectedNames) checkGroups(columnNamed(frame, name));
  const problem = inEngine(() => inferProblem(frame, target, positiveClass == null ? {} : { positiveClass }));
  if (positiveClass != null && problem.problem !== "binary") {
    throw refusal(
      `a positive class is for targets with two values, but ${problem.reason}; leave positiveClass out`,
      target,
    );
  }
  return problem;
}

/** @throws FailureError invalid-input with the nearest name there is. */
function columnNamed(frame: Frame, name: string): Column {
  const found = frame.columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const names = frame.columns.map((column) => column.name);
  const near = names.find((candidate) => folded(candidate) === folded(name));
  const listed = `${names.slice(0, MOST_NAMES).join(", ")}${names.length > MOST_NAMES ? `, … (${names.length} in all)` : ""}`;
  throw refusal(
    `there is no column ${JSON.stringify(name)}; ${near === undefined ? "" : `did you mean ${JSON.stringify(near)}? `}The columns are: ${listed}`,
    name,
  );
}

const folded = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "");

function checkTime(column: Column): void {
  if (column.kind !== "date" && column.kind !== "numeric") {
    throw refusal(
      `the time column ${column.name} is ${column.kind}, which puts no order on rows; name a column of dates or numbers, or leave the time column out`,
      column.name,
    );
  }
  if (!hasValue(column)) {
    throw refusal(
      `the time column ${column.name} has no value in any row; name another one or none`,
      column.name,
    );
  }
}

function checkGroups(column: Column): void {
  if (column.kind !== "date") return;
  throw refusal(
    `the protected column ${column.name} holds dates, which form no groups; add a column such as the age or an age band, and name that`,
    column.name,
  );
}

function hasValue(column: Column): boolean {
  for (let row = 0; row < columnLength(column); row += 1) if (!isMissing(column, row)) return true;
  return false;
}

function refusal(message: string, column: string): FailureError {
  return new FailureError(failure("invalid-input", message, { details: { column } }));
}
