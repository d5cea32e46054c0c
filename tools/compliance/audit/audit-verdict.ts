import type { RunRecord } from "#core/contract/run-record.ts";
import type { Tone } from "../../pictures/picture.ts";
import { formatCount, formatName, formatNumber, formatSetting } from "../../pictures/format-value.ts";
import type { KnownFacts } from "../evidence/read-facts.ts";

/** The one line that a reader of the first page takes away, with every reason for it. */
export interface AuditVerdict {
  tone: Tone;
  line: string;
  /** What speaks against release, strongest first. */
  findings: string[];
}

/**
 * Weighs what was recorded: something that failed outweighs something that is missing, and that outweighs something
 * that waits for a person. Nothing is good by default: a part that no tool recorded is a finding.
 */
export function auditVerdict(facts: KnownFacts, run: Pick<RunRecord, "gates">): AuditVerdict {
  const exceeded = failures(facts);
  const refused = gateFailures(run);
  const failed = [...exceeded, ...refused];
  const missing = gaps(facts);
  const waiting = run.gates
    .filter((gate) => gate.state === "open")
    .map((gate) => `A ${gate.kind} gate is still open.`);
  const findings = [...failed, ...missing, ...waiting];
  const approvers = approvalsOf(run);
  if (exceeded.length > 0 && refused.length === 0 && waiting.length === 0 && approvers !== undefined) {
    // People may accept a risk; the first page must say both that they did and what they accepted.
    return {
      tone: "warning",
      line: `RELEASED BY APPROVAL WITH A LIMIT EXCEEDED. ${exceeded[0] ?? ""} ${approvers}`,
      findings,
    };
  }
  if (failed.length > 0) return { tone: "bad", line: `NOT FIT FOR RELEASE. ${failed[0] ?? ""}`, findings };
  if (missing.length > 0) return { tone: "warning", line: `INCOMPLETE. ${missing[0] ?? ""}`, findings };
  if (waiting.length > 0)
    return { tone: "warning", line: `WAITING FOR APPROVAL. ${waiting[0] ?? ""}`, findings };
  const deploy = run.gates.find((gate) => gate.kind === "deploy" && gate.state === "resolved");
  const approval =
    deploy === undefined ? "No deploy gate was part of this run." : "The deploy gate was approved.";
  return { tone: "good", line: `ALL RECORDED CHECKS PASSED. ${approval}`, findings };
}

/** Who let the run pass its gates; undefined unless a deploy gate was approved. */
function approvalsOf(run: Pick<RunRecord, "gates">): string | undefined {
  const approved = run.gates.filter((gate) => gate.state === "resolved" && gate.decision !== "rejected");
  if (!approved.some((gate) => gate.kind === "deploy")) return undefined;
  const words = approved.flatMap((gate) =>
    gate.state === "resolved" ? [`${gate.kind} gate by ${gate.resolvedBy.id}`] : [],
  );
  return `Approved: ${words.join(", ")}.`;
}

function failures({ fairness, drift, validation }: KnownFacts): string[] {
  const worst = fairness?.worst;
  const size =
    worst === undefined
      ? ""
      : ` The ${formatName(worst.metric)} of ${worst.attribute} is ${formatNumber(worst.value)}; the limit is ${formatSetting(fairness?.limit ?? 0)}.`;
  return [
    ...(fairness?.audited === true && !fairness.passed ? [`Fairness failed.${size}`] : []),
    ...(drift !== undefined && !drift.passed
      ? [
          `Drift is too high: ${drift.column ?? "a column"} has a population stability index of ${formatNumber(drift.maxPsi)}; the limit is ${formatSetting(drift.limit)}.`,
        ]
      : []),
    ...(validation !== undefined && !validation.ok
      ? [`The data holds ${formatCount(validation.errors, "error")}.`]
      : []),
  ];
}

function gateFailures(run: Pick<RunRecord, "gates">): string[] {
  return run.gates.flatMap((gate) => {
    if (gate.state === "expired") return [`A ${gate.kind} gate expired without an answer.`];
    if (gate.state === "resolved" && gate.decision === "rejected")
      return [`A ${gate.kind} gate was rejected.`];
    return [];
  });
}

function gaps(facts: KnownFacts): string[] {
  return [
    ...(facts.model === undefined ? ["No trained model was recorded."] : []),
    ...(facts.metrics === undefined ? ["The model was not evaluated on held-out data."] : []),
    ...(facts.fairness === undefined || !facts.fairness.audited ? ["Fairness was not audited."] : []),
    ...(facts.explanation === undefined ? ["The model was not explained."] : []),
    ...(facts.drift === undefined ? ["Drift was not checked."] : []),
  ];
}
