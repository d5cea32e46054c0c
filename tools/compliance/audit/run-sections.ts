import type { ApprovalGate } from "#core/contract/gate.ts";
import { assertNever } from "#core/contract/failure.ts";
import { heading, list, missing, pairs, paragraph, table } from "../document/blocks.ts";
import { formatCount, formatName, formatNumber, formatTime } from "../../pictures/format-value.ts";
import type { Block, Section } from "../document/report-document.ts";
import type { AuditEvidence } from "./audit-evidence.ts";

/** What happened, in one paragraph and a handful of numbers. */
export function executiveSummary({ run, evidence, verdict }: AuditEvidence): Section {
  const { data, model, metrics, fairness, drift } = evidence.facts;
  const sentences = [
    `Swarm was asked: “${shorten(run.request.problem)}”`,
    ...(data === undefined
      ? []
      : [
          `It worked on ${data.name} with ${formatCount(data.rows, "row")} and ${formatCount(data.columns, "column")}.`,
        ]),
    ...(model === undefined
      ? []
      : [
          `The model is ${model.algorithm} on ${formatCount(model.features, "feature")}, with mitigation: ${model.mitigation}.`,
        ]),
    ...(metrics === undefined
      ? []
      : [
          `On ${formatCount(metrics.rows, "held-out row")} its ${formatName(metrics.primary)} is ${formatNumber(metrics.values[metrics.primary])}.`,
        ]),
    ...(fairness === undefined ? [] : [`The fairness audit ${outcomeOf(fairness)}.`]),
    ...(drift === undefined ? [] : [`Drift of the newest data is ${drift.verdict}.`]),
    `Gates opened: ${run.gates.length}. Calls refused: ${run.denials.length}.`,
  ];
  return {
    title: "Executive summary",
    blocks: [
      paragraph(sentences.join(" ")),
      { type: "verdict", tone: verdict.tone, text: verdict.line },
      ...(verdict.findings.length === 0
        ? [paragraph("Nothing that was recorded speaks against release.")]
        : [paragraph("What speaks against release:"), ...list(verdict.findings)]),
      ...list(evidence.unreadable),
    ],
  };
}

/** The whole text stands in the section about the run. */
function shorten(problem: string): string {
  return problem.length > 400 ? `${problem.slice(0, 399)}…` : problem;
}

function outcomeOf(fairness: { audited: boolean; passed: boolean }): string {
  if (!fairness.audited) return "had no protected attribute to look at";
  return fairness.passed ? "passed" : "failed";
}

/** The order as it was given, and what it cost. */
export function runDetails({ run }: AuditEvidence): Section {
  const { request, usage } = run;
  return {
    title: "The run",
    blocks: [
      pairs([
        { name: "Run", value: run.runId, kind: "digest" },
        { name: "Created", value: formatTime(run.createdAt) },
        { name: "Problem", value: request.problem },
        { name: "Data", value: `${request.data.name} (${formatNumber(request.data.bytes)} bytes)` },
        { name: "SHA-256 of the data", value: request.data.sha256, kind: "digest" },
        { name: "Target", value: request.target },
        { name: "Protected attributes", value: request.protected.join(", ") || "none named" },
        { name: "Time column", value: request.timeColumn ?? "none" },
        { name: "Workflow", value: `${run.workflow.id} ${run.workflow.version}` },
        { name: "Workflow hash", value: run.workflow.hash, kind: "digest" },
        { name: "Deployment", value: run.deployment.id },
        { name: "Configuration hash", value: run.deployment.configHash, kind: "digest" },
        {
          name: "Approvals",
          value: request.approve === "ask" ? "by people" : "by the system itself (--approve auto)",
        },
        { name: "Random seed", value: String(request.seed) },
        { name: "Model provider", value: request.provider ?? "as the agents' manifests say" },
      ]),
      pairs([
        { name: "Model calls", value: formatNumber(usage.modelCalls) },
        { name: "Tool calls", value: formatNumber(usage.toolCalls) },
        {
          name: "Tokens in, out",
          value: `${formatNumber(usage.inputTokens)}, ${formatNumber(usage.outputTokens)}`,
        },
        { name: "Known cost", value: `${usage.costUsd.toFixed(4)} USD` },
      ]),
    ],
  };
}

