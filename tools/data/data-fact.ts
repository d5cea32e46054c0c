import { type Frame, getColumn, otherReading, type ProblemChoice } from "#lib/ml/index.ts";
import type { DataFact } from "../facts.ts";

/** More classes than this are not listed in a fact. */
const MOST_CLASSES = 30;
const LONGEST_TEXT = 300;

/** What a run knows of its table. */
export function dataFact(about: {
  dataset: string;
  name: string;
  frame: Frame;
  target: string;
  problem: ProblemChoice;
}): DataFact {
  const { dataset, name, frame, target, problem } = about;
  const { classes, positiveClass } = problem;
  const doubt = otherReading(problem, getColumn(frame, target));
  const isShort = classes !== null && classes.join("").length <= 1500 && classes.length <= MOST_CLASSES;
  return {
    dataset,
    name: name.slice(0, LONGEST_TEXT),
    rows: frame.rowCount,
    columns: frame.columns.length,
    target,
    problemType: problem.problem,
    ...(positiveClass === null ? {} : { positiveClass }),
    ...(isShort ? { classes: [...classes] } : {}),
    ...(doubt === null ? {} : { doubt: `${doubt.problem}: ${doubt.reason}`.slice(0, LONGEST_TEXT) }),
  };
}
