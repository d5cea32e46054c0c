import { consumerCreditCsv } from "#lib/ml/index.ts";

/**
 * Things to try a tool on: drawn data, and what the tools make of it. An input by hand names one as `sample:NAME`; the
 * same sample has the same digest in every home, as its seed is fixed.
 */
export type Sample =
  | { readonly kind: "file"; readonly name: string; readonly content: () => string }
  /** The text at `pick` of what a tool answers. */
  | {
      readonly kind: "call";
      readonly tool: string;
      readonly input: Readonly<Record<string, unknown>>;
      readonly pick: string;
    };

const ROWS = 3000;
const SEED = 7;

const split = (pick: "train" | "validation" | "test"): Sample => ({
  kind: "call",
  tool: "split_train_test",
  input: { dataset: "sample:dataset", target: "defaulted" },
  pick,
});

const trained = (algorithm: string): Sample => ({
  kind: "call",
  tool: "train_classifier",
  input: {
    train: "sample:train",
    validation: "sample:validation",
    target: "defaulted",
    algorithm,
    timeColumn: "application_month",
    protected: ["sex"],
  },
  pick: "model",
});

export const SAMPLES: Readonly<Record<string, Sample>> = {
  file: {
    kind: "file",
    name: "consumer_credit.csv",
    content: () => consumerCreditCsv({ seed: SEED, rowCount: ROWS }),
  },
  "later-file": {
    kind: "file",
    name: "consumer_credit_later.csv",
    content: () => consumerCreditCsv({ seed: SEED + 1, rowCount: ROWS }),
  },
  dataset: {
    kind: "call",
    tool: "load_dataset",
    input: {
      source: "sample:file",
      target: "defaulted",
      timeColumn: "application_month",
      protected: ["sex"],
    },
    pick: "dataset",
  },
  "later-dataset": {
    kind: "call",
    tool: "load_dataset",
    input: {
      source: "sample:later-file",
      target: "defaulted",
      timeColumn: "application_month",
      protected: ["sex"],
    },
    pick: "dataset",
  },
  train: split("train"),
  validation: split("validation"),
  test: split("test"),
  model: trained("gradient-boosting"),
  "linear-model": trained("linear"),
  metrics: {
    kind: "call",
    tool: "evaluate_model",
    input: { model: "sample:model", test: "sample:test" },
    pick: "artifact",
  },
  "drift-report": {
    kind: "call",
    tool: "detect_drift",
    input: { reference: "sample:dataset", current: "sample:later-dataset", target: "defaulted" },
    pick: "artifact",
  },
};
