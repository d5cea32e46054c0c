import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { fitIsotonic } from "#lib/ml/calibrate/fit-isotonic.ts";
import { fitPlatt } from "#lib/ml/calibrate/fit-platt.ts";
import { UNWATCHED } from "#lib/ml/control.ts";
import { type FitRequest, fitEstimator } from "#lib/ml/learn/fit-estimator.ts";
import { createRandom } from "#lib/ml/random.ts";
import { valueOnCurve } from "#lib/ml/score/calibration.ts";
import { marginFunction } from "#lib/ml/score/margins.ts";
import type { Matrix } from "#lib/ml/score/preparation.ts";
import { hasOutsideTool } from "../packaging/outside-tool.ts";

const ROWS = 600;
const LEVELS = ["x", "y", "z"];
const random = createRandom(11);
const normals = (count: number) => Float64Array.from({ length: count }, () => random.normal());

function matrixOf(count: number): Matrix {
  const shared = normals(count);
  const numbers = Array.from({ length: 6 }, (_, index) =>
    normals(count).map((value, row) => value + (index < 3 ? shared[row]! : 0)),
  );
  const city = Float64Array.from({ length: count }, () => random.integer(LEVELS.length));
  return {
    rowCount: count,
    columns: [
      ...numbers.map((values, index) => ({ name: `n${index}`, source: `n${index}`, levels: null, values })),
      { name: "city", source: "city", levels: LEVELS, values: city },
    ],
  };
}

const matrix = matrixOf(ROWS);
const asked = matrixOf(50);
const [first, second, third] = matrix.columns.map((column) => column.values);
const noise = normals(ROWS);
const number = noise.map((value, row) => 3 * first![row]! - 2 * third![row]! + value);
const label = noise.map((value, row) => (first![row]! - second![row]! + 2 * value > 0 ? 1 : 0));
const grade = noise.map((value, row) => (first![row]! + value > 1 ? 2 : first![row]! + value > -1 ? 1 : 0));
const weights = Float64Array.from({ length: ROWS }, () => 0.25 + random.uniform());
const scores = noise.map((value, row) => first![row]! - second![row]! + value);

/** Categories written out as one 0/1 column per level. */
const written = ({ columns }: Matrix): number[][] =>
  columns.flatMap(({ levels, values }) =>
    levels === null
      ? [[...values]]
      : levels.map((_, level) => Array.from(values, (code) => (code === level ? 1 : 0))),
  );

interface Found {
  ols: number[][];
  lasso: number[][];
  net: number[][];
  binary: number[][];
  multi: number[][];
  values: number[];
  shares: number[][];
  platt: number[];
  isotonic: number[];
}

const python = process.env.SWARM_PYTHON ?? "python3";
const hasScikit = await hasOutsideTool(
  python,
  ["-c", "import sklearn, numpy"],
  "install Python 3 with scikit-learn (pip install scikit-learn)",
);

function expectClose(actual: ArrayLike<number>, wanted: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(wanted.length);
  for (const [index, value] of wanted.entries()) {
    expect(Math.abs(actual[index]! - value)).toBeLessThanOrEqual(tolerance);
  }
}

describe.skipIf(!hasScikit)("scikit-learn, asked on the spot", () => {
  let found: Found;

  beforeAll(() => {
    const script = fileURLToPath(new URL("against-scikit-learn.py", import.meta.url));
    const ran = spawnSync(python, [script], {
      input: JSON.stringify({
        columns: written(matrix),
        asked: written(asked),
        weights: [...weights],
        number: [...number],
        label: [...label],
        grade: [...grade],
        scores: [...scores],
      }),
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    expect(ran.stderr).toBe("");
    found = JSON.parse(ran.stdout) as Found; // what the script says that it prints
  });

  const fit = (request: Pick<FitRequest, "algorithm" | "problem" | "parameters">, isWeighted = true) => {
    const target = { regression: number, binary: label, multiclass: grade }[request.problem];
    return fitEstimator({
      ...request,
      classCount: { regression: 1, binary: 2, multiclass: 3 }[request.problem],
      training: { matrix, target, weights: isWeighted ? weights : null },
      validation: null,
      seed: 0,
      control: UNWATCHED,
    }).estimator;
  };

  const coefficients = (request: Parameters<typeof fit>[0]) => {
    const estimator = fit(request);
    if (estimator.kind !== "linear") throw new Error("a linear estimator is expected");
    return estimator.outputs.map(({ intercept, terms }) => [intercept, ...terms.flat()]);
  };

  it("finds the coefficients of least squares, lasso and elastic net to 1e-6", () => {
    const problem = "regression" as const;
    expectClose(coefficients({ algorithm: "ols", problem, parameters: {} })[0]!, found.ols[0]!, 1e-6);
    const lasso = coefficients({ algorithm: "lasso", problem, parameters: { penalty: 0.05 } });
    expectClose(lasso[0]!, found.lasso[0]!, 1e-6);
    const parameters = { penalty: 0.1, l1Ratio: 0.4 };
    expectClose(coefficients({ algorithm: "elastic-net", problem, parameters })[0]!, found.net[0]!, 1e-6);
  });

  it("finds the coefficients of elastic-net logistic regression to 1e-6, for two classes and three", () => {
    const algorithm = "elastic-net" as const;
    const binary = { algorithm, problem: "binary", parameters: { penalty: 2, l1Ratio: 0.5 } } as const;
    expectClose(coefficients(binary)[0]!, found.binary[0]!, 1e-6);
    const multi = { algorithm, problem: "multiclass", parameters: { penalty: 3, l1Ratio: 0.3 } } as const;
    for (const [index, output] of coefficients(multi).entries()) {
      expectClose(output, found.multi[index]!, 1e-6);
    }
  });

  it("finds what the nearest neighbours say", () => {
    const algorithm = "nearest-neighbours" as const;
    const values = fit({ algorithm, problem: "regression", parameters: { neighbours: 7 } }, false);
    expectClose(marginFunction(values)(asked)[0]!, found.values, 1e-9);
    const parameters = { neighbours: 7, weighting: "distance" };
    const shares = marginFunction(fit({ algorithm, problem: "multiclass", parameters }, false))(asked);
    for (const [index, output] of shares.entries()) expectClose(output, found.shares[index]!, 1e-9);
  });

  it("finds Platt's sigmoid to 1e-6 and the isotonic curve to 1e-9", () => {
    const line = fitPlatt({ scores, labels: label, weights: null });
    expectClose([line.slope, line.intercept], found.platt, 1e-6);
    const probabilities = scores.map((score) => 1 / (1 + Math.exp(-score)));
    const curve = fitIsotonic({ scores: probabilities, labels: label, weights: null });
    expectClose(
      found.isotonic.map((_, index) => valueOnCurve(curve, index / 100)),
      found.isotonic,
      1e-9,
    );
  });
});
