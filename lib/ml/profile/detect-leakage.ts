import { UNWATCHED, type Control } from "../control.ts";
import { getColumn, type Frame } from "../frame/frame.ts";
import type { Problem } from "../score/model-file.ts";
import { findEntityColumns } from "./entity-columns.ts";
import { findLeakage } from "./find-leakage.ts";
import { isIdentifierLike } from "./identifier.ts";
import { compareHints, type LeakageHint } from "./leakage-hint.ts";
import { findPartOverlap } from "./part-overlap.ts";
import { findTimeColumns, proposeSplit, type SplitProposal } from "./propose-split.ts";

export interface DetectLeakageOptions {
  readonly target: string;
  readonly problem: Problem;
  /** Rows held out from `training`, to be compared with it. */
  readonly heldOut?: Frame;
  readonly timeColumn?: string;
  readonly groupColumn?: string;
  /** Columns to judge; all but the target when left out. */
  readonly features?: readonly string[];
  readonly seed: number;
  readonly control?: Control;
}

export interface LeakageReport {
  /** Leaks first, each strongest first. */
  readonly hints: readonly LeakageHint[];
  readonly split: SplitProposal;
}

/**
 * Looks for everything by which a model could know the answer: in the columns (see `findLeakage`), keys and row numbers,
 * and, when held-out rows are given, what both parts share. Proposes how to split.
 * @throws MlError bad-argument for unknown columns; cancelled.
 */
export function detectLeakage(frame: Frame, options: DetectLeakageOptions): LeakageReport {
  const { target, problem, heldOut, timeColumn, groupColumn, seed } = options;
  const control = options.control ?? UNWATCHED;
  for (const name of [timeColumn, groupColumn]) if (name !== undefined) getColumn(frame, name);
  const names = options.features ?? frame.columns.map(({ name }) => name).filter((name) => name !== target);
  const hints = findLeakage(frame, target, { problem, features: names, seed, control });
  const named = new Set(hints.flatMap((hint) => hint.columns));
  hints.push(
    ...names
      .map((name) => getColumn(frame, name))
      .filter((column) => !named.has(column.name) && isIdentifierLike(column))
      .map(({ name }): LeakageHint => {
        const message = `"${name}" has another value in every row, as a key or row number has. A model can only learn the rows by heart; leave it out.`;
        return {
          kind: "identifier",
          columns: [name],
          severity: "suspicious",
          measure: "share",
          value: 1,
          message,
        };
      }),
  );
  const split = proposeSplit(frame, {
    target,
    problem,
    ...(timeColumn === undefined ? {} : { timeColumn }),
    ...(groupColumn === undefined ? {} : { groupColumn }),
  });
  if (heldOut !== undefined) {
    const time =
      timeColumn ?? (groupColumn === undefined ? findTimeColumns(frame, target)[0]?.name : undefined);
    const groups = groupColumn === undefined ? findEntityColumns(frame) : [groupColumn];
    hints.push(
      ...findPartOverlap(
        { training: frame, heldOut },
        { groupColumns: groups, control, ...(time === undefined ? {} : { timeColumn: time }) },
      ).map((hint) => softened(hint, { timeColumn, groupColumn })),
    );
  }
  return { hints: hints.toSorted(compareHints), split };
}

/** What only looks like a time or a group is asked about, not claimed. */
function softened(
  hint: LeakageHint,
  named: { readonly timeColumn: string | undefined; readonly groupColumn: string | undefined },
): LeakageHint {
  const isClaimed =
    (hint.kind !== "time-overlap" || named.timeColumn !== undefined) &&
    (hint.kind !== "group-overlap" || named.groupColumn !== undefined);
  return isClaimed ? hint : { ...hint, severity: "suspicious" };
}
