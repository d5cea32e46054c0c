import type { NewEvent } from "#core/contract/event.ts";
import { assertNever, type Failure, failure } from "#core/contract/failure.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import type { CheckpointNode, StageNode } from "#core/contract/workflow.ts";
import type { z } from "zod";
import { hashOfJson } from "#core/events/hash.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import { invocationOf } from "#core/events/run-lookup.ts";
import type { NodeVisit } from "#core/events/run-state.ts";
import { readPaths } from "#core/expression/expression-paths.ts";
import { chooseEdges, conditionScope, type NodeEntry } from "#core/workflow/next-step.ts";
import type { WorkflowGraph } from "#core/workflow/workflow-graph.ts";
import { runAgent } from "./agent-loop.ts";
import type { CallProgress } from "./call-progress.ts";
import { openGate } from "./open-gate.ts";
import { type RunSession, systemActor } from "./run-session.ts";
import { startAgent } from "./start-agent.ts";

const actor = systemActor("workflow");

export const enterEvent = (graph: WorkflowGraph, entry: NodeEntry): NewEvent =>
  newRunEvent("node.started", { ...entry, type: graph.node(entry.nodeId).type }, { actor });

/** Works on one entered node until it ends or has to wait. Its end, failure included, is on the record. */
export async function runNode(
  session: RunSession,
  graph: WorkflowGraph,
  visit: NodeVisit,
): Promise<CallProgress> {
  const node = graph.node(visit.nodeId);
  switch (node.type) {
    case "stage":
      return runStage(session, graph, { node, visit });
    case "checkpoint":
      return runCheckpoint(session, graph, { node, visit });
    case "router":
      return leaveNode(session, graph, visit);
    default:
      return assertNever(node, "runNode");
  }
}

async function runStage(
  session: RunSession,
  graph: WorkflowGraph,
  { node, visit }: { node: z.output<typeof StageNode>; visit: NodeVisit },
): Promise<CallProgress> {
  if (visit.invocationId === undefined) {
    const agent = session.runtime.agents.get(node.agent);
    if (agent === undefined)
      return failNode(session, visit, failure("missing-part", `there is no agent ${node.agent}`));
    const started = await startAgent(session, {
      agent,
      nodeId: visit.nodeId,
      visit: visit.visit,
      depth: 0,
      parentCallId: undefined,
      task: node.objective,
      inputs: { stage: visit.nodeId, visit: visit.visit },
    });
    if (!started.ok) return failNode(session, visit, started.failure);
  }
  if (visit.invocationId === undefined) throw new Error(`stage ${visit.nodeId} has no agent after its start`);
  const invocation = invocationOf(session.state, visit.invocationId);
  if (invocation.status === "running" && (await runAgent(session, invocation)) === "waiting")
    return "waiting";
  if (invocation.status === "failed") {
    return failNode(
      session,
      visit,
      invocation.failure ?? failure("agent-failed", `${invocation.agent} failed`),
    );
  }
  const missing = node.expects.filter((name) => session.state.facts[name] === undefined);
  if (missing.length > 0) {
    const summary =
      invocation.summaryRef === undefined ? "" : await summaryOf(session, invocation.summaryRef);
    return failNode(
      session,
      visit,
      failure(
        "stage-incomplete",
        `stage ${visit.nodeId} ended without ${missing.join(", ")}. ${invocation.agent} said: ${summary.slice(0, 800)}`,
        { details: { node: visit.nodeId, missing } },
      ),
    );
  }
  return leaveNode(session, graph, visit);
}

async function summaryOf(session: RunSession, ref: Parameters<RunSession["payload"]>[0]): Promise<string> {
  const { summary } = (await session.payload(ref)) as { summary: string }; // written by finishAgent
  return summary;
}

async function runCheckpoint(
  session: RunSession,
  graph: WorkflowGraph,
  { node, visit }: { node: z.output<typeof CheckpointNode>; visit: NodeVisit },
): Promise<CallProgress> {
  if (visit.gateId === undefined) {
    const facts: Record<string, JsonValue> = {};
    for (const name of node.shows) facts[name] = session.state.facts[name] ?? null;
    const shown: JsonObject = { checkpoint: node.id, visit: visit.visit, reason: node.reason, facts };
    const opened = await openGate(
      session,
      {
        kind: node.gate,
        subject: { kind: "checkpoint", nodeId: node.id },
        inputHash: hashOfJson(shown),
        shown,
        reason: node.reason,
        role: node.role,
        ...(node.ttlHours === undefined ? {} : { ttlHours: node.ttlHours }),
        ...(node.escalateHours === undefined ? {} : { escalateHours: node.escalateHours }),
      },
      [],
    );
    if (opened === "waiting") return "waiting";
  }
  const gate = visit.gateId === undefined ? undefined : session.state.gates.get(visit.gateId)?.gate;
  if (gate === undefined || gate.state === "open") return "waiting";
  if (gate.state === "resolved" && gate.decision === "approved") return leaveNode(session, graph, visit);
  const reason =
    gate.state === "resolved"
      ? failure(
          "gate-rejected",
          `${node.id}: the gate was rejected by ${gate.resolvedBy.id}; the run ends here with everything made so far kept`,
          {
            details: { node: node.id, gateId: gate.gateId },
          },
        )
      : failure(
          "gate-expired",
          `${node.id}: nobody decided in time; start the run again or extend the gate's time in the workflow (ttlHours)`,
          {
            details: { node: node.id, gateId: gate.gateId },
          },
        );
  return failNode(session, visit, reason);
}

/** Ends a node: evaluates its edges, records a router's choice with the values it rested on. */
async function leaveNode(session: RunSession, graph: WorkflowGraph, visit: NodeVisit): Promise<CallProgress> {
  const scope = conditionScope(session.state, requestScope(session));
  const edges = chooseEdges(graph, visit.nodeId, scope);
  if (!edges.ok) return failNode(session, visit, edges.failure);
  const at = { nodeId: visit.nodeId, visit: visit.visit };
  const events: NewEvent[] = [];
  if (graph.node(visit.nodeId).type === "router") {
    for (const { to, condition } of edges.value) {
      events.push(
        newRunEvent(
          "route.chosen",
          {
            ...at,
            to,
            ...(condition === undefined ? {} : { condition }),
            values: valuesRead(graph, visit.nodeId, scope),
          },
          { actor },
        ),
      );
    }
  }
  events.push(newRunEvent("node.finished", { ...at, next: edges.value.map((edge) => edge.to) }, { actor }));
  await session.append(events);
  return "ended";
}

/** The values that a router's conditions looked at, so that a reader sees why it went this way. */
function valuesRead(graph: WorkflowGraph, nodeId: string, scope: JsonObject): JsonObject {
  const values: Record<string, JsonValue> = {};
  for (const { condition } of graph.edgesFrom(nodeId)) {
    if (condition === undefined) continue;
    for (const [path, value] of Object.entries(readPaths(condition.expression, scope))) {
      if (typeof value !== "object" || value === null) values[path] = value;
    }
  }
  return values;
}

function requestScope(session: RunSession): JsonObject {
  const { request } = session;
  if (request === undefined) return {};
  return {
    target: request.target,
    protected: request.protected,
    timeColumn: request.timeColumn ?? null,
    approve: request.approve,
  };
}

async function failNode(session: RunSession, visit: NodeVisit, reason: Failure): Promise<CallProgress> {
  await session.append([
    newRunEvent("node.failed", { nodeId: visit.nodeId, visit: visit.visit, failure: reason }, { actor }),
  ]);
  return "ended";
}
