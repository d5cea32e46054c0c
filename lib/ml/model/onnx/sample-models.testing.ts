import { createRandom, type Random } from "../../random.ts";
import type { Estimator, LinearEstimator, Link } from "../../score/estimator.ts";
import type { Model } from "../../score/model-file.ts";
import type { Encoder } from "../../score/preparation.ts";
import { sampleEnsemble } from "../sample-ensembles.testing.ts";

type Row = Readonly<Record<string, string | number | boolean | null>>;

const LEVELS = Array.from({ length: 70 }, (_, level) => `city ${level}`);
const CLASSES = ["low", "mid", "high"];

interface SampleModelOptions {
  readonly problem: Model["problem"];
  readonly estimator: "tree-ensemble" | "linear" | "constant";
  readonly seed: number;
  readonly link?: Link;
}

/** Models over two numbers, a flag and a category, with every step of preparation that ONNX can carry. */
export function sampleModel({ problem, estimator, seed, link }: SampleModelOptions): Model {
  const classes = problem === "regression" ? null : problem === "binary" ? ["no", "yes"] : CLASSES;
  const outputs = problem === "multiclass" ? CLASSES.length : 1;
  const links = { regression: "identity", binary: "logit", multiclass: "softmax" } as const;
  const encoders = estimator === "linear" ? linearEncoders() : treeEncoders();
  return {
    format: "swarm-model/1",
    problem,
    target: "grade",
    features: [
      { kind: "numeric", name: "age" },
      { kind: "numeric", name: "prediction" },
      { kind: "categorical", name: "city", categories: LEVELS },
      { kind: "boolean", name: "member" },
    ],
    preparation: { target: estimator === "linear" ? "linear" : "trees", encoders },
    estimator: sampleEstimator({ estimator, seed, link: link ?? links[problem], outputs }, encoders),
    classes,
    positiveClass: problem === "binary" ? "yes" : null,
    decision: decisionOf(problem),
    training: {
      algorithm: "sample",
      seed,
      parameters: {},
      rowCount: 1,
      dataFingerprint: "0".repeat(64),
      notes: [],
    },
  };
}

function decisionOf(problem: Model["problem"]): Model["decision"] {
  if (problem === "regression") return { kind: "identity" };
  return problem === "binary" ? { kind: "threshold", value: 0.4 } : { kind: "argmax" };
}

function treeEncoders(): Encoder[] {
  const plain = { impute: null, center: 0, scale: 1 };
  return [
    { kind: "numeric", name: "age", column: "age", ...plain },
    { kind: "numeric", name: "prediction", column: "prediction", ...plain },
    { kind: "categorical", name: "city", column: "city", levels: LEVELS, missingLevel: null, otherLevel: 3 },
    { kind: "numeric", name: "member", column: "member", ...plain },
  ];
}

function linearEncoders(): Encoder[] {
  const scaled = { center: 40.1, scale: 13.7 };
  return [
    { kind: "numeric", name: "age", column: "age", impute: 39.5, ...scaled },
    { kind: "missing-indicator", name: "age missing", column: "age", center: 0.1, scale: 0.3 },
    { kind: "numeric", name: "prediction", column: "prediction", impute: null, ...scaled },
    { kind: "categorical", name: "city", column: "city", levels: LEVELS, missingLevel: 5, otherLevel: null },
    { kind: "missing-indicator", name: "city missing", column: "city", center: 0.1, scale: 0.3 },
    { kind: "numeric", name: "member", column: "member", impute: 0, center: 0, scale: 1 },
  ];
}

type EstimatorOptions = Pick<SampleModelOptions, "estimator" | "seed"> & {
  readonly link: Link;
  readonly outputs: number;
};

function sampleEstimator(
  { estimator, seed, link, outputs }: EstimatorOptions,
  encoders: readonly Encoder[],
): Estimator {
  const random = createRandom(seed);
  switch (estimator) {
    case "constant":
      return { kind: "constant", link, margins: Array.from({ length: outputs }, () => random.normal()) };
    case "tree-ensemble":
      return sampleEnsemble({ seed, link, outputs, rounds: 30 });
    default: {
      const terms = () => linearTerms(encoders, random);
      const output = () => ({ intercept: random.normal(), terms: terms() });
      return { kind: "linear", link, outputs: Array.from({ length: outputs }, output), means: terms() };
    }
  }
}

function linearTerms(encoders: readonly Encoder[], random: Random): LinearEstimator["means"] {
  return encoders.map((encoder) =>
    Array.from({ length: encoder.kind === "categorical" ? encoder.levels.length : 1 }, () => random.normal()),
  );
}

/** Rows with gaps, categories never seen, and numbers around those that the sample trees split at. */
export function sampleRows(rowCount: number, seed: number): Row[] {
  const random = createRandom(seed);
  const gap = <Value>(value: Value): Value | null => (random.uniform() < 0.15 ? null : value);
  return Array.from({ length: rowCount }, () => ({
    age: gap(50 * random.normal()),
    prediction: gap(Math.round(20 * random.normal())),
    city: gap(`city ${Math.floor(random.uniform() * 80)}`),
    member: gap(random.uniform() < 0.5),
  }));
}
