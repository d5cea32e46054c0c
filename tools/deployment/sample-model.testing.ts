import type { Model } from "#lib/ml/score/model-file.ts";

/** Small complete models for tests: every kind of input, every kind of problem. */
export const sampleModels: Readonly<Record<"binary" | "multiclass" | "regression", Model>> = {
  binary: {
    format: "swarm-model/1",
    problem: "binary",
    target: "default",
    features: [
      { kind: "numeric", name: "income" },
      { kind: "categorical", name: "housing", categories: ["own", "rent"] },
      { kind: "boolean", name: "has_guarantor" },
      { kind: "date", name: "applied", order: "year-first" },
    ],
    preparation: {
      target: "linear",
      encoders: [
        { kind: "numeric", name: "income", column: "income", impute: 3000, center: 3000, scale: 1000 },
        {
          kind: "categorical",
          name: "housing",
          column: "housing",
          levels: ["own", "rent"],
          missingLevel: null,
          otherLevel: null,
        },
        { kind: "numeric", name: "has_guarantor", column: "has_guarantor", impute: 0, center: 0, scale: 1 },
        {
          kind: "date-part",
          name: "applied month",
          column: "applied",
          part: "month",
          impute: 6,
          center: 6,
          scale: 3,
        },
      ],
    },
    estimator: {
      kind: "linear",
      link: "logit",
      outputs: [{ intercept: -0.5, terms: [[-1.5], [-0.4, 0.6], [-0.8], [0.1]] }],
      means: [[0], [0.5, 0.5], [0.2], [0]],
    },
    classes: ["no", "yes"],
    positiveClass: "yes",
    decision: { kind: "threshold", value: 0.5 },
    training: training("logistic_regression"),
  },
  multiclass: {
    format: "swarm-model/1",
    problem: "multiclass",
    target: "species",
    features: [{ kind: "numeric", name: "petal_length" }],
    preparation: {
      target: "trees",
      encoders: [
        { kind: "numeric", name: "petal_length", column: "petal_length", impute: null, center: 0, scale: 1 },
      ],
    },
    estimator: {
      kind: "linear",
      link: "softmax",
      outputs: [
        { intercept: 4, terms: [[-1]] },
        { intercept: 1, terms: [[0]] },
        { intercept: -4, terms: [[1]] },
      ],
      means: [[3.7]],
    },
    classes: ["setosa", "versicolor", "virginica"],
    positiveClass: null,
    decision: { kind: "argmax" },
    training: training("logistic_regression"),
  },
  regression: {
    format: "swarm-model/1",
    problem: "regression",
    target: "price",
    features: [
      { kind: "numeric", name: "rooms" },
      { kind: "categorical", name: "district", categories: ["north", "south"] },
    ],
    preparation: {
      target: "trees",
      encoders: [
        { kind: "numeric", name: "rooms", column: "rooms", impute: null, center: 0, scale: 1 },
        {
          kind: "categorical",
          name: "district",
          column: "district",
          levels: ["north", "south"],
          missingLevel: null,
          otherLevel: null,
        },
      ],
    },
    estimator: {
      kind: "tree-ensemble",
      link: "identity",
      outputs: 1,
      base: [100],
      inputPrecision: "double",
      trees: [
        {
          feature: [0, -1, -1],
          threshold: [3.5, 0, 0],
          categories: [null, null, null],
          missingLeft: [1, 0, 0],
          left: [1, -1, -1],
          right: [2, -1, -1],
          value: [0, -20, 40],
          cover: [100, 60, 40],
          gain: [12, 0, 0],
        },
      ],
    },
    classes: null,
    positiveClass: null,
    decision: { kind: "identity" },
    training: training("gradient_boosted_trees"),
  },
};

function training(algorithm: string): Model["training"] {
  return { algorithm, seed: 7, parameters: {}, rowCount: 100, dataFingerprint: "0".repeat(64), notes: [] };
}
