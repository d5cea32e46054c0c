import { z } from "zod";
import type { Clock } from "#core/contract/clock.ts";
import { failure } from "#core/contract/failure.ts";
import { JsonObject } from "#core/contract/json.ts";
import { defineTool, type ToolDefinition } from "#core/contract/tool-definition.ts";
import { sha256 } from "#core/events/hash.ts";
import { demoChecks } from "./demo-checks.ts";
import {
  auditPdf,
  demoResults,
  importanceSvg,
  metricsDocument,
  modelCardHtml,
  modelCardMarkdown,
} from "./demo-results.ts";
import { type DemoState, digest, factOf, keep, type Stage, text, textIn } from "./demo-stage.ts";

const stages: Stage[] = [
  {
    name: "load_dataset",
    group: "data",
    effect: "read",
    description: "Loads the operator's table, recognises its types and settles what kind of problem it is.",
    work: 900,
    input: { source: digest, name: text, target: text, timeColumn: text.nullish() },
    async run(input, context) {
      const dataset = await keep(context, "dataset.csv", "dataset", "age,income,default\n41,52000,0\n");
      const data = {
        dataset,
        name: textIn(input, "name"),
        rows: 19_910,
        columns: 16,
        target: textIn(input, "target"),
        problemType: "binary",
        positiveClass: "default",
        classes: ["good", "default"],
      };
      return { output: { rows: 19_910, columns: 16 }, facts: { data } };
    },
  },
  {
    name: "profile_data",
    group: "data",
    effect: "read",
    description: "Describes every column: kind, missing values, distinct values, outliers.",
    work: 700,
    input: { dataset: digest, target: text },
    async run(_input, context) {
      const artifact = await keep(context, "profile.json", "data-profile", {
        columns: [
          { name: "age", kind: "number", missing: 0, distinct: 63 },
          { name: "income", kind: "number", missing: 412, distinct: 9021 },
          { name: "sex", kind: "category", missing: 0, distinct: 2 },
        ],
      });
      const profile = {
        artifact,
        missingCells: 1874,
        missingShare: 0.0059,
        duplicateRows: 23,
        warnings: ["income is missing in 2.1 % of rows", "purpose has 31 rare values"],
      };
      return { output: { warnings: 2 }, facts: { profile } };
    },
  },
  {
    name: "validate_data",
    group: "data",
    effect: "read",
    description: "Checks a data set against what training needs.",
    work: 500,
    input: { dataset: digest, target: text, protected: z.array(text), timeColumn: text.nullish() },
    async run(_input, context, state) {
      state.validations += 1;
      const isClean = state.validations > 1;
      const failed = isClean ? [] : ["duplicate rows", "target leakage"];
      const artifact = await keep(context, "validation.json", "validation-report", { failed });
      const validation = {
        artifact,
        ok: isClean,
        errors: failed.length,
        warnings: 1,
        failed,
        leakage: isClean ? [] : ["collections_fee"],
      };
      return { output: { ok: isClean }, facts: { validation } };
    },
  },
  {
    name: "clean_data",
    group: "data",
    effect: "write",
    description: "Mends a data set by recorded steps: duplicates, leaking columns, impossible values.",
    work: 600,
    input: {
      dataset: digest,
      target: text,
      protected: z.array(text),
      timeColumn: text.nullish(),
      dropColumns: z.array(text).default([]),
      dropReasons: z.record(z.string(), text).default({}),
    },
    async run(_input, context) {
      const artifact = await keep(context, "cleaning.json", "preparation-report", { steps: 3 });
      const dataset = await keep(
        context,
        "dataset.clean.csv",
        "dataset",
        "age,income,default\n41,52000,0\n\n",
      );
      const clean = { artifact, rowsRemoved: 23, columnsRemoved: ["collections_fee"], cellsChanged: 41 };
      const data = { ...factOf(context, "data"), dataset, rows: 19_887, columns: 15 };
      return { output: { rowsRemoved: 23 }, facts: { clean, data } };
    },
  },
  {
    name: "split_train_test",
    group: "data",
    effect: "write",
    description: "Splits the rows into parts to train, to validate and to test.",
    work: 400,
    input: { dataset: digest, target: text, timeColumn: text.nullish() },
    async run(_input, context) {
      const parts: Record<string, string> = {};
      for (const part of ["train", "validation", "test"])
        parts[part] = await keep(context, `split/${part}.csv`, "split", `${part}\n`);
      const split = { method: "stratified", ...parts, rows: { train: 11_910, validation: 3993, test: 3984 } };
      return { output: { rows: split.rows }, facts: { split } };
    },
  },
  {
    name: "train_classifier",
    group: "training",
    effect: "write",
    description: "Fits a classifier on the training part, stopping early on the validation part.",
    work: 3800,
    input: {
      train: digest,
      validation: digest,
      target: text,
      algorithm: text,
      positiveClass: text.nullish(),
      timeColumn: text.nullish(),
    },
    async run(_input, context) {
      const artifact = await keep(context, "model.json", "model", { trees: 184, learningRate: 0.08 });
      const report = await keep(context, "reports/training.json", "log", { rounds: 224 }, [artifact]);
      return { output: { trees: 184, report }, facts: { model: modelFact(artifact, "none", 0.8779) } };
    },
  },
  {
    name: "train_regressor",
    group: "training",
    effect: "write",
    description: "Fits a regression on the training part.",
    work: 3000,
    input: { train: digest, validation: digest, target: text, algorithm: text, timeColumn: text.nullish() },
    run: () => Promise.resolve({ fail: "the demonstration has no regression" }),
  },
  {
    name: "mitigate_bias",
    group: "training",
    effect: "write",
    description:
      "Reweighs or sets thresholds by group until the fairness limit is met on the validation part.",
    work: 3200,
    input: { model: digest, train: digest, validation: digest, protected: z.array(text) },
    async run(_input, context, state) {
      state.isMitigated = true;
      const artifact = await keep(context, "model.mitigated.json", "model", {
        trees: 201,
        weights: "reweighed",
      });
      return { output: { trees: 201 }, facts: { model: modelFact(artifact, "reweighing", 0.8718) } };
    },
  },
  {
    name: "evaluate_model",
    group: "evaluation",
    effect: "read",
    description: "Measures a model on held-out rows, with confidence intervals and curves.",
    work: 1400,
    input: { model: digest, test: digest },
    async run(input, context, state) {
      const values = state.isMitigated ? demoResults.metrics.after : demoResults.metrics.before;
      const name = state.isMitigated ? "metrics.mitigated.json" : "metrics.json";
      const model = textIn(input, "model");
      const artifact = await keep(context, name, "metrics", metricsDocument(values), [model]);
      const metrics = { artifact, model, rows: 3984, primary: "auc", values: { ...values } };
      return { output: { auc: values.auc }, facts: { metrics } };
    },
  },
  {
    name: "fairness_audit",
    group: "evaluation",
    effect: "read",
    description: "Compares a model's outcomes between the groups of each protected attribute.",
    work: 1100,
    input: { model: digest, test: digest, protected: z.array(text) },
    async run(input, context, state) {
      const attributes = state.isMitigated ? demoResults.fairness.after : demoResults.fairness.before;
      const model = textIn(input, "model");
      const limit = context.settings.fairnessLimit;
      const name = state.isMitigated ? "fairness.mitigated.json" : "fairness.json";
      const document = {
        model,
        passed: state.isMitigated,
        attributes: Object.entries(attributes).map(([attribute, numbers]) => ({
          attribute,
          numbers,
          groups: attribute === "sex" ? demoResults.groups.sex : demoResults.groups.age_group,
        })),
      };
      const artifact = await keep(context, name, "fairness", document, [model]);
      const worst = state.isMitigated
        ? { attribute: "age_group", metric: "demographicParityDifference", value: 0.0683 }
        : { attribute: "sex", metric: "demographicParityDifference", value: 0.1832 };
      const fairness = {
        artifact,
        model,
        passed: state.isMitigated,
        limit,
        audited: true,
        worst,
        attributes,
      };
      return { output: { passed: state.isMitigated }, facts: { fairness: JsonObject.parse(fairness) } };
    },
  },
  {
    name: "detect_drift",
    group: "evaluation",
    effect: "read",
    description: "Compares newer rows with older ones, column by column.",
    work: 800,
    input: { reference: digest, current: digest, target: text, timeColumn: text.nullish() },
    async run(_input, context) {
      const columns = demoResults.drift.map(([column, psi]) => ({
        column,
        psi,
        verdict: psi < 0.1 ? "stable" : "warning",
      }));
      const artifact = await keep(context, "drift.json", "drift", { verdict: "warning", columns });
      const drift = {
        artifact,
        passed: true,
        verdict: "moderate",
        limit: context.settings.driftLimit,
        maxPsi: 0.2113,
        column: "income",
        driftedColumns: [],
        columns: 15,
      };
      return { output: { verdict: "moderate" }, facts: { drift } };
    },
  },
  {
    name: "explain_model",
    group: "evaluation",
    effect: "read",
    description: "Ranks what a model rests on, by exact TreeSHAP values.",
    work: 1700,
    input: { model: digest, data: digest },
    async run(input, context) {
      const model = textIn(input, "model");
      const top = demoResults.explanation.map((one) => ({ ...one }));
      const artifact = await keep(
        context,
        "explanation.json",
        "explanation",
        { method: "tree-shap", ranking: top },
        [model],
      );
      await keep(context, "charts/importance.svg", "chart", importanceSvg, [artifact]);
      const explanation = { artifact, model, method: "tree-shap", additive: true, top };
      return { output: { top: top[0]?.feature ?? "" }, facts: { explanation } };
    },
  },
  {
    name: "generate_model_card",
    group: "compliance",
    effect: "write",
    description: "Writes the model card from what was measured.",
    work: 900,
    input: { model: digest },
    async run(input, context) {
      const model = textIn(input, "model");
      const body = modelCardMarkdown.replace("{{run}}", context.run?.runId ?? "");
      const artifact = await keep(context, "model_card.md", "model-card", body, [model]);
      await keep(context, "model_card.html", "model-card", modelCardHtml, [model]);
      return { output: { name: "model_card.md" }, facts: { card: { artifact, name: "model_card.md" } } };
    },
  },
  {
    name: "export_audit_report",
    group: "compliance",
    effect: "write",
    description: "Exports the signed audit report of the run as PDF.",
    work: 800,
    input: {},
    async run(_input, context) {
      const artifact = await keep(context, "audit_report.pdf", "audit-report", auditPdf());
      return {
        output: { name: "audit_report.pdf" },
        facts: { audit: { artifact, name: "audit_report.pdf" } },
      };
    },
  },
  {
    name: "package_model",
    group: "deployment",
    effect: "write",
    repeat: "keyed",
    description: "Packages the model with a serving application as an OCI image.",
    work: 1500,
    input: { model: digest, tag: text.optional().describe("Tag of the image.") },
    async run(input, context) {
      const model = textIn(input, "model");
      const manifest = await keep(context, "package/manifest.json", "manifest", { model }, [model]);
      const signature = await keep(context, "package/manifest.sig", "signature", "c2lnbmF0dXJl", [manifest]);
      const image = `sha256:${sha256(`image of ${model}`)}`;
      const built = { image, layout: "image", model, manifest, signature, runtime: "bundled" };
      return { output: { image }, facts: { package: built } };
    },
  },
  {
    name: "generate_k8s_manifests",
    group: "deployment",
    effect: "write",
    description: "Writes hardened Kubernetes manifests for an image.",
    work: 400,
    input: { image: text },
    async run(_input, context) {
      const artifact = await keep(
        context,
        "kubernetes.yaml",
        "kubernetes-manifests",
        "apiVersion: apps/v1\nkind: Deployment\n",
      );
      return { output: { documents: 3 }, facts: { kubernetes: { artifact, name: "kubernetes.yaml" } } };
    },
  },
];

