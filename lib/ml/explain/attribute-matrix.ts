import { assertNever } from "../score/assert-never.ts";
import type { Control } from "../control.ts";
import { applyCalibration, type Calibration } from "../score/calibration.ts";
import { outputCount, type Estimator, type TreeEnsemble } from "../score/estimator.ts";
import { applyLink, marginFunction, type MarginFunction } from "../score/margins.ts";
import { MlError } from "../score/ml-error.ts";
import type { Matrix } from "../score/preparation.ts";
import { coalitionGame, type EstimatedContributions } from "./coalition-game.ts";
import type { ExplainedInteractions, Explanation, ExplanationMethod } from "./explanation.ts";
import { interventionalTreeShap } from "./interventional-tree-shap.ts";
import { kernelShap } from "./kernel-shap.ts";
import { linearShap } from "./linear-shap.ts";
import { permutationShap } from "./permutation-shap.ts";
import { explainTrees, prepareTrees, type Contributions, type PreparedTrees } from "./tree-shap.ts";
import { treeShapInteractions } from "./tree-shap-interactions.ts";

export type ConcreteMethod = Exclude<ExplanationMethod, "auto"> | "constant";

/** The method that `auto` stands for: exact where the estimator's form allows it, else the kernel. */
export function chooseMethod(estimator: Estimator, asked: ExplanationMethod): ConcreteMethod {
  const { kind } = estimator;
  if (asked === "auto") {
    if (kind === "constant") return "constant";
    return kind === "tree-ensemble" ? "tree-path-dependent" : kind === "linear" ? "linear" : "kernel";
  }
  const needed = asked === "linear" ? "linear" : asked.startsWith("tree-") ? "tree-ensemble" : kind;
  if (kind === needed) return asked;
  throw new MlError(
    "bad-argument",
    `The method ${asked} explains estimators of the kind ${needed}; this one is ${kind}. Use auto, kernel or permutation.`,
  );
}

/** Whether a method compares with background rows. */
export function needsBackground(method: ConcreteMethod): boolean {
  return method === "tree-interventional" || method === "kernel" || method === "permutation";
}

export interface AttributionRequest {
  readonly estimator: Estimator;
  readonly method: ConcreteMethod;
  readonly matrix: Matrix;
  /** Null for methods that need none. */
  readonly background: Matrix | null;
  /** Raw features, in the order of their first matrix column. */
  readonly features: readonly string[];
  /** The model's calibration, which only probabilities pass through. */
  readonly calibration?: Calibration;
  /** `probability` explains what link and calibration make of the margins: what the model answers. */
  readonly space: "margin" | "probability";
  /** Per row, for the kernel. */
  readonly coalitions?: number;
  readonly permutations?: number;
  readonly seed: number;
  readonly control: Control;
  /** The estimator laid out before, by `prepareEstimator`. */
  readonly prepared: PreparedEstimator;
}

/** What every explanation of an estimator starts with. */
export interface PreparedEstimator {
  readonly margins: MarginFunction;
  /** Null where the estimator has no trees. */
  readonly trees: PreparedTrees | null;
}

/** Lays an estimator out for many explanations; `keptNodes` as in `prepareTrees`. */
export function prepareEstimator(estimator: Estimator, keptNodes: number): PreparedEstimator {
  return {
    margins: marginFunction(estimator),
    trees: estimator.kind === "tree-ensemble" ? prepareTrees(estimator, keptNodes) : null,
  };
}

/** Contributions in terms of raw features, with the predictions that they add up to. */
export interface Attribution {
  readonly method: Explanation["method"];
  readonly expected: readonly number[];
  readonly contributions: readonly Float64Array[];
  readonly standardErrors: readonly Float64Array[] | null;
  readonly margins: readonly Float64Array[];
}

