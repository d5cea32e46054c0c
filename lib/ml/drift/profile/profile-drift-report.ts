import type { CategoricalDrift } from "../compare-columns.ts";
import { judge, type DriftVerdict } from "../compare-frames.ts";
import { divergences, PSI_RULE } from "../divergences.ts";
import { CategoryCounter } from "./category-counter.ts";
import {
  compareCategoriesWithProfile,
  compareNumbersWithProfile,
  OTHER_CATEGORIES,
  type ProfileNumericDrift,
} from "./compare-with-profile.ts";
import type { CountedColumn } from "./drift-accumulator.ts";
import { NumberCounter } from "./number-counter.ts";
import type { ReferenceProfile } from "./reference-profile.ts";

export interface ProfileColumnDrift {
  readonly column: string;
  /** By the usual bands, from `psi` or from `missingPsi` where that is larger. */
  readonly verdict: DriftVerdict;
  readonly psi: number;
  readonly missingPsi: number;
  readonly comparison: ProfileNumericDrift | CategoricalDrift;
}

/** Something in the new rows that the profile rules out, beside distributions that moved. */
export interface ProfileFinding {
  readonly column: string;
  readonly kind:
    | "new-column"
    | "missing-column"
    | "kind-changed"
    | "new-categories"
    | "out-of-range"
    | "infinite-values"
    | "lost-all-values"
    | "new-values";
  /** Rows concerned. */
  readonly rows: number;
  readonly message: string;
}

export interface ProfileDriftReport {
  readonly referenceRows: number;
  readonly currentRows: number;
  readonly referenceFingerprint: string;
  readonly columns: readonly ProfileColumnDrift[];
  readonly skipped: readonly { readonly column: string; readonly reason: string }[];
  readonly findings: readonly ProfileFinding[];
  readonly psiRule: string;
  /** How exact the numbers are that would need all rows of both sides. */
  readonly precision: string;
}

/** What a stream held. */
interface CountedStream {
  readonly columns: readonly CountedColumn[];
  readonly newColumns: readonly (readonly [string, number])[];
  readonly rowCount: number;
}

/** Compares what was counted with the profile, column by column. */
export function reportDrift(profile: ReferenceProfile, stream: CountedStream): ProfileDriftReport {
  const columns: ProfileColumnDrift[] = [];
  const skipped: { column: string; reason: string }[] = [];
  const findings: ProfileFinding[] = [];
  for (const counted of stream.columns) {
    findings.push(...findingsOf(counted));
    const outcome = compareCounted(counted);
    if (typeof outcome === "string") skipped.push({ column: counted.reference.name, reason: outcome });
    else columns.push(outcome);
  }
  for (const [column, rows] of stream.newColumns) {
    findings.push({ column, kind: "new-column", rows, message: "the profile does not have this column" });
  }
  return {
    referenceRows: profile.rowCount,
    currentRows: stream.rowCount,
    referenceFingerprint: profile.fingerprint,
    columns,
    skipped,
    findings,
    psiRule: PSI_RULE,
    precision: precisionRule(profile.resolution),
  };
}

function precisionRule(resolution: number): string {
  return (
    "PSI, divergences, chi-squared and Welch's test are exact. Columns of numbers with at most " +
    `${resolution} distinct reference values have an exact Kolmogorov-Smirnov statistic; of others it is taken at ` +
    `${resolution} reference quantiles, which can only make it too small, and largestStatistic bounds it from above. ` +
    "The Wasserstein distance is within its stated error. Ranks (Mann-Whitney) need the rows and are left out"
  );
}

function compareCounted({
  reference,
  counter,
  absent,
  otherKinds,
}: CountedColumn): ProfileColumnDrift | string {
  if (reference.kind === "date") return "a date, which moves with time by nature";
  if (reference.kind === "text") return "free text";
  const rows = (counter?.count ?? 0) + (counter?.missing ?? 0);
  if (rows === 0) {
    const [kind] = [...otherKinds.keys()].toSorted();
    if (kind !== undefined) return `${reference.kind} in the reference but ${kind} in the current data`;
    if (absent > 0) return "absent in the current data";
  }
  const missingPsi = divergences({
    reference: [reference.count, reference.missing],
    current: [counter?.count ?? 0, counter?.missing ?? 0],
  }).psi;
  if (reference.kind === "numeric" && counter instanceof NumberCounter) {
    if (reference.count === 0 || counter.count === 0) return "no value on one side";
    if (Number.isNaN(counter.moments().squares)) return "numbers too large to square; clean them first";
    const comparison = compareNumbersWithProfile(reference, counter);
    const { psi } = comparison;
    return { column: reference.name, verdict: judge(Math.max(psi, missingPsi)), psi, missingPsi, comparison };
  }
  if (reference.kind === "categorical" && counter instanceof CategoryCounter) {
    const comparison = compareCategoriesWithProfile(reference, counter);
    // Among categories, missing is already a bin of the PSI.
    const { psi } = comparison;
    return { column: reference.name, verdict: judge(psi), psi, missingPsi, comparison };
  }
  return "of another kind than the profile says";
}

function findingsOf({ reference, counter, absent, otherKinds }: CountedColumn): ProfileFinding[] {
  const findings: ProfileFinding[] = [];
  const add = (kind: ProfileFinding["kind"], rows: number, message: string): void => {
    if (rows > 0) findings.push({ column: reference.name, kind, rows, message });
  };
  add("missing-column", absent, "rows came without this column");
  for (const [kind, rows] of [...otherKinds].toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    add("kind-changed", rows, `the column is ${kind} where the profile has ${reference.kind} values`);
  }
  const present = counter?.count ?? 0;
  if (reference.count > 0 && present === 0 && counter !== null) {
    add("lost-all-values", counter.missing, "no row has a value where the reference had some");
  }
  if (reference.count === 0) add("new-values", present, "rows have a value where no reference row had one");
  if (counter instanceof NumberCounter && reference.kind === "numeric") {
    add("infinite-values", counter.infinite, "infinite numbers, which the comparison leaves out");
    if (reference.count > 0) {
      const message = `outside the reference's range ${reference.min} to ${reference.max}`;
      add("out-of-range", counter.between[0]! + counter.between.at(-1)!, message);
    }
  }
  if (counter instanceof CategoryCounter && reference.kind === "categorical") {
    const { categories, counts, rest } = counter.unseen();
    const rows = counts.reduce((sum, count) => sum + count, 0) + rest;
    const message =
      reference.other > 0
        ? `not among the ${reference.categories.length} categories that the profile lists; it joined the rarer ones as ${OTHER_CATEGORIES}`
        : `${categories.length}${rest > 0 ? " or more" : ""} categories that the reference does not have`;
    add("new-categories", rows, message);
  }
  return findings;
}
