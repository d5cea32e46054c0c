import { requireInRange } from "../../parameter-range.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Problem } from "../../score/model-file.ts";

/** The learners that average trees grown on bins, and the single tree. */
export type ForestAlgorithm = "random-forest" | "extra-trees" | "decision-tree";

/** Hyperparameters of forests; meaning and defaults are those of scikit-learn's forests and trees. */
export interface ForestParameters {
  /** Trees in the forest; 1 for a decision tree. */
  readonly trees: number;
  /** Columns drawn for each split: their square root, their logarithm to base 2, or a share of them. */
  readonly maximalFeatures: "sqrt" | "log2" | number;
  /** Distinct rows on each side of a split, at least. */
  readonly minimalLeafRows: number;
  /** Longest path from root to leaf; null for no limit. */
  readonly maximalDepth: number | null;
  /** With a limit the best splits come first; null grows depth-first to the end. */
  readonly maximalLeaves: number | null;
  /** Splits that lower the impurity (share of the node's weight x decrease) by less are not made. */
  readonly minimalImpurityDecrease: number;
  /** Whether each tree learns from as many rows drawn with repetition. */
  readonly bootstrap: boolean;
  /** Part of the rows drawn for each tree; without bootstrap they are drawn without repetition. */
  readonly rowFraction: number;
  readonly maximalBins: number;
}

interface ForestChoice {
  readonly algorithm: ForestAlgorithm;
  readonly problem: Problem;
}

/** The parameters that an algorithm has when nothing is stated. */
function forestDefaults({ algorithm, problem }: ForestChoice): ForestParameters {
  const isSingle = algorithm === "decision-tree";
  return {
    trees: isSingle ? 1 : 100,
    maximalFeatures: isSingle || problem === "regression" ? 1 : "sqrt",
    minimalLeafRows: 1,
    maximalDepth: null,
    maximalLeaves: null,
    minimalImpurityDecrease: 0,
    bootstrap: algorithm === "random-forest",
    rowFraction: 1,
    maximalBins: 255,
  };
}

const FOREST_ONLY: readonly string[] = ["trees", "bootstrap", "rowFraction"];

/**
 * Fills in defaults and checks ranges. `bootstrap` may be a boolean, 1 or 0.
 * @throws MlError bad-argument naming the parameter and what it takes.
 */
export function forestParameters(
  given: Readonly<Record<string, unknown>>,
  choice: ForestChoice,
): ForestParameters {
  const defaults = forestDefaults(choice);
  const known = Object.keys(defaults).filter(
    (name) => choice.algorithm !== "decision-tree" || !FOREST_ONLY.includes(name),
  );
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new MlError(
      "bad-argument",
      `The algorithm ${choice.algorithm} has no parameter "${unknown}". It has: ${known.join(", ")}.`,
      { details: { parameter: unknown } },
    );
  }
  const stated = (name: keyof ForestParameters): unknown => given[name] ?? defaults[name];
  return {
    trees: numberIn("trees", stated("trees"), { from: 1, to: 10_000, isInteger: true }),
    maximalFeatures: readMaximalFeatures(stated("maximalFeatures")),
    minimalLeafRows: numberIn("minimalLeafRows", stated("minimalLeafRows"), {
      from: 1,
      to: 1e9,
      isInteger: true,
    }),
    maximalDepth: limitIn("maximalDepth", stated("maximalDepth"), 1),
    maximalLeaves: limitIn("maximalLeaves", stated("maximalLeaves"), 2),
    minimalImpurityDecrease: numberIn("minimalImpurityDecrease", stated("minimalImpurityDecrease"), {
      from: 0,
      to: 1e300,
    }),
    bootstrap: readBoolean("bootstrap", stated("bootstrap")),
    rowFraction: numberIn("rowFraction", stated("rowFraction"), { from: 1e-6, to: 1 }),
    maximalBins: numberIn("maximalBins", stated("maximalBins"), { from: 2, to: 255, isInteger: true }),
  };
}

/** How many of `featureCount` columns each split draws; at least one. */
export function drawnFeatures(
  maximalFeatures: ForestParameters["maximalFeatures"],
  featureCount: number,
): number {
  const wanted =
    maximalFeatures === "sqrt"
      ? Math.sqrt(featureCount)
      : maximalFeatures === "log2"
        ? Math.log2(featureCount)
        : maximalFeatures * featureCount;
  return Math.min(featureCount, Math.max(1, Math.floor(wanted)));
}

function numberIn(name: string, value: unknown, range: Parameters<typeof requireInRange>[2]): number {
  if (typeof value !== "number") throw wrongKind(name, value, "a number");
  requireInRange(name, value, range);
  return value;
}

function limitIn(name: string, value: unknown, from: number): number | null {
  return value === null ? null : numberIn(name, value, { from, to: 1e9, isInteger: true });
}

function readMaximalFeatures(value: unknown): ForestParameters["maximalFeatures"] {
  if (value === "sqrt" || value === "log2") return value;
  if (typeof value === "number") return numberIn("maximalFeatures", value, { from: 1e-6, to: 1 });
  throw wrongKind("maximalFeatures", value, '"sqrt", "log2" or a share of the columns from 0 to 1');
}

function readBoolean(name: string, value: unknown): boolean {
  if (value === true || value === 1) return true;
  if (value === false || value === 0) return false;
  throw wrongKind(name, value, "true or false");
}

function wrongKind(name: string, value: unknown, wanted: string): MlError {
  return new MlError("bad-argument", `Parameter "${name}" is ${JSON.stringify(value)}; it takes ${wanted}.`, {
    details: { parameter: name },
  });
}
