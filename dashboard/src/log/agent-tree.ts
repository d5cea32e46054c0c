import type { CallState, InvocationState, NodeVisit, RunState } from "#core/events/run-state.ts";
import { type ActivityState, stateOfCall, stateOfInvocation, stateOfVisit } from "./activity-state.ts";
import type { RunTrace } from "./run-trace.ts";

export type TreeKind = "stage" | "router" | "checkpoint" | "agent" | "tool";

/** One line of the agent tree. A handover is shown as the agent it started. */
export interface TreeNode {
  /** `node:ID:VISIT`, an invocation's id or a call's id: what the address of the page names as selected. */
  id: string;
  kind: TreeKind;
  label: string;
  state: ActivityState;
  startedAt: string | undefined;
  endedAt: string | undefined;
  /** A few words behind the label: the tier of an agent, the choice of a router, a failure. */
  note: string | undefined;
  children: TreeNode[];
}

export const nodeSelection = (nodeId: string, visit: number): string => `node:${nodeId}:${visit}`;

const TRANSFER_PREFIX = "transfer_to_";

export const isTransferTool = (tool: string): boolean => tool.startsWith(TRANSFER_PREFIX);

/** The tree from the workflow's nodes over director, coordinators and workers down to single tool calls. */
export function agentTree(state: RunState, trace: RunTrace): TreeNode[] {
  return state.visits.map((visit) => visitNode(state, trace, visit));
}

function visitNode(state: RunState, trace: RunTrace, visit: NodeVisit): TreeNode {
  const root = visit.invocationId === undefined ? undefined : state.invocations.get(visit.invocationId);
  const children = root === undefined ? [] : [invocationNode(state, trace, root)];
  return {
    id: nodeSelection(visit.nodeId, visit.visit),
    kind: visit.type,
    label: visit.visit > 1 ? `${visit.nodeId} (visit ${visit.visit})` : visit.nodeId,
    state: raised(stateOfVisit(state, visit), children),
    startedAt: visit.startedAt,
    endedAt: visit.endedAt,
    note: noteOfVisit(state, trace, visit),
    children,
  };
}

function noteOfVisit(state: RunState, trace: RunTrace, visit: NodeVisit): string | undefined {
  if (visit.failure !== undefined) return visit.failure.message;
  if (visit.type === "router") {
    const routes = trace.routes.filter((one) => one.nodeId === visit.nodeId && one.visit === visit.visit);
    return routes.length === 0 ? undefined : routes.map((one) => `→ ${one.to}`).join(", ");
  }
  const gate = visit.gateId === undefined ? undefined : state.gates.get(visit.gateId)?.gate;
  if (gate === undefined) return undefined;
  return gate.state === "resolved" ? `${gate.decision} by ${gate.resolvedBy.id}` : gate.state;
}

function invocationNode(state: RunState, trace: RunTrace, invocation: InvocationState): TreeNode {
  const children = childCalls(state, trace, invocation).map((call) => callNode(state, trace, call));
  return {
    id: invocation.invocationId,
    kind: "agent",
    label: invocation.agent,
    state: raised(stateOfInvocation(state, invocation), children),
    startedAt: invocation.startedAt,
    endedAt: invocation.endedAt,
    note: invocation.failure?.message ?? invocation.tier,
    children,
  };
}

/** An agent's calls in the order in which its answers asked for them. */
function childCalls(state: RunState, trace: RunTrace, invocation: InvocationState): CallState[] {
  const turns = trace.invocations.get(invocation.invocationId)?.turns ?? [];
  return turns.flatMap((turn) =>
    turn.calls.flatMap((id) => state.calls.get(id as CallState["callId"]) ?? []),
  );
}

function callNode(state: RunState, trace: RunTrace, call: CallState): TreeNode {
  const delegate =
    call.childInvocationId === undefined ? undefined : state.invocations.get(call.childInvocationId);
  if (delegate !== undefined) return invocationNode(state, trace, delegate);
  const seen = trace.calls.get(call.callId);
  return {
    id: call.callId,
    kind: "tool",
    label: call.tool,
    state: stateOfCall(state, call),
    startedAt: seen?.attempts[0]?.at ?? seen?.inputs[0]?.at ?? seen?.firstAt,
    endedAt: seen?.endedAt,
    note: call.end?.kind === "failed" || call.end?.kind === "refused" ? call.end.failure.message : undefined,
    children: [],
  };
}

/** What runs above something that waits for a person waits with it. */
function raised(own: ActivityState, children: readonly TreeNode[]): ActivityState {
  return own === "running" && children.some((child) => child.state === "waiting") ? "waiting" : own;
}

/** A visible line of the tree with what a screen reader needs to place it. */
export interface TreeRow {
  node: TreeNode;
  level: number;
  position: number;
  siblings: number;
  parentId: string | undefined;
  isExpanded: boolean;
}

/** The lines that are visible while some are closed, top to bottom. */
export function visibleRows(roots: readonly TreeNode[], closed: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const add = (nodes: readonly TreeNode[], level: number, parentId: string | undefined): void => {
    for (const [index, node] of nodes.entries()) {
      const isExpanded = node.children.length > 0 && !closed.has(node.id);
      rows.push({ node, level, position: index + 1, siblings: nodes.length, parentId, isExpanded });
      if (isExpanded) add(node.children, level + 1, node.id);
    }
  };
  add(roots, 1, undefined);
  return rows;
}

/** What is at work now: the deepest of the newest lines that run or wait; the agent of the last stage when nothing does. */
export function activeNodeId(roots: readonly TreeNode[]): string | undefined {
  let active: string | undefined;
  const visit = (nodes: readonly TreeNode[]): void => {
    for (const node of nodes) {
      if (node.state === "running" || node.state === "waiting") active = node.id;
      visit(node.children);
    }
  };
  visit(roots);
  const last = roots.at(-1);
  return active ?? last?.children[0]?.id ?? last?.id;
}

/** The lines above one, nearest last; empty when it is not in the tree. */
export function pathTo(roots: readonly TreeNode[], id: string): TreeNode[] {
  for (const node of roots) {
    if (node.id === id) return [node];
    const below = pathTo(node.children, id);
    if (below.length > 0) return [node, ...below];
  }
  return [];
}
