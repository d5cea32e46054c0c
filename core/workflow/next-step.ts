import { type Failure, fail, failure, ok, type Result } from "#core/contract/failure.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import type { NodeVisit, RunState } from "#core/events/run-state.ts";
import { evaluateCondition } from "#core/expression/evaluate-expression.ts";
import type { GraphEdge, WorkflowGraph } from "./workflow-graph.ts";

/** What the driver has to do now. `enter` and `continue` may both be non-empty: branches run side by side. */
export type Plan =
  | { kind: "work"; enter: NodeEntry[]; continue: NodeVisit[] }
  | { kind: "finish" }
  | { kind: "fail"; failure: Failure };

/** What planning reads of a run: which nodes were visited how, and which edges led on since. */
export type PlanState = Pick<RunState, "visits" | "arrivals">;

export interface NodeEntry {
  nodeId: string;
  visit: number;
  /** Nodes whose arrivals this entry uses up. */
  from: string[];
}

/**
 * Plans from the workflow and the run's state alone. A node is entered when an edge into it was taken; with
 * `join: all` when every edge into it was, or when nothing else can still arrive. Without work and arrivals the
 * run is finished.
 */
export function nextStep(graph: WorkflowGraph, state: PlanState): Plan {
  const failed = state.visits.find((visit) => visit.status === "failed");
  if (failed !== undefined) {
    return {
      kind: "fail",
      failure: failed.failure ?? failure("stage-incomplete", `node ${failed.nodeId} failed`),
    };
  }
  if (state.visits.length === 0) {
    return { kind: "work", enter: [{ nodeId: graph.start, visit: 1, from: [] }], continue: [] };
  }
  const running = state.visits.filter((visit) => visit.status === "running");
  let enter = entries(graph, state, running, false);
  if (enter.length === 0 && running.length === 0) enter = entries(graph, state, running, true);
  for (const entry of enter) {
    if (entry.visit > graph.workflow.maxVisits) {
      return {
        kind: "fail",
        failure: failure(
          "limit-exceeded",
          `node ${entry.nodeId} was entered ${graph.workflow.maxVisits} times, the most that workflow ${graph.workflow.id} allows (maxVisits); the loop does not end by itself`,
          { details: { limit: "maxVisits", node: entry.nodeId } },
        ),
      };
    }
  }
  if (enter.length === 0 && running.length === 0) return { kind: "finish" };
  return { kind: "work", enter, continue: running };
}

function entries(
  graph: WorkflowGraph,
  state: PlanState,
  running: readonly NodeVisit[],
  nothingElseComes: boolean,
): NodeEntry[] {
  const byTarget = new Map<string, string[]>();
  for (const { from, to } of state.arrivals) byTarget.set(to, [...(byTarget.get(to) ?? []), from]);
  const result: NodeEntry[] = [];
  for (const [nodeId, sources] of byTarget) {
    // One life of a node at a time: a second arrival waits for the first visit to end.
    if (running.some((visit) => visit.nodeId === nodeId)) continue;
    const visit = state.visits.filter((one) => one.nodeId === nodeId).length + 1;
    if (graph.node(nodeId).join === "any") {
      result.push({ nodeId, visit, from: sources.slice(0, 1) });
      continue;
    }
    const wanted = new Set(graph.edgesTo(nodeId).map((edge) => edge.from));
    const present = [...wanted].filter((source) => sources.includes(source));
    if (present.length === wanted.size || nothingElseComes) result.push({ nodeId, visit, from: present });
  }
  return result;
}

/** What conditions of edges may read. */
export function conditionScope(state: RunState, request: JsonObject): JsonObject {
  const visits: Record<string, JsonValue> = {};
  const approved: Record<string, JsonValue> = {};
  for (const visit of state.visits) {
    visits[visit.nodeId] = visit.visit;
    const gate = visit.gateId === undefined ? undefined : state.gates.get(visit.gateId)?.gate;
    if (gate?.state === "resolved") approved[visit.nodeId] = gate.decision === "approved";
  }
  return { facts: state.facts, approved, visits, request };
}

export interface EdgeChoice {
  to: string;
  condition: string | undefined;
}

/**
 * The edges taken when a node ends: a router takes the first whose condition holds, other nodes all of them. Fails
 * when a condition cannot be evaluated, for example because it compares something that is not known.
 */
export function chooseEdges(graph: WorkflowGraph, nodeId: string, scope: JsonObject): Result<EdgeChoice[]> {
  const isRouter = graph.node(nodeId).type === "router";
  const chosen: EdgeChoice[] = [];
  for (const edge of graph.edgesFrom(nodeId)) {
    const holds = edgeHolds(edge, scope);
    if (!holds.ok) return holds;
    if (!holds.value) continue;
    chosen.push({ to: edge.to, condition: edge.condition?.text });
    if (isRouter) break;
  }
  return ok(chosen);
}

function edgeHolds(edge: GraphEdge, scope: JsonObject): Result<boolean> {
  if (edge.condition === undefined) return ok(true);
  const holds = evaluateCondition(edge.condition.expression, { values: scope });
  if (holds.ok) return holds;
  return fail(
    "stage-incomplete",
    `the condition \`${edge.condition.text}\` of the edge from ${edge.from} to ${edge.to} cannot be evaluated: ${holds.failure.message}`,
  );
}
