import { assertNever } from "#core/contract/failure.ts";
import type { Model } from "#lib/ml/score/model-file.ts";
import { list, pairs, paragraph, table, verdict } from "../document/blocks.ts";
import { formatName, formatNumber, formatSetting } from "../../pictures/format-value.ts";
import type { Section } from "../document/report-document.ts";
import type { CardEvidence } from "./card-evidence.ts";

/** Section 1: what the model is and which bytes it is. */
export function modelDetails({ name, model, digest, evidence, date }: CardEvidence): Section {
  const { training } = model;
  const parameters = Object.entries(training.parameters).map(([key, value]) => [
    formatName(key),
    String(value),
  ]);
  return {
    title: "Model details",
    blocks: [
      pairs([
        { name: "Name", value: name },
        { name: "Date of this card", value: date },
        { name: "SHA-256 of the model file", value: digest, kind: "digest" },
        { name: "Format", value: model.format },
        { name: "Algorithm", value: evidence.facts.model?.algorithm ?? training.algorithm },
        { name: "Problem", value: model.problem },
        { name: "Target", value: model.target },
        { name: "Classes", value: model.classes?.join(", ") ?? "none: it predicts a number" },
        ...(model.positiveClass === null ? [] : [{ name: "Positive class", value: model.positiveClass }]),
        { name: "Decision rule", value: decisionText(model) },
        { name: "Mitigation", value: mitigationText(model, evidence.facts.model?.mitigation) },
        { name: "Random seed", value: String(training.seed) },
      ]),
      table(
        "Training parameters",
        [
          ["Parameter", "text", 2],
          ["Value", "text", 2],
        ],
        parameters,
      ),
    ],
  };
}

/** Section 2: what it is for, as far as anyone said so. */
export function intendedUse({ model, stated, run }: CardEvidence): Section {
  const purpose =
    run === undefined
      ? "Not recorded: the model was packaged outside of a run, so no problem statement is known."
      : `The run that made the model was asked: “${run.problem}”`;
  return {
    title: "Intended use",
    blocks: [
      paragraph(purpose),
      paragraph(`It predicts ${model.target} from the inputs listed under Factors, one row at a time.`),
      paragraph(stated.intendedUse ?? "Not recorded: a statement of intended users and uses."),
      paragraph(
        stated.outOfScope ??
          "Not recorded: a statement of uses that are out of scope. Nothing in this card speaks for any use other than the one above.",
      ),
    ],
  };
}

/** Section 3: inputs, protected attributes, and whether the model reads them. */
export function factors({ model, run, evidence }: CardEvidence): Section {
  const attributes = run?.protected ?? Object.keys(evidence.facts.fairness?.attributes ?? {});
  const read = attributes.filter((attribute) => model.features.some((feature) => feature.name === attribute));
  const isRuleByGroup = model.decision.kind === "group-thresholds";
  return {
    title: "Factors",
    blocks: [
      paragraph(
        attributes.length === 0
          ? "No protected attribute was named."
          : `Protected attributes: ${attributes.join(", ")}.`,
      ),
      ...(attributes.length === 0
        ? []
        : [
            verdict(
              read.length === 0 && !isRuleByGroup ? "good" : "warning",
              read.length === 0
                ? "The model reads none of them as an input."
                : `The model reads as inputs: ${read.join(", ")}.`,
            ),
          ]),
      ...(isRuleByGroup
        ? [verdict("warning", "The decision rule uses one threshold per group of a protected attribute.")]
        : []),
      table(
        `Inputs (${model.features.length})`,
        [
          ["Input", "text", 2],
          ["Kind", "text", 1],
          ["Values seen in training", "text", 3],
        ],
        model.features.map((feature) => [
          feature.name,
          feature.kind,
          feature.kind === "categorical" ? shortList(feature.categories) : "–",
        ]),
      ),
    ],
  };
}

/** Section 4: what is measured, and at which threshold. */
export function metricChoices({ model, evidence }: CardEvidence): Section {
  const { metrics, model: fact } = evidence.facts;
  const chosen =
    metrics === undefined
      ? "Not recorded: the metric by which the model was judged."
      : `The model was judged by ${formatName(metrics.primary)}; all metrics are under Quantitative analyses.`;
  return {
    title: "Metrics",
    blocks: [
      paragraph(chosen),
      ...(fact === undefined
        ? []
        : [
            paragraph(
              `While training, ${formatName(fact.validation.metric)} on the validation part was ${formatNumber(fact.validation.value)}.`,
            ),
          ]),
      paragraph(`Decision rule: ${decisionText(model)}.`),
      ...thresholdList(model),
    ],
  };
}

function decisionText(model: Model): string {
  const { decision } = model;
  switch (decision.kind) {
    case "threshold":
      return `${model.positiveClass ?? "positive"} from a probability of ${formatSetting(decision.value)} on`;
    case "group-thresholds":
      return `one threshold per group of ${decision.columns.map(({ feature }) => feature.name).join(" and ")}`;
    case "argmax":
      return "the most probable class";
    case "identity":
      return "the predicted value itself";
    default:
      return assertNever(decision, "decisionText");
  }
}

function thresholdList({ decision }: Model) {
  if (decision.kind !== "group-thresholds") return [];
  const groups = Object.entries(decision.thresholds).map(
    ([group, value]) => `${group}: ${formatSetting(value)}`,
  );
  return list([...groups, `any other group: ${formatSetting(decision.fallback)}`]);
}

function mitigationText(model: Model, recorded: string | undefined): string {
  if (recorded !== undefined) return recorded === "none" ? "none" : formatName(recorded.replaceAll("-", " "));
  return model.decision.kind === "group-thresholds" ? "group thresholds" : "not recorded";
}

function shortList(values: readonly string[]): string {
  const shown = values.slice(0, 12).join(", ");
  return values.length > 12 ? `${shown} and ${values.length - 12} more` : shown;
}
