import { MlError } from "../score/ml-error.ts";
import type { SearchSpace } from "./search-space.ts";

const log = (from: number, to: number) => ({ kind: "number", from, to, scale: "log" }) as const;
const linear = (from: number, to: number) => ({ kind: "number", from, to, scale: "linear" }) as const;
const integer = (from: number, to: number, scale: "linear" | "log" = "log") =>
  ({ kind: "integer", from, to, scale }) as const;

/**
 * What is searched by default, per algorithm: the hyperparameters that matter most, over ranges in which the best values
 * of common tables lie (Bergstra and Bengio 2012; Probst et al. 2019 on tunability).
 */
const SPACES: Readonly<Record<string, SearchSpace>> = {
  "gradient-boosting": {
    learningRate: log(0.01, 0.3),
    maximalLeaves: integer(4, 128),
    minimalLeafRows: integer(2, 100),
    l2: log(1e-3, 100),
    rowFraction: linear(0.5, 1),
    featureFraction: linear(0.4, 1),
  },
  "random-forest": {
    maximalFeatures: linear(0.1, 1),
    minimalLeafRows: integer(1, 50),
    maximalDepth: { kind: "choice", values: [null, 4, 8, 12, 16, 24] },
    rowFraction: linear(0.4, 1),
  },
  "extra-trees": {
    maximalFeatures: linear(0.1, 1),
    minimalLeafRows: integer(1, 50),
    maximalDepth: { kind: "choice", values: [null, 4, 8, 12, 16, 24] },
  },
  "decision-tree": {
    minimalLeafRows: integer(1, 200),
    maximalDepth: { kind: "choice", values: [null, 2, 3, 4, 6, 8, 12, 16] },
  },
  linear: { penalty: log(1e-4, 1e4) },
  lasso: { penalty: log(1e-5, 10) },
  "elastic-net": { penalty: log(1e-5, 10), l1Ratio: linear(0.05, 1) },
  "nearest-neighbours": {
    neighbours: integer(1, 100),
    weighting: { kind: "choice", values: ["uniform", "distance"] },
  },
};

/**
 * The default search space of an algorithm.
 * @throws MlError bad-argument for an algorithm that has nothing to tune.
 */
export function defaultSpace(algorithm: string): SearchSpace {
  const space = Object.hasOwn(SPACES, algorithm) ? SPACES[algorithm] : undefined;
  if (space !== undefined) return space;
  throw new MlError(
    "bad-argument",
    `There is nothing to tune by default in "${algorithm}". Name a search space, or choose one of: ${Object.keys(SPACES).join(", ")}.`,
  );
}