/** @throws MlError bad-argument for a space the method cannot work in; cancelled. */
export function attributeMatrix(request: AttributionRequest): Attribution {
  const { estimator, matrix, features, space, control, method } = request;
  const { margins, trees } = request.prepared;
  if (space === "probability" && method !== "kernel" && method !== "permutation") {
    throw new MlError(
      "bad-argument",
      "Probabilities are explained by the methods kernel and permutation; the exact ones explain margins.",
    );
  }
  const predict = (rows: Matrix): Float64Array[] =>
    space === "margin" ? margins(rows) : answered(request, margins(rows));
  const bySource = (
    raw: Contributions,
  ): Pick<Attribution, "expected" | "contributions" | "standardErrors"> => ({
    expected: raw.expected,
    contributions: raw.values.map((values) => sumBySource(values, matrix, features)),
    standardErrors: null,
  });
  const estimated = (raw: EstimatedContributions) => ({
    expected: raw.expected,
    contributions: raw.values,
    standardErrors: raw.standardErrors,
  });
  const game = () =>
    coalitionGame({
      matrix,
      background: requireBackground(request),
      predict,
      outputs: outputCount(estimator),
      control,
    });
  const predicted = predict(matrix);
  switch (method) {
    case "tree-path-dependent":
      if (trees === null) throw wrongKind("tree-ensemble", estimator);
      return {
        method: "tree-shap-path-dependent",
        ...bySource(explainTrees(trees, matrix, control)),
        margins: predicted,
      };
    case "tree-interventional": {
      const background = requireBackground(request);
      const raw = interventionalTreeShap(treesOf(estimator), matrix, { background, control });
      return {
        method: "tree-shap-interventional",
        ...estimated({ ...raw, standardErrors: null }),
        margins: predicted,
      };
    }
    case "linear":
      if (estimator.kind !== "linear") throw wrongKind("linear", estimator);
      return { method: "linear-shap", ...bySource(linearShap(estimator, matrix)), margins: predicted };
    case "constant": {
      const expected = predicted.map((values) => values[0] ?? 0);
      const contributions = predicted.map(() => new Float64Array(matrix.rowCount * features.length));
      return { method: "constant", expected, contributions, standardErrors: null, margins: predicted };
    }
    case "kernel": {
      const { coalitions, seed } = request;
      const raw = kernelShap(game(), { seed, ...(coalitions === undefined ? {} : { coalitions }) });
      return { method: "kernel-shap", ...estimated(raw), margins: predicted };
    }
    case "permutation": {
      const { permutations, seed } = request;
      const raw = permutationShap(game(), { seed, ...(permutations === undefined ? {} : { permutations }) });
      return { method: "permutation-shap", ...estimated(raw), margins: predicted };
    }
    default:
      return assertNever(method);
  }
}

function answered(
  { estimator, calibration }: AttributionRequest,
  margins: readonly Float64Array[],
): Float64Array[] {
  const linked = applyLink(estimator.link, margins);
  return calibration === undefined ? linked : applyCalibration(calibration, linked);
}

/**
 * Interaction values between raw features, for trees and the path-dependent method.
 * @throws MlError bad-argument for other methods; cancelled.
 */
export function interactionsOf(request: AttributionRequest): ExplainedInteractions {
  const { estimator, method, matrix, features, control } = request;
  if (method !== "tree-path-dependent") {
    throw new MlError(
      "bad-argument",
      `Interactions are computed by the method tree-path-dependent, not by ${method}. Leave them out.`,
    );
  }
  const places = matrix.columns.map((column) => features.indexOf(column.source));
  const raw = treeShapInteractions(treesOf(estimator), matrix, control);
  const [width, count] = [places.length, features.length];
  const values = raw.map((whole) => {
    const sums = new Float64Array(matrix.rowCount * count * count);
    for (let row = 0; row < matrix.rowCount; row++) {
      for (let left = 0; left < width; left++) {
        for (let right = 0; right < width; right++) {
          const target = (row * count + places[left]!) * count + places[right]!;
          sums[target]! += whole[(row * width + left) * width + right]!;
        }
      }
    }
    return sums;
  });
  return { rows: matrix.rowCount, values };
}

function treesOf(estimator: Estimator): TreeEnsemble {
  if (estimator.kind === "tree-ensemble") return estimator;
  throw wrongKind("tree-ensemble", estimator);
}

function wrongKind(wanted: string, { kind }: Estimator): MlError {
  return new MlError("bad-argument", `An estimator of the kind ${wanted} is needed, not ${kind}. Use auto.`);
}

function requireBackground({ background, method }: AttributionRequest): Matrix {
  if (background !== null) return background;
  throw new MlError(
    "bad-argument",
    `The method ${method} compares with background rows. Give some, for instance of the training part.`,
  );
}

function sumBySource(values: Float64Array, matrix: Matrix, features: readonly string[]): Float64Array {
  const width = matrix.columns.length;
  const places = matrix.columns.map((column) => features.indexOf(column.source));
  const sums = new Float64Array(matrix.rowCount * features.length);
  for (let row = 0; row < matrix.rowCount; row++) {
    for (let index = 0; index < width; index++) {
      sums[row * features.length + places[index]!]! += values[row * width + index]!;
    }
  }
  return sums;
}
