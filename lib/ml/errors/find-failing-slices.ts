import { UNWATCHED, type Control } from "../control.ts";
import { adjustedPValues } from "../drift/benjamini-hochberg.ts";
import { getColumn, type Frame } from "../frame/frame.ts";
import { requireInRange } from "../parameter-range.ts";
import { cutColumn, type CutColumn } from "./cut-column.ts";
import { subtractSums, testSlice, type SliceTest, type Sums } from "./slice-statistics.ts";

export interface SliceOptions {
  /** Columns whose values form slices. */
  readonly columns: readonly string[];
  /** Whether the losses are 0 or 1. */
  readonly isError: boolean;
  /** 1: single columns; 2: pairs of columns as well. Default 2. */
  readonly depth?: 1 | 2;
  /** Bands for numbers and dates, 2 to 20; default 4. */
  readonly bands?: number;
  /** Smaller slices are not looked at; default 30 rows or one in 200, whichever is more. */
  readonly minimalRows?: number;
  /** Share of false finds among those reported; default 0.05. */
  readonly level?: number;
  readonly control?: Control;
}

/** One condition of a slice: the rows whose column has this value or lies in this band. */
export interface SliceCondition {
  readonly column: string;
  readonly value: string;
}

/** Rows that a model fails more often than the rest, beyond chance. */
export interface FailingSlice extends SliceTest {
  readonly conditions: readonly SliceCondition[];
  readonly rows: number;
  /** p adjusted by Benjamini and Hochberg for all slices looked at. */
  readonly adjustedP: number;
  /** rows * (mean - rest): how much loss the slice has above what it would have as a part of the rest. */
  readonly excess: number;
}

export interface FoundSlices {
  /** Most excess first. */
  readonly slices: readonly FailingSlice[];
  /** Slices with enough rows that were tested. */
  readonly tested: number;
  readonly minimalRows: number;
  /** Columns left out, and why. */
  readonly skipped: readonly { readonly column: string; readonly reason: string }[];
}

/** Pairs are formed among this many columns, those with the strongest single slices. */
const MOST_PAIRED = 30;

interface Candidate {
  readonly parts: readonly { readonly cut: CutColumn; readonly code: number }[];
  readonly sums: Sums;
  readonly test: SliceTest;
}

/**
 * Looks for slices with a higher mean loss: every value or band of a column, and every pair of them, with enough rows. A
 * pair is named only where it is worse than the rest of each of its two columns' slices too, so that it says more than
 * either. After Chung, Kraska, Polyzotis, Tae and Whang (2019), with false finds held by Benjamini and Hochberg.
 * @throws MlError bad-argument for unknown columns or impossible options; cancelled.
 */
export function findFailingSlices(frame: Frame, losses: Float64Array, options: SliceOptions): FoundSlices {
  const { depth = 2, bands = 4, level = 0.05, isError } = options;
  const control = options.control ?? UNWATCHED;
  const minimalRows = options.minimalRows ?? Math.max(30, Math.ceil(frame.rowCount / 200));
  requireInRange("bands", bands, { from: 2, to: 20, isInteger: true });
  requireInRange("minimalRows", minimalRows, { from: 2, to: 1e9, isInteger: true });
  requireInRange("level", level, { from: 1e-6, to: 0.5 });
  const skipped: { column: string; reason: string }[] = [];
  const cuts = options.columns.flatMap((name): CutColumn[] => {
    const cut = cutColumn(getColumn(frame, name), bands);
    if (cut === null) skipped.push({ column: name, reason: "no values to slice by" });
    return cut === null ? [] : [cut];
  });
  const whole = sumsOf(losses);
  const judge = (parts: Candidate["parts"], sums: Sums): Candidate[] => {
    if (sums.count < minimalRows) return [];
    const test = testSlice(sums, subtractSums(whole, sums), isError);
    return test === null ? [] : [{ parts, sums, test }];
  };
  const singles = cuts.map((cut, index) => {
    control.throwIfCancelled();
    control.report({ stage: "slices", done: index + 1, total: cuts.length });
    return sumsByCode(cut.codes, cut.labels.length, losses).map((sums, code) => judge([{ cut, code }], sums));
  });
  const candidates = singles.flat(2);
  if (depth === 2) {
    const paired = strongest(cuts, singles);
    for (const [first, left] of paired.entries()) {
      control.throwIfCancelled();
      control.report({ stage: "pairs", done: first + 1, total: paired.length });
      for (const right of paired.slice(first + 1)) {
        const width = right.labels.length;
        const codes = left.codes.map((code, row) => {
          const other = right.codes[row]!;
          return code < 0 || other < 0 ? -1 : code * width + other;
        });
        for (const [code, sums] of sumsByCode(codes, left.labels.length * width, losses).entries()) {
          const parts = [
            { cut: left, code: Math.floor(code / width) },
            { cut: right, code: code % width },
          ];
          candidates.push(...judge(parts, sums));
        }
      }
    }
  }
  const isWorse = (sums: Sums, parent: Sums | undefined): boolean => {
    if (parent === undefined || parent.count === sums.count) return false;
    const test = testSlice(sums, subtractSums(parent, sums), isError);
    return test !== null && test.mean > test.rest && test.p < level;
  };
  const parents = new Map(singles.flat(2).map((single) => [keyOf(single.parts[0]!), single.sums]));
  const adjusted = adjustedPValues(candidates.map(({ test }) => test.p));
  const slices = candidates.flatMap(({ parts, sums, test }, index): FailingSlice[] => {
    const adjustedP = adjusted[index]!;
    if (adjustedP >= level || test.mean <= test.rest) return [];
    const saysMore = parts.length === 1 || parts.every((part) => isWorse(sums, parents.get(keyOf(part))));
    if (!saysMore) return [];
    return [
      {
        conditions: parts.map(({ cut, code }) => ({ column: cut.name, value: cut.labels[code]! })),
        rows: sums.count,
        ...test,
        adjustedP,
        excess: sums.count * (test.mean - test.rest),
      },
    ];
  });
  return {
    slices: slices.toSorted((left, right) => right.excess - left.excess),
    tested: candidates.length,
    minimalRows,
    skipped,
  };
}

function keyOf({ cut, code }: Candidate["parts"][number]): string {
  return `${cut.name}\u0000${code}`;
}

/** The columns whose single slices differ most; equal ones in the given order. */
function strongest(cuts: readonly CutColumn[], singles: readonly (readonly Candidate[][])[]): CutColumn[] {
  const least = singles.map((list) => Math.min(1, ...list.flat().map(({ test }) => test.p)));
  return cuts
    .map((cut, index) => ({ cut, index, p: least[index]! }))
    .toSorted((left, right) => left.p - right.p || left.index - right.index)
    .slice(0, MOST_PAIRED)
    .toSorted((left, right) => left.index - right.index)
    .map(({ cut }) => cut);
}

function sumsOf(losses: Float64Array): Sums {
  let sum = 0;
  let squares = 0;
  for (const loss of losses) {
    sum += loss;
    squares += loss * loss;
  }
  return { count: losses.length, sum, squares };
}

function sumsByCode(codes: Int32Array, codeCount: number, losses: Float64Array): Sums[] {
  const counts = new Float64Array(codeCount);
  const sums = new Float64Array(codeCount);
  const squares = new Float64Array(codeCount);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (code < 0) continue;
    const loss = losses[row]!;
    counts[code]!++;
    sums[code]! += loss;
    squares[code]! += loss * loss;
  }
  return Array.from(counts, (count, code) => ({ count, sum: sums[code]!, squares: squares[code]! }));
}
