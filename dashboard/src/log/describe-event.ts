import type { GateId, InvocationId } from "#core/contract/ids.ts";
import type { RunEvent } from "#core/events/run-event.ts";
import type { RunState } from "#core/events/run-state.ts";
import { assertNever } from "../assert-never.ts";
import { formatDuration } from "../format/duration.ts";
import { formatBytes, formatCompact } from "../format/number.ts";
import { plural, shortDigest } from "../format/words.ts";

/** The event's noun, by which the log is filtered. */
export const eventNouns = [
  "run",
  "node",
  "route",
  "agent",
  "turn",
  "context",
  "tool",
  "permission",
  "guardrail",
  "gate",
  "artifact",
  "limit",
  "payload",
] as const;
export type EventNoun = (typeof eventNouns)[number];

export const nounOf = (type: string): string => type.split(".")[0] ?? type;

export type EventTone = "plain" | "good" | "bad" | "ask";

/** How an event is coloured in lists. */
export function toneOf(event: RunEvent): EventTone {
  switch (event.type) {
    case "run.succeeded":
      return "good";
    case "run.failed":
    case "node.failed":
    case "agent.failed":
    case "turn.failed":
    case "tool.failed":
    case "tool.refused":
    case "tool.abandoned":
    case "limit.reached":
    case "gate.expired":
      return "bad";
    case "gate.opened":
    case "gate.escalated":
    case "run.paused":
    case "run.cancel-requested":
    case "run.cancelled":
    case "guardrail.triggered":
      return "ask";
    case "permission.decided":
      return event.data.outcome === "allow" ? "plain" : event.data.outcome === "ask" ? "ask" : "bad";
    case "gate.resolved":
      return event.data.decision === "rejected" ? "bad" : "good";
    default:
      return "plain";
  }
}

/** An event in a line, without its type: who or what, and the number that counts. */
export function describeEvent(state: RunState | undefined, event: RunEvent): string {
  switch (event.type) {
    case "run.created":
      return `workflow ${event.data.workflow.id} ${event.data.workflow.version}, approvals: ${event.data.approve}, seed ${event.data.seed}`;
    case "run.started":
      return event.data.drive === 1
        ? "taken up for the first time"
        : `taken up again (${event.data.reason}, drive ${event.data.drive})`;
    case "run.environment-recorded":
      return `Swarm ${event.data.environment.code.version}, Node ${event.data.environment.runtime.node} on ${event.data.environment.runtime.platform} ${event.data.environment.runtime.arch}, environment ${shortDigest(event.data.sha256)}`;
    case "run.paused":
      return `waits at ${plural(event.data.gates.length, "gate")}`;
    case "run.cancel-requested":
      return `asked by ${event.actor.id}`;
    case "run.succeeded":
    case "run.cancelled":
      return "the run is over";
    case "run.failed":
      return event.data.failure.message;
    case "node.started":
      return `${event.data.nodeId}, ${event.data.type}${event.data.visit > 1 ? `, visit ${event.data.visit}` : ""}`;
    case "node.finished":
      return `${event.data.nodeId} → ${event.data.next.length === 0 ? "end" : event.data.next.join(", ")}`;
    case "node.failed":
      return `${event.data.nodeId}: ${event.data.failure.message}`;
    case "route.chosen":
      return `${event.data.nodeId} → ${event.data.to}${event.data.condition === undefined ? "" : ` because ${event.data.condition}`}`;
    case "agent.started":
      return `${event.data.agent}, ${event.data.tier}, ${event.data.provider}/${event.data.model}`;
    case "agent.finished":
      return `${agentName(state, event.data.invocationId)}, ${event.data.outcome} after ${plural(event.data.turns, "turn")}`;
    case "agent.failed":
      return `${agentName(state, event.data.invocationId)}: ${event.data.failure.message}`;
    case "turn.started":
      return `${agentName(state, event.data.invocationId)}, turn ${event.data.turn}${event.data.attempt > 1 ? `, attempt ${event.data.attempt}` : ""}, ${plural(event.data.messages, "message")}`;
    case "turn.finished":
      return `${agentName(state, event.data.invocationId)}, turn ${event.data.turn}, ${formatCompact(event.data.usage.outputTokens)} tokens out, ${event.data.calls.length === 0 ? "an answer" : event.data.calls.map((call) => call.tool).join(", ")}`;
    case "turn.failed":
      return `${agentName(state, event.data.invocationId)}, turn ${event.data.turn}: ${event.data.failure.message}${event.data.willRetry ? " (tried again)" : ""}`;
    case "context.compacted":
      return `${agentName(state, event.data.invocationId)}, ${formatCompact(event.data.tokensBefore)} → ${formatCompact(event.data.tokensAfter)} tokens`;
    default:
      return describeCallOrGate(state, event);
  }
}

type CallOrGateEvent = Extract<
  RunEvent,
  { type: `${"tool" | "permission" | "guardrail" | "gate" | "artifact" | "limit" | "payload"}.${string}` }
>;

function describeCallOrGate(state: RunState | undefined, event: CallOrGateEvent): string {
  switch (event.type) {
    case "tool.requested":
      return `${event.data.tool}${event.data.agent === undefined ? "" : ` by ${event.data.agent}`}${event.data.origin === "call" ? "" : ` (arguments from a ${event.data.origin})`}`;
    case "permission.decided":
      return `${event.data.outcome} ${event.data.tool}: ${event.data.reason}`;
    case "tool.started":
      return `${event.data.tool}, effect ${event.data.effect}${event.data.attempt > 1 ? `, attempt ${event.data.attempt}` : ""}`;
    case "tool.finished": {
      const facts = Object.keys(event.data.facts);
      return `${event.data.tool} in ${formatDuration(event.data.millis)}${facts.length === 0 ? "" : `, established ${facts.join(", ")}`}`;
    }
    case "tool.failed":
      return `${event.data.tool}: ${event.data.failure.message}`;
    case "tool.refused":
      return `${event.data.tool} by ${event.data.by}: ${event.data.failure.message}`;
    case "tool.abandoned":
      return `${event.data.tool}: its end is not known`;
    case "guardrail.triggered":
      return `${event.data.handler} at ${event.data.point}: ${event.data.outcome}${event.data.reason === undefined ? "" : `, ${event.data.reason}`}`;
    case "gate.opened":
      return `${event.data.kind}: ${event.data.reason}`;
    case "gate.escalated":
      return gateName(state, event.data.gateId);
    case "gate.resolved":
      return `${gateName(state, event.data.gateId)} ${event.data.decision} by ${event.actor.id}`;
    case "gate.expired":
      return `${gateName(state, event.data.gateId)}: nobody decided in time`;
    case "gate.withdrawn":
      return `${gateName(state, event.data.gateId)}: ${event.data.reason}`;
    case "artifact.recorded":
      return `${event.data.name}, ${event.data.kind}, ${formatBytes(event.data.bytes)}, ${shortDigest(event.data.sha256)}`;
    case "limit.reached":
      return `${event.data.limit} of ${event.data.scope}: ${event.data.used} of ${event.data.max}`;
    case "payload.erased":
      return `${shortDigest(event.data.commitment)}: ${event.data.reason}`;
    default:
      return assertNever(event, "describeEvent");
  }
}

const agentName = (state: RunState | undefined, invocationId: InvocationId): string =>
  state?.invocations.get(invocationId)?.agent ?? invocationId;

function gateName(state: RunState | undefined, gateId: GateId): string {
  const subject = state?.gates.get(gateId)?.gate.subject;
  if (subject === undefined) return gateId;
  return subject.kind === "checkpoint" ? subject.nodeId : subject.tool;
}
