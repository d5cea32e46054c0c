import { heading, list, missing, pairs, paragraph } from "../document/blocks.ts";
import { formatCount, formatNumber } from "../../pictures/format-value.ts";
import type { Block, Section } from "../document/report-document.ts";
import { dataBlocks, splitBlocks } from "../sections/data-blocks.ts";
import { driftBlocks } from "../sections/drift-blocks.ts";
import { explanationBlocks } from "../sections/explanation-blocks.ts";
import { fairnessBlocks, fairnessVerdict } from "../sections/fairness-blocks.ts";
import { performanceBlocks } from "../sections/performance-blocks.ts";
import type { CardEvidence } from "./card-evidence.ts";

/** Section 5. */
export function evaluationData({ evidence }: CardEvidence): Section {
  const { metrics, split } = evidence.facts;
  const blocks: Block[] = [];
  if (metrics === undefined && split === undefined)
    blocks.push(missing("which data the model was evaluated on"));
  if (metrics !== undefined) {
    blocks.push(
      paragraph(`The model was evaluated on ${formatCount(metrics.rows, "row")} of the test part.`),
    );
  }
  if (split !== undefined) blocks.push(...splitBlocks(evidence));
  return { title: "Evaluation data", blocks };
}

/** Section 6. */
export function trainingData({ evidence, model, run }: CardEvidence): Section {
  return {
    title: "Training data",
    blocks: [
      pairs([
        { name: "Rows trained on", value: formatNumber(model.training.rowCount) },
        { name: "Fingerprint of those rows", value: model.training.dataFingerprint, kind: "digest" },
        { name: "Time column", value: run === undefined ? undefined : (run.timeColumn ?? "none") },
      ]),
      ...dataBlocks(evidence),
    ],
  };
}

/** Section 7: every number, with its picture. */
export function quantitativeAnalyses({ evidence }: CardEvidence): Section {
  return {
    title: "Quantitative analyses",
    blocks: [
      heading("Performance"),
      ...performanceBlocks(evidence),
      heading("Fairness"),
      ...fairnessBlocks(evidence),
      heading("Drift"),
      ...driftBlocks(evidence),
      heading("Explanation"),
      ...explanationBlocks(evidence),
    ],
  };
}

/** Section 8. */
export function ethicalConsiderations({ evidence, model, run }: CardEvidence): Section {
  const attributes = run?.protected ?? [];
  const read = attributes.filter((attribute) => model.features.some((feature) => feature.name === attribute));
  const notes = [
    ...(read.length > 0
      ? [
          `Protected attributes among the inputs: ${read.join(", ")}. Whether that is lawful depends on the use.`,
        ]
      : []),
    ...(model.decision.kind === "group-thresholds"
      ? ["Decisions differ by group at equal probability. Whether that is lawful depends on the use."]
      : []),
    "Equal rates between groups on past data are no promise for other data, and no proof that the data itself is fair.",
  ];
  return { title: "Ethical considerations", blocks: [fairnessVerdict(evidence), ...list(notes)] };
}

/** Section 9: what the recorded results themselves say against trusting the model too far. */
export function caveats({ evidence, model, stated }: CardEvidence): Section {
  const { facts, unreadable } = evidence;
  const { validation, drift, fairness, explanation, profile } = facts;
  const notes = [
    ...(evidence.metrics === undefined ? ["The model was not evaluated on held-out data."] : []),
    ...(fairness?.audited === true ? [] : ["Fairness was not audited."]),
    ...(drift === undefined ? ["Newer data was not compared with the training data."] : []),
    ...(explanation === undefined && evidence.ranking.length === 0 ? ["The model was not explained."] : []),
    ...(validation !== undefined && validation.leakage.length > 0
      ? [`These columns seem to give the target away: ${validation.leakage.join(", ")}.`]
      : []),
    ...(validation !== undefined && !validation.ok
      ? [`Validation left ${formatCount(validation.errors, "error")} standing.`]
      : []),
    ...(drift !== undefined && drift.driftedColumns.length > 0
      ? [`The newest data has drifted in ${drift.driftedColumns.join(", ")}.`]
      : []),
    ...(profile?.warnings ?? []),
    ...model.training.notes,
    ...unreadable,
  ];
  return {
    title: "Caveats and limitations",
    blocks: [
      paragraph(stated.limitations ?? "Not recorded: limitations stated by the owner."),
      ...(notes.length === 0
        ? [paragraph("The recorded results raise no caveat of their own.")]
        : list(notes)),
    ],
  };
}

/** The digests by which every statement above can be traced to bytes. */
export function lineage({ evidence, digest }: CardEvidence): Section {
  const { data, profile, validation, clean, split, metrics, fairness, drift, explanation } = evidence.facts;
  const rows = [
    { name: "Data set", value: data?.dataset },
    { name: "Profile", value: profile?.artifact },
    { name: "Validation report", value: validation?.artifact },
    { name: "Preparation report", value: clean?.artifact },
    { name: "Training part", value: split?.train },
    { name: "Validation part", value: split?.validation },
    { name: "Test part", value: split?.test },
    { name: "Model", value: digest },
    { name: "Metrics", value: metrics?.artifact },
    { name: "Fairness", value: fairness?.artifact },
    { name: "Drift", value: drift?.artifact },
    { name: "Explanation", value: explanation?.artifact },
  ];
  return { title: "Lineage", blocks: [pairs(rows.map((row) => ({ ...row, kind: "digest" as const })))] };
}

/** Whom to ask. */
export function contact({ stated }: CardEvidence): Section {
  return {
    title: "Contact",
    blocks: [paragraph(stated.contact ?? "Not recorded: whom to ask about this model.")],
  };
}
