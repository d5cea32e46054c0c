import { code, missing, pairs, paragraph, table } from "../document/blocks.ts";
import { formatCount, formatName, formatNumber } from "../../pictures/format-value.ts";
import type { Block, Section } from "../document/report-document.ts";
import { dataBlocks, splitBlocks } from "../sections/data-blocks.ts";
import { driftBlocks } from "../sections/drift-blocks.ts";
import { explanationBlocks } from "../sections/explanation-blocks.ts";
import { fairnessBlocks } from "../sections/fairness-blocks.ts";
import { performanceBlocks } from "../sections/performance-blocks.ts";
import { AUDIT_FILES, type AuditEvidence } from "./audit-evidence.ts";

export function dataGovernance({ evidence }: AuditEvidence): Section {
  return { title: "Data governance", blocks: [...dataBlocks(evidence), ...splitBlocks(evidence)] };
}

export function modelAndMetrics({ evidence }: AuditEvidence): Section {
  const { model, algorithm } = evidence.facts;
  const details: Block =
    model === undefined
      ? missing("a trained model (train_classifier, train_regressor)")
      : pairs([
          { name: "Model", value: model.artifact, kind: "digest" },
          { name: "Algorithm", value: model.algorithm },
          { name: "Reason for it", value: algorithm?.reason },
          { name: "Problem", value: model.problemType },
          { name: "Features", value: formatNumber(model.features) },
          { name: "Rows trained on", value: formatNumber(model.trainRows) },
          { name: "Mitigation", value: model.mitigation },
          {
            name: "On the validation part",
            value: `${formatName(model.validation.metric)} ${formatNumber(model.validation.value)}`,
          },
        ]);
  return { title: "Model and metrics", blocks: [details, ...performanceBlocks(evidence)] };
}

export function fairness({ evidence }: AuditEvidence): Section {
  const history = evidence.fairnessHistory;
  const note =
    history.length > 1
      ? [
          paragraph(
            `The run audited fairness ${formatCount(history.length, "time")}; all audits are shown, in order.`,
          ),
        ]
      : [];
  return { title: "Fairness", blocks: [...note, ...fairnessBlocks(evidence)] };
}

export function explainability({ evidence }: AuditEvidence): Section {
  return { title: "Explainability", blocks: explanationBlocks(evidence) };
}

export function drift({ evidence }: AuditEvidence): Section {
  return { title: "Drift", blocks: driftBlocks(evidence) };
}

/** From the data to what would be served, each step by the digest of its bytes. */
export function lineage({ evidence, run }: AuditEvidence): Section {
  const { data, clean, split, model, metrics, package: packaged } = evidence.facts;
  const steps: [string, string | undefined, string][] = [
    ["Data as handed in", run.request.data.sha256, "the operator"],
    ["Data as used", data?.dataset, clean === undefined ? "load_dataset" : "clean_data"],
    ["Training part", split?.train, "split_train_test"],
    ["Model", model?.artifact, "trained on the training part"],
    ["Metrics", metrics?.artifact, "the model on the test part"],
    ["Container image", packaged?.image.slice("sha256:".length), "package_model"],
    ["Signed package manifest", packaged?.manifest, "package_model"],
  ];
  const names = new Map(run.artifacts.map((artifact) => [artifact.sha256 as string, artifact.name])); // brands aside
  return {
    title: "Lineage",
    blocks: [
      table(
        "From the data to what would be served",
        [
          ["Step", "text", 1.5],
          ["SHA-256", "digest", 4],
          ["Made by", "text", 1.6],
        ],
        steps.map(([step, digest, made]) => [step, digest ?? "not recorded", made]),
      ),
      table(
        "Edges between artifacts, as their makers recorded them",
        [
          ["Artifact", "text", 2],
          ["Made from", "text", 3],
        ],
        run.artifacts
          .filter(({ inputs }) => inputs.length > 0)
          .map(({ name, inputs }) => [
            name,
            inputs.map((input) => names.get(input) ?? `${input.slice(0, 12)}…`).join(", "),
          ]),
      ),
    ],
  };
}

/** Every artifact with its digest: change one byte of one of them and the bundle's digest changes. */
export function manifest({ bundle }: AuditEvidence): Section {
  return {
    title: "Tamper-evident manifest",
    blocks: [
      paragraph(
        `${AUDIT_FILES.bundle} lists the ${formatCount(bundle.artifacts.length, "file")} below; its own SHA-256 is the bundle digest on the cover.`,
      ),
      pairs([{ name: "Bundle digest", value: bundle.digest, kind: "digest" }]),
      table(
        "Artifacts of the run",
        [
          ["File", "text", 1.7],
          ["Kind", "text", 1.1],
          ["Bytes", "number", 0.8],
          ["SHA-256", "digest", 4.4],
        ],
        bundle.artifacts.map(({ name, kind, bytes, sha256 }) => [name, kind, formatNumber(bytes), sha256]),
      ),
    ],
  };
}

/** Commands of programs that are not ours, but for the last. */
export function verification({ run, evidence, bundle, signer }: AuditEvidence): Section {
  const { report, signature, key, bundle: list } = AUDIT_FILES;
  const verify = (file: string, sigfile: string) =>
    `openssl pkeyutl -verify -pubin -inkey ${key} -rawin \\\n  -in ${file} -sigfile ${sigfile}`;
  const packaged = evidence.facts.package;
  return {
    title: "How to verify",
    blocks: [
      paragraph("In the folder of the run, offline. Every artifact is what this report says it is:"),
      code(`sha256sum -c ${list}`),
      paragraph(`The bundle is the one on the cover (${bundle.digest.slice(0, 16)}…):`),
      code(`sha256sum ${list}`),
      paragraph(
        "This report is the one that was signed; the answer must be “Signature Verified Successfully”:",
      ),
      code(verify(report, signature)),
      paragraph(`The key is the one on the cover (${signer.keyFingerprint.slice(0, 16)}…):`),
      code(`openssl pkey -pubin -in ${key} -outform DER | sha256sum`),
      ...(packaged === undefined
        ? []
        : [
            paragraph("The package is the one that was signed, and its image is the one named on the cover:"),
            code(`${verify("manifest.json", "manifest.json.sig")}\nskopeo inspect oci:${packaged.layout}`),
          ]),
      paragraph("The log that all of this was read from is whole and unchanged:"),
      code(`swarm log verify --run ${run.runId}\nswarm log export --run ${run.runId} --out log`),
    ],
  };
}

/** The model card as the run recorded it, without its charts. */
export function modelCard({ card }: AuditEvidence): Section {
  if (card === undefined) {
    return { title: "Model card", blocks: [missing("a model card (generate_model_card)")] };
  }
  const blocks = card.sections.flatMap((section): Block[] => [
    { type: "heading", text: section.title },
    ...section.blocks.flatMap((block): Block[] => {
      if (block.type === "picture") return [];
      return block.type === "heading" ? [{ type: "paragraph", text: `${block.text}:` }] : [block];
    }),
  ]);
  return { title: "Model card", blocks: [paragraph(`${card.title}. ${card.subtitle}.`), ...blocks] };
}
