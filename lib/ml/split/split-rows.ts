import { assertNever } from "../score/assert-never.ts";
import { cellText, isMissing } from "../score/column.ts";
import { MlError } from "../score/ml-error.ts";
import { fingerprintIndices } from "../frame/fingerprint-rows.ts";
import { getColumn, type Frame } from "../frame/frame.ts";
import { createRandom, shuffledIndices, type Random } from "../random.ts";

/** Shares of the parts; each in [0, 1), their sum 1. */
export interface SplitShares {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/**
 * `random`: rows at random. `stratified`: at random within each class of `column`, so that all parts have its shares.
 * `grouped`: all rows with the same value of `column` in one part. `time-ordered`: the earliest rows by `column`
 * train, the latest test; rows of one moment stay together.
 */
export type SplitStrategy =
  | { readonly kind: "random" }
  | { readonly kind: "stratified"; readonly column: string }
  | { readonly kind: "grouped"; readonly column: string }
  | { readonly kind: "time-ordered"; readonly column: string };

export interface SplitOptions {
  readonly strategy: SplitStrategy;
  readonly shares: SplitShares;
  readonly seed: number;
}

/** Ascending 0-based row indices of each part; every row of the frame is in exactly one. */
export interface Split {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
  readonly strategy: SplitStrategy;
  readonly seed: number;
  /** SHA-256 of each part's indices in decimal, one a line. */
  readonly fingerprints: { readonly train: string; readonly validation: string; readonly test: string };
  readonly notes: readonly string[];
}

type Part = 0 | 1 | 2;

/**
 * Splits the rows of a frame into train, validation and test.
 * @throws MlError bad-argument for shares that do not add up to 1 or an unusable column; bad-data when a part that
 * should have rows gets none, or a time is missing.
 */
export function splitRows(frame: Frame, options: SplitOptions): Split {
  const { strategy, shares, seed } = options;
  checkShares(shares);
  const notes: string[] = [];
  const parts = assignParts(frame, options, notes);
  const [train, validation, test] = ([0, 1, 2] as const).map((part) => indicesOf(parts, part));
  for (const [name, indices] of Object.entries({ train, validation, test })) {
    if (shares[name as keyof SplitShares] > 0 && indices!.length === 0) {
      throw new MlError(
        "bad-data",
        `The ${name} part would be empty: ${frame.rowCount} rows are too few for this ${strategy.kind} split. ` +
          "Use more rows, fewer parts or another strategy.",
      );
    }
  }
  return {
    train: train!,
    validation: validation!,
    test: test!,
    strategy,
    seed,
    fingerprints: {
      train: fingerprintIndices(train!),
      validation: fingerprintIndices(validation!),
      test: fingerprintIndices(test!),
    },
    notes,
  };
}

function checkShares(shares: SplitShares): void {
  const list = [shares.train, shares.validation, shares.test];
  const sum = list.reduce((total, share) => total + share, 0);
  if (list.some((share) => !(share >= 0 && share <= 1)) || Math.abs(sum - 1) > 1e-9 || shares.train === 0) {
    throw new MlError(
      "bad-argument",
      `The shares ${list.join(", ")} must lie between 0 and 1, add up to 1, and leave rows to train on.`,
    );
  }
}

function assignParts(frame: Frame, { strategy, shares, seed }: SplitOptions, notes: string[]): Uint8Array {
  const random = createRandom(seed);
  switch (strategy.kind) {
    case "random":
      return spread([shuffledIndices(frame.rowCount, random)], shares, frame.rowCount);
    case "stratified": {
      const strata = rowsByValue(frame, strategy.column);
      const wanted = [shares.train, shares.validation, shares.test].filter((share) => share > 0).length;
      for (const [value, rows] of strata) {
        if (rows.length < wanted) {
          notes.push(`Class "${value}" has only ${rows.length} rows, so some parts have none of it.`);
        }
      }
      const shuffled = [...strata.values()].map((rows) => shuffleRows(rows, random));
      return spread(shuffled, shares, frame.rowCount);
    }
    case "grouped":
      return spreadGroups(rowsByValue(frame, strategy.column), { shares, random, rowCount: frame.rowCount });
    case "time-ordered":
      return spreadTimes(frame, strategy.column, shares);
    default:
      return assertNever(strategy);
  }
}

function shuffleRows(rows: readonly number[], random: Random): Uint32Array {
  return shuffledIndices(rows.length, random).map((place) => rows[place]!);
}

function rowsByValue(frame: Frame, name: string): Map<string, number[]> {
  const column = getColumn(frame, name);
  const rows = new Map<string, number[]>();
  for (let row = 0; row < frame.rowCount; row++) {
    const value = cellText(column, row) ?? "(missing)";
    const list = rows.get(value);
    if (list === undefined) rows.set(value, [row]);
    else list.push(row);
  }
  return new Map([...rows].toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)));
}

