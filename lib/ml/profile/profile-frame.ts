import { UNWATCHED, type Control } from "../control.ts";
import { getColumn, type Frame } from "../frame/frame.ts";
import { profileColumn, type ColumnProfile } from "./column-profile.ts";
import { findDuplicateColumns, findDuplicateRows, type DuplicateRows } from "./duplicates.ts";
import { associate, type Association } from "./association.ts";

export interface FrameProfile {
  readonly rowCount: number;
  readonly columnCount: number;
  readonly missingCells: number;
  readonly columns: readonly ColumnProfile[];
  readonly duplicateRows: DuplicateRows;
  /** Pairs of columns with the same values in every row. */
  readonly duplicateColumns: readonly (readonly [string, string])[];
  /** How strongly each column goes with the target, strongest first; empty without a target. */
  readonly associations: readonly Association[];
}

export interface ProfileOptions {
  readonly target?: string;
  readonly control?: Control;
}

/**
 * Describes a data set: every column, duplicates, and how columns go with the target.
 * @throws MlError bad-argument for an unknown target; cancelled.
 */
export function profileFrame(frame: Frame, options: ProfileOptions = {}): FrameProfile {
  const control = options.control ?? UNWATCHED;
  const target = options.target === undefined ? null : getColumn(frame, options.target);
  const columns = frame.columns.map((column, index) => {
    control.throwIfCancelled();
    control.report({ stage: "profile", done: index + 1, total: frame.columns.length });
    return profileColumn(column);
  });
  const duplicateRows = findDuplicateRows(frame, control);
  const associations =
    target === null
      ? []
      : frame.columns
          .filter((column) => column !== target)
          .flatMap((column) => associate(column, target) ?? [])
          .toSorted((left, right) => Math.abs(right.strength) - Math.abs(left.strength));
  return {
    rowCount: frame.rowCount,
    columnCount: frame.columns.length,
    missingCells: columns.reduce((sum, column) => sum + column.missing, 0),
    columns,
    duplicateRows,
    duplicateColumns: findDuplicateColumns(frame),
    associations,
  };
}
