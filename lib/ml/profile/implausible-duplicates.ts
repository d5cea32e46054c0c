import type { Frame } from "../frame/frame.ts";
import { type Column, columnLength } from "../score/column.ts";
import { duplicateRows } from "./duplicates.ts";

export interface DuplicateVerdict {
  /** Rows that repeat an earlier one in every column. */
  count: number;
  /** Chance cannot have made them: they are copies. */
  isImplausible: boolean;
}

/** As many expected chance pairs as this a found pair make copying doubtful. */
const DOUBT = 0.05;
/** A copying fault repeats a row once or twice; a state that comes back repeats it often. */
const MOST_COPIES = 2;
/** A file put in twice repeats this part of its rows equally often. */
const EVENLY = 0.9;
/** Equal rows that are less than this part of the almost equal ones are where values happened to meet. */
const DISTINCTIVE = 0.5;
/** Columns tried for almost equal rows: those with most information. */
const MOST_COLUMNS = 12;

/**
 * Tells copied rows from rows that are equal because the columns have few values. Copies are claimed only when three
 * views agree. (1) Were columns independent, two rows would agree with probability q, the product over columns of the
 * share of pairs that agree in it; n rows then hold about q n(n-1)/2 equal pairs. Columns go together, so the square root of q
 * is compared with what was found. (2) Each repeated row occurs two or three times, or all equally often, as copying
 * makes them; a state that comes back (a device at rest) occurs many times. (3) Rows that differ in one column only
 * are not more frequent than equal ones, whichever column it is: where values meet by chance, near misses are
 * plentiful.
 */
export function implausibleDuplicates(frame: Frame): DuplicateVerdict {
  const count = [...duplicateRows(frame)].length;
  if (count === 0) return { count, isImplausible: false };
  const columns = frame.columns.map((column, index): HashedColumn => {
    const values = cellNumbers(column);
    return { hashes: hashesOf(values, index), agreement: agreementOf(values) };
  });
  const rowHashes = sumOf(columns, frame.rowCount);
  const sizes = runLengths(rowHashes.toSorted());
  const isImplausible =
    isMoreThanChance(columns, frame.rowCount, count) &&
    isCopiedRegularly(sizes) &&
    !hasNearMisses(columns, rowHashes, pairsIn(sizes));
  return { count, isImplausible };
}

interface HashedColumn {
  /** A number in [0, MODULUS) per cell, the same for equal cells. */
  hashes: Float64Array;
  /** The chance that two rows agree in it. */
  agreement: number;
}

function isMoreThanChance(columns: readonly HashedColumn[], rows: number, count: number): boolean {
  const logAgreement = columns.reduce((sum, { agreement }) => sum + Math.log(agreement), 0);
  // Half the columns' information may be shared between them.
  const expected = Math.exp(0.5 * logAgreement) * ((rows * (rows - 1)) / 2);
  return expected < DOUBT * count;
}

function isCopiedRegularly(sizes: readonly number[]): boolean {
  const repeated = sizes.filter((size) => size > 1);
  const copies = repeated.reduce((sum, size) => sum + size - 1, 0);
  if (copies <= MOST_COPIES * repeated.length) return true;
  const bySize = new Map<number, number>();
  for (const size of sizes) bySize.set(size, (bySize.get(size) ?? 0) + 1);
  const [most] = [...bySize].toSorted(([, left], [, right]) => right - left);
  return most !== undefined && most[0] > 1 && most[1] >= EVENLY * sizes.length;
}

function hasNearMisses(columns: readonly HashedColumn[], rowHashes: Float64Array, equal: number): boolean {
  const informative = columns
    .toSorted((left, right) => left.agreement - right.agreement)
    .slice(0, MOST_COLUMNS);
  return informative.some(({ hashes }) => {
    const others = rowHashes.map((hash, row) => (hash - (hashes[row] ?? 0) + MODULUS) % MODULUS).sort();
    return equal <= DISTINCTIVE * pairsIn(runLengths(others));
  });
}

const pairsIn = (sizes: readonly number[]): number =>
  sizes.reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);

/** A row's hash is the sum of its cells' hashes, so that one column can be taken out again. */
const MODULUS = 2 ** 52;

function sumOf(columns: readonly HashedColumn[], rows: number): Float64Array {
  const sums = new Float64Array(rows);
  for (const { hashes } of columns) {
    for (let row = 0; row < rows; row += 1) sums[row] = ((sums[row] ?? 0) + (hashes[row] ?? 0)) % MODULUS;
  }
  return sums;
}

/** Salted by the column's place: the same two values in exchanged columns must not add up to the same. */
function hashesOf(values: Float64Array, index: number): Float64Array {
  const view = new DataView(new ArrayBuffer(8));
  const salt = Math.imul(index + 1, 0x9e3779b1);
  return values.map((value) => {
    view.setFloat64(0, value);
    const high = mixed(mixed(view.getInt32(0) ^ salt) + view.getInt32(4));
    const low = mixed(high ^ mixed(view.getInt32(4) ^ (salt >>> 7)));
    return (high >>> 0) * 2 ** 20 + (low >>> 12);
  });
}

/** The finaliser of MurmurHash3: every bit of the input moves half the bits of the output. */
function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** How often each value of an ascending list occurs. */
function runLengths(sorted: Float64Array): number[] {
  const lengths: number[] = [];
  let start = 0;
  for (let index = 1; index <= sorted.length; index += 1) {
    if (index < sorted.length && Object.is(sorted[index], sorted[start])) continue;
    lengths.push(index - start);
    start = index;
  }
  return lengths;
}

/** Counted over pairs of different rows: a row agrees with itself in every column, which says nothing. */
function agreementOf(values: Float64Array): number {
  return pairsIn(runLengths(values.toSorted())) / ((values.length * (values.length - 1)) / 2);
}

/** One number per cell, equal exactly where cells are equal; missing cells are equal to each other. */
function cellNumbers(column: Column): Float64Array {
  switch (column.kind) {
    case "numeric":
    case "date":
      // Adding 0 turns -0 into 0.
      return column.values.map((value) => value + 0);
    case "categorical":
      return Float64Array.from(column.codes);
    case "boolean":
      return Float64Array.from(column.values);
    default: {
      const codes = new Map<string | null, number>();
      return Float64Array.from({ length: columnLength(column) }, (_, row) => {
        const text = column.values[row] ?? null;
        const code = codes.get(text) ?? codes.size;
        codes.set(text, code);
        return code;
      });
    }
  }
}
