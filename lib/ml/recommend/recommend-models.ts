import type { Problem } from "../score/model-file.ts";

/** What of a table decides between algorithms. */
export interface ModelProfile {
  readonly problem: Problem;
  readonly rows: number;
  /** Columns to learn from. */
  readonly columns: number;
  readonly missingShare: number;
  /** Of the columns to learn from. */
  readonly categoricalShare: number;
  /** Rows of the smallest class; null for amounts. */
  readonly smallestClass: number | null;
  readonly wantsReadable: boolean;
}

/** The traits of an algorithm that the profile is weighed against. */
export interface Candidate {
  readonly name: string;
  readonly family: string;
  readonly problems: readonly string[];
  readonly minimalRows: number;
  readonly maximalRows: number | null;
  readonly interpretability: string;
  readonly missing: boolean;
}

export interface Recommendation {
  readonly name: string;
  /** Larger is better; only the order means something. */
  readonly score: number;
  readonly reasons: readonly string[];
}

/** What is usually won on tables of some size, before the table is looked at. */
const USUALLY: Readonly<Record<string, number>> = {
  "boosted trees": 6,
  stack: 5.5,
  forest: 5,
  linear: 4,
  neighbours: 1.5,
  tree: 1,
  baseline: -10,
};
/** Rows per column below which flexible models learn noise. */
const FEW_PER_COLUMN = 10;
const SMALL_CLASS = 50;
const MUCH_MISSING = 0.05;

/**
 * Ranks candidates by rules of thumb, each of which leaves its reason. A starting point: only validation on the table
 * itself decides, and the baseline always stands last as what has to be beaten.
 */
export function recommendModels(profile: ModelProfile, candidates: readonly Candidate[]): Recommendation[] {
  return candidates
    .filter((candidate) => candidate.problems.includes(profile.problem))
    .map((candidate) => weigh(candidate, profile))
    .toSorted((left, right) => right.score - left.score);
}

function weigh(candidate: Candidate, profile: ModelProfile): Recommendation {
  const { family } = candidate;
  const { rows, columns, missingShare, categoricalShare, smallestClass, wantsReadable } = profile;
  const reasons: string[] = [];
  let score = USUALLY[family] ?? 0;
  const weighIn = (change: number, reason: string): void => {
    score += change;
    reasons.push(reason);
  };
  if (family === "baseline")
    return { name: candidate.name, score, reasons: ["what every other model has to beat"] };
  const isFlexible = family !== "linear";
  if (rows < candidate.minimalRows) {
    weighIn(-6, `${rows} rows are fewer than the ${candidate.minimalRows} from which it is worth trying`);
  }
  if (candidate.maximalRows !== null && rows > candidate.maximalRows) {
    weighIn(-4, `${rows} rows are more than it handles well (${candidate.maximalRows})`);
  }
  if (rows < FEW_PER_COLUMN * columns) {
    if (isFlexible)
      weighIn(-1.5, `only ${(rows / Math.max(1, columns)).toFixed(1)} rows a column: it may learn noise`);
    else if (candidate.name === "ols")
      weighIn(-3, "more columns than the rows can tell apart without a penalty");
    else weighIn(1, "its penalty holds many columns with few rows in check");
  }
  if (smallestClass !== null && smallestClass < SMALL_CLASS && isFlexible) {
    weighIn(-1, `the smallest class has ${smallestClass} rows`);
  }
  if (missingShare > MUCH_MISSING) {
    const percent = `${(100 * missingShare).toFixed(1)} % of the cells are missing`;
    if (candidate.missing) weighIn(0.5, `${percent}, which it takes as they are`);
    else weighIn(-0.5, `${percent} and have to be filled in for it`);
  }
  if (categoricalShare > 0.3 && family === "boosted trees") {
    weighIn(0.5, "many columns are categories, which it splits natively");
  }
  if (family === "neighbours" && columns > 20)
    weighIn(-1, `${columns} columns: all rows are nearly equally far`);
  if (wantsReadable) {
    if (candidate.interpretability === "high") weighIn(5, "it can be read, as was asked");
    else weighIn(-2, "it cannot be read without explanations");
  }
  if (reasons.length === 0)
    reasons.push(`${rows} rows with ${columns} columns are what ${family} do well on`);
  return { name: candidate.name, score: Math.round(score * 100) / 100, reasons };
}
