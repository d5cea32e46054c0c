import { UNWATCHED } from "../control.ts";
import {
  prepareReference,
  readReference,
  withoutLevels,
  type PreparedReference,
} from "../fixtures/shared-reference.ts";
import { fitEstimator, type FitRequest } from "../learn/fit-estimator.ts";
import { trainLogistic } from "../learn/linear/train-logistic.ts";
import { multiclassMetrics } from "../metrics/multiclass-metrics.ts";
import { rankingMetrics, rankScores } from "../metrics/ranking-metrics.ts";
import { regressionMetrics } from "../metrics/regression-metrics.ts";
import type { Estimator } from "../score/estimator.ts";
import { applyLink, marginFunction } from "../score/margins.ts";
import { checkNumbers, checkValue, type ReferenceCheck } from "./check.testing.ts";

export const REFERENCE_SETS = [
  "abalone",
  "adult",
  "bike_hour",
  "california_housing",
  "compas",
  "credit_default",
  "iris",
];

interface Bar {
  readonly metric: string;
  readonly at_least?: number;
  readonly at_most?: number;
}

interface ReferenceModels {
  readonly models: {
    readonly hist_gradient_boosting: { readonly suggested_bar: Bar };
    readonly random_forest: {
      readonly suggested_bar: Bar;
      readonly params: {
        readonly n_estimators: number;
        readonly max_features: number | string;
        readonly min_samples_leaf: number;
      };
    };
    readonly linear: {
      readonly suggested_bar: Bar;
      readonly coef?: readonly (readonly number[])[];
      readonly intercept?: readonly number[];
      readonly coef_exact?: readonly number[];
      readonly intercept_exact?: number;
      readonly objective_exact?: number;
    };
  };
}

/** Trains boosting, forest and linear model on one set by the reference's rules and holds them against its bars. */
export async function checkModels(
  name: string,
  options: { readonly threads: number },
): Promise<ReferenceCheck[]> {
  const { models } = readReference<ReferenceModels>(`models/${name}.json`);
  const trees = await prepareReference(name, "trees");
  const file = `models/${name}`;
  const boosted = fit(trees, { algorithm: "gradient-boosting", parameters: {}, ...options });
  const { params, suggested_bar: forestBar } = models.random_forest;
  const forest = fit(trees, {
    algorithm: "random-forest",
    parameters: {
      trees: params.n_estimators,
      maximalFeatures: params.max_features,
      minimalLeafRows: params.min_samples_leaf,
    },
    ...options,
  });
  return [
    checkBar(`${file} boosting`, models.hist_gradient_boosting.suggested_bar, qualityOf(trees, boosted)),
    checkBar(`${file} forest`, forestBar, qualityOf(trees, forest)),
    ...checkLinear(file, models.linear, await prepareReference(name, "linear")),
  ];
}

type Choice = Pick<FitRequest, "algorithm" | "parameters"> & { readonly threads: number };

function fit({ reference, train, trainTarget }: PreparedReference, choice: Choice): Estimator {
  return fitEstimator({
    ...choice,
    problem: reference.task,
    classCount: reference.classes?.length ?? 2,
    // The reference's matrices number the categories; natively split they would not be the same task.
    training: { matrix: withoutLevels(train), target: trainTarget, weights: null },
    validation: null,
    seed: 0,
    control: UNWATCHED,
  }).estimator;
}

/** The metric of the bar on the test rows: AUC, RMSE or log loss. */
function qualityOf({ reference, test, testTarget }: PreparedReference, estimator: Estimator): number {
  const outputs = applyLink(estimator.link, marginFunction(estimator)(test));
  if (reference.task === "binary") {
    return rankingMetrics({ ranking: rankScores(outputs[0]!), labels: testTarget, weights: null }).auc;
  }
  if (reference.task === "regression") {
    return regressionMetrics({ actual: testTarget, predicted: outputs[0]! }).rmse;
  }
  const classes = reference.classes ?? [];
  return multiclassMetrics({ labels: testTarget, predicted: testTarget, probabilities: outputs, classes })
    .logLoss;
}

/** `error` is by how much the bar is missed, 0 when it is met. */
function checkBar(file: string, bar: Bar, got: number): ReferenceCheck {
  const missed = Math.max((bar.at_least ?? -Infinity) - got, got - (bar.at_most ?? Infinity), 0);
  const words = bar.at_least === undefined ? `at most ${bar.at_most}` : `at least ${bar.at_least}`;
  return {
    ...checkValue({
      file,
      quantity: bar.metric,
      expected: 0,
      got: missed,
      tolerance: 0,
      measure: "absolute",
    }),
    expected: words,
    got: String(Number(got.toPrecision(8))),
  };
}

function checkLinear(
  file: string,
  expected: ReferenceModels["models"]["linear"],
  prepared: PreparedReference,
): ReferenceCheck[] {
  const { reference, train, trainTarget } = prepared;
  const rows = { target: trainTarget, weights: null };
  const place = `${file} linear`;
  if (reference.task === "binary") {
    const { estimator, objective } = trainLogistic(train, rows);
    const [output] = estimator.outputs;
    const exact = { file: place, tolerance: 1e-6, measure: "mixed" } as const;
    return [
      checkBar(place, expected.suggested_bar, qualityOf(prepared, estimator)),
      checkNumbers({
        ...exact,
        quantity: "coef_exact",
        expected: expected.coef_exact!,
        got: output!.terms.flat(),
      }),
      checkValue({
        ...exact,
        quantity: "intercept_exact",
        expected: expected.intercept_exact,
        got: output!.intercept,
      }),
      checkValue({
        file: place,
        quantity: "objective_exact",
        expected: expected.objective_exact,
        got: objective,
        tolerance: 1e-8,
        measure: "relative",
      }),
    ];
  }
  const estimator = fitEstimator({
    algorithm: "linear",
    problem: reference.task,
    classCount: reference.classes?.length ?? 1,
    training: { matrix: train, ...rows },
    validation: null,
    parameters: {},
    seed: 0,
    control: UNWATCHED,
  }).estimator;
  const bar = checkBar(place, expected.suggested_bar, qualityOf(prepared, estimator));
  if (estimator.kind !== "linear" || reference.task !== "regression") return [bar];
  const coefficients = estimator.outputs[0]!.terms.flat();
  const about = { file: place, quantity: "coef", tolerance: 1e-6, measure: "mixed" } as const;
  return [bar, checkNumbers({ ...about, expected: expected.coef![0]!, got: coefficients })];
}
