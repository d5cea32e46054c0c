import { chiSquaredContingency, fisherExact } from "#lib/ml/drift/chi-squared.ts";
import {
  adjustedPValues,
  type CategoricalDrift,
  type ColumnDrift,
  type ProfileColumnDrift,
} from "#lib/ml/index.ts";

/** Chance of calling a table drifted that has not: shared by all tests of one comparison. */
export const ALPHA = 0.01;
/** From here on a shift is worth a look (Siddiqi 2006). */
export const MODERATE = 0.1;
/** Expected rows that a cell of a chi-squared table needs (Cochran 1954). */
const EXPECTED = 5;
/** Up to here the exact test of a 2 x 2 table is cheap, and needed. */
const EXACT_ROWS = 2000;

export type DriftWord = "stable" | "moderate" | "major";

export interface DriftTest {
  name: "kolmogorov-smirnov" | "chi-squared" | "fisher";
  p: number;
  /** p adjusted for all tests of the comparison (Benjamini and Hochberg 1995), to be read beside it. */
  adjustedP: number;
  /** p is below alpha divided by the number of tests. */
  isSignificant: boolean;
}

/** A column compared with rows or with their profile. */
export interface ComparedColumn {
  column: string;
  psi: number;
  missingPsi: number;
  comparison: Comparison;
}

type Comparison = ColumnDrift["comparison"] | ProfileColumnDrift["comparison"];

/** One column under the rule. */
export interface JudgedColumn {
  column: string;
  verdict: DriftWord;
  isDrifted: boolean;
  /** Population stability index of the values, whatever the test says. */
  psi: number;
  /** The same of the two bins present and missing. */
  missingPsi: number;
  /** The larger of the two indices among those whose test is significant, else 0: what the verdict rests on. */
  countedPsi: number;
  test: DriftTest;
  /** Of the share of missing numbers; null where none is missing, and for categories, where missing is one of them. */
  missingTest: DriftTest | null;
}

export interface DriftVerdict {
  verdict: DriftWord;
  passed: boolean;
  /** Largest counted index; 0 when no column moved significantly. */
  maxPsi: number;
  /** The column of `maxPsi`; null when none moved significantly. */
  column: string | null;
  tests: number;
  /** Largest counted index first, then by the pure one. */
  columns: JudgedColumn[];
}

/** The rule in words, for reports. */
export function driftRule(limit: number): string {
  return (
    `a column's PSI counts when its test (Kolmogorov-Smirnov for numbers, chi-squared for categories, Fisher's exact ` +
    `test for two categories in up to ${EXACT_ROWS} rows) gives p < ${ALPHA} divided by the number of tests (Bonferroni); the PSI of its missing share counts likewise by the test of that share. ` +
    `The larger one that counts decides: over ${limit} the column has drifted (major), from ${MODERATE} on moderate, else stable. ` +
    "The worst column decides for the table, which passes when no column has drifted"
  );
}

/**
 * Judges compared columns. An index alone cries wolf on small samples: ten bins of thirty rows differ by 0.3 and more
 * when nothing has changed. A test alone cries wolf on large ones, where any trifle is significant. Both must speak.
 */
export function judgeDrift(columns: readonly ComparedColumn[], limit: number): DriftVerdict {
  const tested = columns.map((column) => ({
    column,
    test: valueTest(column.comparison),
    missingTest: missingTest(column.comparison),
  }));
  const tests = tested.reduce((sum, { missingTest: missing }) => sum + (missing === null ? 1 : 2), 0);
  const isSignificant = (p: number): boolean => p < ALPHA / tests;
  const graded = withAdjusted(
    tested.flatMap(({ test, missingTest: missing }) => (missing === null ? [test] : [test, missing])),
  );
  const gradeOf = (test: PlainTest): DriftTest => ({
    ...test,
    adjustedP: graded.get(test) ?? 1,
    isSignificant: isSignificant(test.p),
  });
  const judged = tested.map(({ column, test, missingTest: missing }): JudgedColumn => {
    const { psi, missingPsi } = column;
    const countedPsi = Math.max(
      isSignificant(test.p) ? psi : 0,
      missing !== null && isSignificant(missing.p) ? missingPsi : 0,
    );
    return {
      column: column.column,
      verdict: wordOf(countedPsi, limit),
      isDrifted: countedPsi > limit,
      psi,
      missingPsi,
      countedPsi,
      test: gradeOf(test),
      missingTest: missing === null ? null : gradeOf(missing),
    };
  });
  const ordered = judged.toSorted(
    (left, right) => right.countedPsi - left.countedPsi || right.psi - left.psi,
  );
  const worst = ordered[0];
  const hasMoved = worst !== undefined && worst.countedPsi > 0;
  return {
    verdict: worst?.verdict ?? "stable",
    passed: worst === undefined || !worst.isDrifted,
    maxPsi: hasMoved ? worst.countedPsi : 0,
    column: hasMoved ? worst.column : null,
    tests,
    columns: ordered,
  };
}

