import { pairs } from "../document/blocks.ts";
import { formatTime } from "../../pictures/format-value.ts";
import type { Section } from "../document/report-document.ts";
import type { Cover } from "../pdf/pdf-report.ts";
import type { AuditEvidence } from "./audit-evidence.ts";
import {
  dataGovernance,
  drift,
  explainability,
  fairness,
  lineage,
  manifest,
  modelAndMetrics,
  modelCard,
  verification,
} from "./result-sections.ts";
import { agentTrail, approvals, executiveSummary, permissions, runDetails } from "./run-sections.ts";

/** The report in the order in which an auditor asks: what came out, from what, who allowed it, how to check it. */
export function auditContent(audit: AuditEvidence): { cover: Cover; sections: Section[] } {
  return {
    cover: coverOf(audit),
    sections: [
      executiveSummary(audit),
      runDetails(audit),
      dataGovernance(audit),
      modelAndMetrics(audit),
      fairness(audit),
      explainability(audit),
      drift(audit),
      approvals(audit),
      permissions(audit),
      agentTrail(audit),
      lineage(audit),
      manifest(audit),
      verification(audit),
      modelCard(audit),
    ],
  };
}

function coverOf({ run, evidence, verdict, bundle, signer, documentTime }: AuditEvidence): Cover {
  const { problem } = run.request;
  const { model, package: packaged } = evidence.facts;
  return {
    title: "Audit report",
    subtitle: problem.length > 220 ? `${problem.slice(0, 219)}…` : problem,
    verdict: { type: "verdict", tone: verdict.tone, text: verdict.line },
    pairs: pairs([
      { name: "Run", value: run.runId, kind: "digest" },
      { name: "Document time", value: formatTime(documentTime) },
      { name: "Workflow", value: `${run.workflow.id} ${run.workflow.version}` },
      { name: "Workflow hash", value: run.workflow.hash, kind: "digest" },
      { name: "Deployment", value: run.deployment.id },
      { name: "Configuration hash", value: run.deployment.configHash, kind: "digest" },
      { name: "Model", value: model?.artifact, kind: "digest" },
      { name: "Container image", value: packaged?.image, kind: "digest" },
      { name: "Bundle digest", value: bundle.digest, kind: "digest" },
      { name: "Signed with", value: `${signer.keyName} (Ed25519)` },
      { name: "Key fingerprint", value: signer.keyFingerprint, kind: "digest" },
      { name: "Transparency log", value: "not entered in one" },
    ]) as Cover["pairs"], // pairs() makes this type of block
    note:
      "A document cannot hold its own signature: it lies beside this one, with the public key. The last but one section " +
      "lists the commands by which anyone can check every statement here, with programs that are not Swarm's.",
  };
}
