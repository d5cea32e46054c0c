import { z } from "zod";
import { demoResults } from "./demo-results.ts";
import { digest, keep, type Stage, text, textIn } from "./demo-stage.ts";

/** The calls of a run that look whether something is as it should be, before and after the model is made. */
export const demoChecks: readonly Stage[] = [
  {
    name: "detect_leakage",
    group: "data",
    effect: "read",
    description: "Finds what gives the answer away, and proposes how to split.",
    work: 450,
    input: { dataset: digest, target: text, timeColumn: text.nullish() },
    async run(input, context, state) {
      const columns = state.validations > 0 ? [] : ["collections_fee"];
      const reasons = Object.fromEntries(columns.map((name) => [name, "it is filled in after the outcome"]));
      const split = { method: "stratified", reason: "neither dates nor groups bind the rows" };
      const name = `reports/leakage_${state.validations + 1}.json`;
      const artifact = await keep(context, name, "validation-report", { columns, split });
      const leakage = {
        artifact,
        dataset: textIn(input, "dataset"),
        columns,
        reasons,
        suspicious: [],
        split,
      };
      return { output: { columns }, facts: { leakage } };
    },
  },
  {
    name: "recommend_model",
    group: "training",
    effect: "read",
    description: "Ranks the algorithms for a table, with reasons.",
    work: 250,
    input: { dataset: digest, target: text, protected: z.array(text), timeColumn: text.nullish() },
    run() {
      const algorithm = {
        name: "gradient-boosting",
        reason: "mixed types and missing values at this size are what boosted trees are best at",
      };
      return Promise.resolve({ output: algorithm, facts: { algorithm } });
    },
  },
  {
    name: "smoke_test",
    group: "training",
    effect: "read",
    description: "Tries a training end to end on a small sample.",
    work: 300,
    input: {
      problemType: text,
      train: digest,
      validation: digest,
      target: text,
      algorithm: text,
      positiveClass: text.nullish(),
      timeColumn: text.nullish(),
    },
    run: () => Promise.resolve({ output: { passed: true, failed: null, rows: 500 }, facts: {} }),
  },
  {
    name: "check_convergence",
    group: "evaluation",
    description: "Judges a training by its losses, round by round.",
    effect: "none",
    work: 250,
    input: { report: digest },
    run(input) {
      const convergence = {
        report: textIn(input, "report"),
        verdict: "converged",
        rounds: 224,
        bestRound: 184,
      };
      return Promise.resolve({ output: { verdict: "converged" }, facts: { convergence } });
    },
  },
  {
    name: "calibrate_model",
    group: "training",
    effect: "read",
    description: "Makes probabilities come true as often as they say, where that helps.",
    work: 500,
    input: { model: digest, calibration: digest },
    async run(input, context) {
      const model = textIn(input, "model");
      const quality = { logLoss: 0.3121, calibrationError: 0.0094 };
      const body = { method: "none", before: quality, after: quality };
      const artifact = await keep(context, "reports/calibration.json", "log", body, [model]);
      return { output: { method: "none" }, facts: { calibration: { artifact, model, ...body } } };
    },
  },
  {
    name: "analyze_errors",
    group: "evaluation",
    effect: "read",
    description: "Finds rows for which a model fails more than chance explains.",
    work: 700,
    input: { model: digest, test: digest },
    async run(input, context) {
      const model = textIn(input, "model");
      const found = { rows: 3984, loss: "error", meanLoss: 0.142, found: 2, tested: 311 };
      const worst = { where: "purpose = car", rows: 214, mean: 0.262, rest: 0.135 };
      const name = `reports/errors_${model.slice(0, 4)}.json`;
      const artifact = await keep(context, name, "metrics", { model, ...found, worst }, [model]);
      const errors = { artifact, model, ...found, worst, worstRows: [2071, 318, 1440] };
      return { output: { found: 2 }, facts: { errors } };
    },
  },
  {
    name: "explain_prediction",
    group: "evaluation",
    effect: "read",
    description: "Tells why single rows got their scores.",
    work: 350,
    input: { model: digest, data: digest, rowNumbers: z.array(z.number()) },
    async run(input, context) {
      const model = textIn(input, "model");
      const name = `explanations/prediction_${model.slice(0, 4)}.json`;
      const rows = demoResults.explanation.slice(0, 3);
      const artifact = await keep(context, name, "explanation", { model, rows }, [model]);
      const predictions = { artifact, model, rows: 3, additive: true };
      return { output: { rows: 3 }, facts: { predictions } };
    },
  },
  {
    name: "build_reference_profile",
    group: "evaluation",
    effect: "read",
    description: "Profiles rows once, so that later ones can be compared with them.",
    work: 600,
    input: { dataset: digest, target: text, timeColumn: text.nullish(), model: digest },
    async run(input, context) {
      const [dataset, model] = [textIn(input, "dataset"), textIn(input, "model")];
      const name = "drift/reference-profile.json";
      const artifact = await keep(context, name, "other", { dataset, model }, [dataset, model]);
      const reference = { artifact, dataset, model, rows: 11_910, columns: 15, outputs: ["probability"] };
      return { output: { rows: 11_910 }, facts: { reference } };
    },
  },
  {
    name: "export_model",
    group: "deployment",
    effect: "write",
    description: "Writes a model in another program's format and reads it back.",
    work: 300,
    input: { model: digest, format: text, sample: digest },
    async run(input, context) {
      const [model, format] = [textIn(input, "model"), textIn(input, "format")];
      const name = "export/model.xgboost.json";
      const artifact = await keep(context, name, "model", { trees: 201 }, [model]);
      return { output: { name }, facts: { export: { artifact, model, format, name } } };
    },
  },
];