const modelFact = (artifact: string, mitigation: string, value: number): JsonObject => ({
  artifact,
  algorithm: "gradient-boosting",
  problemType: "binary",
  features: 31,
  trainRows: 11_910,
  mitigation,
  validation: { metric: "auc", value },
});

/** A tool that agents may call and the demonstration does not. */
const idle = (name: string): Stage => ({
  name,
  group: "knowledge",
  description: "Stands on the shelf; the demonstration does not call it.",
  work: 250,
  input: {},
  run: () => Promise.resolve({ fail: `the demonstration has no ${name}` }),
});

/** Tools of the shipped names that pretend to work, on the clock's time; `named` are all that agents may call. */
export function demoTools(clock: Clock, named: readonly string[]): ToolDefinition[] {
  const states = new Map<string, DemoState>();
  const played = [...stages, ...demoChecks];
  const others = named.filter((name) => !played.some((stage) => stage.name === name)).map(idle);
  return [...played, ...others].map((stage) =>
    defineTool({
      name: stage.name,
      group: stage.group,
      description: stage.description,
      input: z.strictObject(stage.input),
      output: z.record(z.string(), z.json()),
      effect: stage.effect ?? "read",
      repeat: stage.repeat ?? "safe",
      parallel: false,
      timeoutMs: 120_000,
      async run(input, context) {
        const key = context.run?.runId ?? "by hand";
        const state = states.get(key) ?? { isMitigated: false, validations: 0 };
        states.set(key, state);
        const steps = Math.max(1, Math.round(stage.work / 250));
        for (let step = 1; step <= steps; step += 1) {
          context.progress({ message: `${stage.name}: step ${step} of ${steps}`, fraction: step / steps });
          await clock.sleep(stage.work / steps, context.signal);
        }
        const found = await stage.run(JsonObject.parse(JSON.parse(JSON.stringify(input))), context, state);
        if ("fail" in found) return { ok: false, failure: failure("tool-failed", found.fail) };
        return { ok: true, output: found.output, facts: found.facts };
      },
    }),
  );
}