/** Every gate: why it opened, exactly what was decided on, by whom, and how. */
export function approvals({ run }: AuditEvidence): Section {
  if (run.gates.length === 0) return { title: "Approvals", blocks: [paragraph("No gate was opened.")] };
  const blocks: Block[] = [
    paragraph(
      "A decision counts for the input whose hash is printed with it, and for no other: “swarm gates show” prints that input.",
    ),
  ];
  for (const [index, gate] of run.gates.entries()) {
    blocks.push(
      heading(`Gate ${index + 1}: ${gate.kind}`),
      pairs([
        { name: "Gate", value: gate.gateId, kind: "digest" },
        { name: "Stands before", value: subjectOf(gate) },
        { name: "Reason", value: gate.reason },
        { name: "Least role", value: gate.role },
        { name: "Hash of what was shown", value: gate.inputHash, kind: "digest" },
        { name: "Opened", value: formatTime(gate.openedAt) },
        ...decisionOf(gate),
      ]),
    );
  }
  return { title: "Approvals", blocks };
}

function subjectOf({ subject }: ApprovalGate): string {
  switch (subject.kind) {
    case "tool-call":
      return `the call of ${subject.tool} (${subject.callId})`;
    case "checkpoint":
      return `the checkpoint ${subject.nodeId} of the workflow`;
    case "abandoned-call":
      return `a call of ${subject.tool} whose end is unknown (${subject.callId})`;
    default:
      return assertNever(subject, "subjectOf");
  }
}

function decisionOf(gate: ApprovalGate): { name: string; value: string }[] {
  switch (gate.state) {
    case "open":
      return [{ name: "Decision", value: "none yet: the gate is open" }];
    case "resolved": {
      const { resolvedBy } = gate;
      const role = resolvedBy.kind === "user" ? `, ${resolvedBy.role}` : "";
      return [
        { name: "Decision", value: gate.decision },
        { name: "Decided by", value: `${resolvedBy.id} (${resolvedBy.kind}${role})` },
        { name: "Decided", value: formatTime(gate.resolvedAt) },
      ];
    }
    case "expired":
    case "withdrawn":
      return [
        { name: "Decision", value: `none: the gate was ${gate.state}` },
        { name: "Ended", value: formatTime(gate.resolvedAt) },
      ];
    default:
      return assertNever(gate, "decisionOf");
  }
}

/** How often each source of rules allowed, asked or denied, and every refusal in words. */
export function permissions({ run }: AuditEvidence): Section {
  return {
    title: "Permission decisions",
    blocks: [
      paragraph(
        "Every tool call is decided before it runs, and every decision is recorded, allowed ones too.",
      ),
      table(
        "Decisions by the source of the deciding rule",
        [
          ["Source", "text", 3],
          ["Decision", "text", 1],
          ["Count", "number", 1],
        ],
        run.decisions.map(({ source, behaviour, count }) => [source, behaviour, formatNumber(count)]),
      ),
      heading("Refusals"),
      table(
        "Refused calls",
        [
          ["Tool", "text", 1.7],
          ["Agent", "text", 1.9],
          ["Rule", "text", 1.6],
          ["Reason", "text", 3.4],
        ],
        run.denials.map(({ tool, agent, source, rule, reason }) => [
          tool,
          agent ?? "a person",
          rule === undefined ? source : `${source}: ${rule}`,
          reason,
        ]),
      ),
    ],
  };
}

/** Who worked, under whom, and how often each was refused: counts, never what was said. */
export function agentTrail({ run }: AuditEvidence): Section {
  if (run.trail.length === 0) return { title: "Agent trail", blocks: [missing("which agents took part")] };
  return {
    title: "Agent trail",
    blocks: [
      paragraph(
        "In the order in which they began; the indent shows who was called by whom. Conversations are not quoted.",
      ),
      table(
        "Agents",
        [
          ["Agent", "text", 2.6],
          ["Team", "text", 1.2],
          ["Tier", "text", 1.2],
          ["Turns", "number", 0.7],
          ["Calls", "number", 0.7],
          ["Refused", "number", 0.9],
          ["Outcome", "text", 1.1],
        ],
        run.trail.map((entry) => [
          `${"– ".repeat(entry.depth)}${entry.agent}`,
          entry.team,
          entry.tier,
          formatNumber(entry.turns),
          formatNumber(entry.tools.length),
          formatNumber(entry.tools.filter(({ outcome }) => outcome.startsWith("refused")).length),
          entry.outcome,
        ]),
      ),
      table(
        "Tools by how their calls ended",
        [
          ["Tool", "text", 3],
          ["Outcome", "text", 2],
          ["Calls", "number", 1],
        ],
        countTools(run.trail),
      ),
    ],
  };
}

function countTools(trail: AuditEvidence["run"]["trail"]): string[][] {
  const counts = new Map<string, number>();
  for (const { tool, outcome } of trail.flatMap((entry) => entry.tools)) {
    const key = `${tool}\n${outcome}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, count]) => [...key.split("\n"), formatNumber(count)]);
}