function wordOf(countedPsi: number, limit: number): DriftWord {
  if (countedPsi > limit) return "major";
  return countedPsi >= MODERATE ? "moderate" : "stable";
}

type PlainTest = Pick<DriftTest, "name" | "p">;

function withAdjusted(tests: readonly PlainTest[]): Map<PlainTest, number> {
  const adjusted = adjustedPValues(tests.map(({ p }) => p));
  return new Map(tests.map((test, index) => [test, adjusted[index] ?? 1]));
}

function valueTest(comparison: Comparison): PlainTest {
  if (comparison.kind === "numeric") {
    const { exactP, asymptoticP } = comparison.ks;
    return { name: "kolmogorov-smirnov", p: exactP ?? asymptoticP };
  }
  return categoryTest(comparison);
}

/** Pearson's test after joining categories that too few rows are expected in; exact for two categories. */
function categoryTest({ referenceCounts, currentCounts }: CategoricalDrift): PlainTest {
  const counts = { reference: referenceCounts, current: currentCounts };
  return referenceCounts.length === 2 ? twoByTwo(counts) : pearson(withoutRare(counts));
}

interface Counts {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

function pearson(counts: Counts): PlainTest {
  const p = counts.reference.length < 2 ? 1 : chiSquaredContingency(counts).p;
  return { name: "chi-squared", p };
}

function twoByTwo(counts: Counts): PlainTest {
  const exact = total(counts.reference) + total(counts.current) <= EXACT_ROWS ? fisherExact(counts) : null;
  return exact === null ? pearson(counts) : { name: "fisher", p: exact };
}

/** Joins the rarest categories until five rows are expected in each cell of the smaller sample. */
function withoutRare({ reference, current }: Counts): Counts {
  const [first, second] = [total(reference), total(current)];
  const smallerShare = Math.min(first, second) / (first + second);
  const bins = reference
    .map((count, index) => ({ reference: count, current: current[index] ?? 0 }))
    .toSorted((left, right) => left.reference + left.current - (right.reference + right.current));
  const expected = (bin: { reference: number; current: number }): number =>
    (bin.reference + bin.current) * smallerShare;
  const joined = { reference: 0, current: 0 };
  while (bins.length > 0) {
    const [rarest] = bins;
    const isEnough = expected(joined) >= EXPECTED || expected(joined) === 0;
    if (rarest === undefined || (isEnough && expected(rarest) >= EXPECTED)) break;
    joined.reference += rarest.reference;
    joined.current += rarest.current;
    bins.shift();
  }
  const used = joined.reference + joined.current > 0 ? [joined, ...bins] : bins;
  return { reference: used.map((bin) => bin.reference), current: used.map((bin) => bin.current) };
}

function missingTest(comparison: Comparison): PlainTest | null {
  if (comparison.kind === "categorical") return null;
  const [reference, current] = [presence(comparison.reference), presence(comparison.current)];
  const [, missingBefore = 0] = reference;
  const [, missingNow = 0] = current;
  return missingBefore + missingNow === 0 ? null : twoByTwo({ reference, current });
}

/** Rows with and without a value. */
function presence({
  count,
  missingShare,
}: {
  readonly count: number;
  readonly missingShare: number;
}): number[] {
  return [count, Math.round((count * missingShare) / (1 - missingShare))];
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
