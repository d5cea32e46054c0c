import { UNWATCHED, type Control } from "../../control.ts";
import type { Frame } from "../../frame/frame.ts";
import {
  columnLength,
  compareCodePoints,
  isMissing,
  type Column,
  type ColumnKind,
} from "../../score/column.ts";
import { MlError } from "../../score/ml-error.ts";
import { CategoryCounter } from "./category-counter.ts";
import { checkProfile } from "./check-profile.ts";
import { NumberCounter } from "./number-counter.ts";
import { reportDrift, type ProfileDriftReport } from "./profile-drift-report.ts";
import type { ReferenceColumn, ReferenceProfile } from "./reference-profile.ts";

/** Compares a stream of rows with a profile. Memory depends on the profile alone, never on the number of rows. */
export interface DriftAccumulator {
  readonly profile: ReferenceProfile;
  /**
   * Counts the rows of a part of the stream.
   * @throws MlError cancelled; bad-data above 134 million rows.
   */
  add(part: Frame, control?: Control): void;
  /**
   * Adds what another accumulator over the same profile has counted. How rows were cut into parts, and the order of
   * adding and merging, change nothing in the report.
   * @throws MlError bad-argument when it belongs to another profile.
   */
  merge(other: DriftAccumulator): void;
  /** @throws MlError bad-data before any row was added. */
  report(): ProfileDriftReport;
}

/** What the stream held of one profiled column. */
export interface CountedColumn {
  readonly reference: ReferenceColumn;
  readonly counter: NumberCounter | CategoryCounter | null;
  /** Rows of parts in which the column was not there. */
  absent: number;
  /** Rows of parts in which it was of a kind that cannot be compared, by kind. */
  readonly otherKinds: Map<ColumnKind, number>;
}

/** @throws MlError bad-data when the profile contradicts itself. */
export function createDriftAccumulator(profile: ReferenceProfile): DriftAccumulator {
  checkProfile(profile);
  return new Accumulator(profile);
}

class Accumulator implements DriftAccumulator {
  readonly profile: ReferenceProfile;
  readonly #columns: CountedColumn[];
  /** Rows by the name of a column that the profile does not have. */
  readonly #newColumns = new Map<string, number>();
  #rowCount = 0;

  constructor(profile: ReferenceProfile) {
    this.profile = profile;
    this.#columns = profile.columns.map((reference) => ({
      reference,
      counter: counterFor(reference),
      absent: 0,
      otherKinds: new Map(),
    }));
  }

  add(part: Frame, control: Control = UNWATCHED): void {
    const byName = new Map(part.columns.map((column) => [column.name, column]));
    for (const [index, counted] of this.#columns.entries()) {
      control.throwIfCancelled();
      control.report({ stage: "drift", done: index + 1, total: this.#columns.length });
      const column = byName.get(counted.reference.name);
      byName.delete(counted.reference.name);
      if (column === undefined) counted.absent += part.rowCount;
      else count(counted, column);
    }
    for (const name of byName.keys()) addRows(this.#newColumns, name, part.rowCount);
    this.#rowCount += part.rowCount;
  }

  merge(other: DriftAccumulator): void {
    if (!(other instanceof Accumulator) || !isSameProfile(this.profile, other.profile)) {
      throw new MlError(
        "bad-argument",
        "The two comparisons have different profiles. Compare with one profile.",
      );
    }
    for (const [index, counted] of this.#columns.entries()) {
      const added = other.#columns[index]!;
      if (counted.counter instanceof NumberCounter && added.counter instanceof NumberCounter) {
        counted.counter.merge(added.counter);
      } else if (counted.counter instanceof CategoryCounter && added.counter instanceof CategoryCounter) {
        counted.counter.merge(added.counter);
      }
      counted.absent += added.absent;
      for (const [kind, rows] of added.otherKinds) addRows(counted.otherKinds, kind, rows);
    }
    for (const [name, rows] of other.#newColumns) addRows(this.#newColumns, name, rows);
    this.#rowCount += other.#rowCount;
  }

  report(): ProfileDriftReport {
    if (this.#rowCount === 0) {
      throw new MlError("bad-data", "No row has been added to compare with the profile. Add some first.");
    }
    const newColumns = [...this.#newColumns].toSorted(([left], [right]) => compareCodePoints(left, right));
    return reportDrift(this.profile, { columns: this.#columns, newColumns, rowCount: this.#rowCount });
  }
}

function isSameProfile(left: ReferenceProfile, right: ReferenceProfile): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}

function counterFor(reference: ReferenceColumn): CountedColumn["counter"] {
  if (reference.kind === "numeric") {
    return new NumberCounter(Float64Array.from(reference.cuts), reference.mean);
  }
  return reference.kind === "categorical" ? new CategoryCounter(reference.categories) : null;
}

function count(counted: CountedColumn, column: Column): void {
  const { counter } = counted;
  if (counter instanceof NumberCounter && column.kind === "numeric") counter.add(column.values);
  else if (
    counter instanceof CategoryCounter &&
    (column.kind === "categorical" || column.kind === "boolean")
  ) {
    counter.add(column);
  } else if (counter === null && column.kind === counted.reference.kind) return;
  else if (!hasValue(column)) counter?.addMissing(columnLength(column));
  else addRows(counted.otherKinds, column.kind, columnLength(column));
}

/** A part in which a column is empty may have been read as any kind. */
function hasValue(column: Column): boolean {
  for (let row = 0; row < columnLength(column); row++) if (!isMissing(column, row)) return true;
  return false;
}

function addRows<Key>(map: Map<Key, number>, key: Key, rows: number): void {
  map.set(key, (map.get(key) ?? 0) + rows);
}