/**
 * Cuts each list of rows at the shares. Rounding errors are carried from list to list, so that the totals are right
 * within one row however many lists there are.
 */
function spread(lists: readonly ArrayLike<number>[], shares: SplitShares, rowCount: number): Uint8Array {
  const parts = new Uint8Array(rowCount);
  let validationDebt = 0;
  let testDebt = 0;
  for (const list of lists) {
    const validationExact = list.length * shares.validation + validationDebt;
    const testExact = list.length * shares.test + testDebt;
    const validation = Math.min(list.length, Math.max(0, Math.round(validationExact)));
    const test = Math.min(list.length - validation, Math.max(0, Math.round(testExact)));
    validationDebt = validationExact - validation;
    testDebt = testExact - test;
    for (let place = 0; place < list.length; place++) {
      const part: Part = place < test ? 2 : place < test + validation ? 1 : 0;
      parts[list[place]!] = part;
    }
  }
  return parts;
}

interface GroupSpread {
  readonly shares: SplitShares;
  readonly random: Random;
  readonly rowCount: number;
}

/** Gives whole groups, in random order, to the part that lacks most of its share of rows. */
function spreadGroups(groups: Map<string, number[]>, { shares, random, rowCount }: GroupSpread): Uint8Array {
  const lists = [...groups.values()];
  const parts = new Uint8Array(rowCount);
  const missing = [shares.train * rowCount, shares.validation * rowCount, shares.test * rowCount];
  for (const place of shuffledIndices(lists.length, random)) {
    const list = lists[place]!;
    const part = missing.indexOf(Math.max(...missing));
    for (const row of list) parts[row] = part;
    missing[part]! -= list.length;
  }
  return parts;
}

function spreadTimes(frame: Frame, name: string, shares: SplitShares): Uint8Array {
  const column = getColumn(frame, name);
  if (column.kind !== "date" && column.kind !== "numeric") {
    throw new MlError(
      "bad-argument",
      `Column "${name}" is ${column.kind}; a time-ordered split needs dates or numbers. Cast it or name another one.`,
    );
  }
  for (let row = 0; row < frame.rowCount; row++) {
    if (isMissing(column, row)) {
      throw new MlError(
        "bad-data",
        `Row ${row + 1} has no time in "${name}". Drop the row or fill the time in.`,
        {
          details: { row: row + 1, column: name },
        },
      );
    }
  }
  const { values } = column;
  const order = Uint32Array.from({ length: frame.rowCount }, (_, row) => row);
  order.sort((left, right) => values[left]! - values[right]! || left - right);
  const cut = (share: number): number => {
    let place = Math.round(frame.rowCount * share);
    while (place > 0 && place < order.length && values[order[place]!] === values[order[place - 1]!]) place++;
    return place;
  };
  const trainEnd = cut(shares.train);
  const validationEnd =
    shares.test === 0 ? order.length : Math.max(trainEnd, cut(shares.train + shares.validation));
  const parts = new Uint8Array(frame.rowCount);
  for (const [place, row] of order.entries())
    parts[row] = place < trainEnd ? 0 : place < validationEnd ? 1 : 2;
  return parts;
}

function indicesOf(parts: Uint8Array, part: Part): Uint32Array {
  let count = 0;
  for (const value of parts) if (value === part) count++;
  const indices = new Uint32Array(count);
  let place = 0;
  for (let row = 0; row < parts.length; row++) if (parts[row] === part) indices[place++] = row;
  return indices;
}
