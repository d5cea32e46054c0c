import type { RunState } from "#core/events/run-state.ts";
import { type ActivityState, stateOfCall, stateOfInvocation, stateOfVisit } from "./activity-state.ts";
import { isTransferTool, nodeSelection } from "./agent-tree.ts";
import type { RunTrace } from "./run-trace.ts";

/** A stretch of time in which something was going on. Times are milliseconds since 1970. */
export interface Span {
  /** What a selection names, as in the agent tree. */
  id: string;
  kind: "node" | "agent" | "tool";
  label: string;
  /** The agent that made the call, the tier of an agent. */
  detail: string;
  state: ActivityState;
  start: number;
  /** Equal to `now` while it goes on. */
  end: number;
  isOpen: boolean;
  /** When a tool was entered, later than `start` where a person was asked first. */
  busyFrom: number;
  /** Model calls inside an agent's span. */
  turns: { start: number; end: number }[];
}

/** Spans that are drawn in one band, packed into as few lines as let none overlap. */
export interface SpanGroup {
  name: string;
  lines: Span[][];
}

/** The run's spans in bands: the workflow, each depth of agents, the tools. */
export function timelineGroups(state: RunState, trace: RunTrace, now: number): SpanGroup[] {
  const groups: SpanGroup[] = [{ name: "Workflow", lines: packLines(nodeSpans(state, now)) }];
  const byDepth = new Map<number, Span[]>();
  for (const invocation of state.invocations.values()) {
    const spans = byDepth.get(invocation.depth) ?? [];
    byDepth.set(invocation.depth, spans);
    const { end, isOpen } = endOf(invocation.endedAt, state, now);
    const start = Date.parse(invocation.startedAt);
    spans.push({
      id: invocation.invocationId,
      kind: "agent",
      label: invocation.agent,
      detail: invocation.tier,
      state: stateOfInvocation(state, invocation),
      start,
      end,
      isOpen,
      busyFrom: start,
      turns: turnsOf(trace, invocation.invocationId, end),
    });
  }
  const depths = [...byDepth.keys()].toSorted((left, right) => left - right);
  for (const depth of depths) {
    const spans = byDepth.get(depth) ?? [];
    groups.push({ name: bandName(depth, spans), lines: packLines(spans) });
  }
  const tools = toolSpans(state, trace, now);
  if (tools.length > 0) groups.push({ name: "Tools", lines: packLines(tools) });
  return groups;
}

function bandName(depth: number, spans: readonly Span[]): string {
  const tiers = new Set(spans.map((span) => span.detail));
  const [tier] = tiers;
  if (tiers.size !== 1 || tier === undefined) return `Agents, depth ${depth}`;
  return `${tier.charAt(0).toUpperCase()}${tier.slice(1)}s`;
}

function nodeSpans(state: RunState, now: number): Span[] {
  return state.visits.map((visit) => {
    const start = Date.parse(visit.startedAt);
    return {
      id: nodeSelection(visit.nodeId, visit.visit),
      kind: "node",
      label: visit.nodeId,
      detail: visit.type,
      state: stateOfVisit(state, visit),
      start,
      ...endOf(visit.endedAt, state, now),
      busyFrom: start,
      turns: [],
    };
  });
}

function toolSpans(state: RunState, trace: RunTrace, now: number): Span[] {
  return [...state.calls.values()].flatMap((call): Span[] => {
    const seen = trace.calls.get(call.callId);
    const first = seen?.inputs[0]?.at;
    if (first === undefined || isTransferTool(call.tool)) return [];
    const start = Date.parse(first);
    return [
      {
        id: call.callId,
        kind: "tool",
        label: call.tool,
        detail: call.agent ?? "by hand",
        state: stateOfCall(state, call),
        start,
        ...endOf(seen?.endedAt, state, now),
        busyFrom: Date.parse(seen?.attempts[0]?.at ?? first),
        turns: [],
      },
    ];
  });
}

function turnsOf(trace: RunTrace, invocationId: string, end: number): Span["turns"] {
  return (trace.invocations.get(invocationId)?.turns ?? []).map((turn) => ({
    start: Date.parse(turn.startedAt),
    end: turn.endedAt === undefined ? end : Date.parse(turn.endedAt),
  }));
}

function endOf(endedAt: string | undefined, state: RunState, now: number): { end: number; isOpen: boolean } {
  if (endedAt !== undefined) return { end: Date.parse(endedAt), isOpen: false };
  return { end: endOfRun(state, now), isOpen: true };
}

/** Where the drawing ends: at the run's end, else now. */
export function endOfRun(state: RunState, now: number): number {
  const { phase } = state;
  const isOver = phase.status === "succeeded" || phase.status === "failed" || phase.status === "cancelled";
  return isOver ? Date.parse(phase.at) : Math.max(now, Date.parse(state.lastEventAt));
}

/** First fit by start: each span goes to the first line whose last span has ended. */
export function packLines(spans: readonly Span[]): Span[][] {
  const lines: Span[][] = [];
  for (const span of spans.toSorted((left, right) => left.start - right.start || right.end - left.end)) {
    const line = lines.find((one) => (one.at(-1)?.end ?? -Infinity) <= span.start);
    if (line === undefined) lines.push([span]);
    else line.push(span);
  }
  return lines;
}
