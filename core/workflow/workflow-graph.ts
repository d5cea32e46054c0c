import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { Sha256 } from "#core/contract/ids.ts";
import type { Workflow, WorkflowEdge, WorkflowNode } from "#core/contract/workflow.ts";
import { hashOfJson } from "#core/events/hash.ts";
import { type Expression, parseExpression } from "#core/expression/parse-expression.ts";
import { nearestName } from "#core/registry/nearest-name.ts";

/** A workflow that was checked: every name resolves, every condition parses. */
export interface WorkflowGraph {
  workflow: Workflow;
  /** SHA-256 of the canonical definition; run.created freezes it. */
  hash: Sha256;
  start: string;
  node(id: string): WorkflowNode;
  /** Edges out of a node; a router's in the order in which they are tried. */
  edgesFrom(id: string): readonly GraphEdge[];
  edgesTo(id: string): readonly GraphEdge[];
}

export interface GraphEdge {
  from: string;
  to: string;
  condition: { text: string; expression: Expression } | undefined;
}

/** The first names of paths that a condition may use. */
export const conditionRoots = ["facts", "approved", "visits", "request"] as const;

/**
 * Checks what the schema cannot: unique ids, edges between known nodes, known agents, conditions that parse, a
 * router with a way out when no condition holds, every node reachable, edges only in a graph. The failure names
 * the node or edge; `details.path` locates it in the document.
 */
export function buildWorkflowGraph(
  workflow: Workflow,
  options: { agents: readonly string[] },
): Result<WorkflowGraph> {
  const nodes = new Map<string, WorkflowNode>();
  for (const [index, node] of workflow.nodes.entries()) {
    if (nodes.has(node.id))
      return mistake(workflow, ["nodes", index, "id"], `two nodes are called ${node.id}`);
    nodes.set(node.id, node);
    if (node.type === "stage" && !options.agents.includes(node.agent)) {
      return mistake(
        workflow,
        ["nodes", index, "agent"],
        `node ${node.id} names the unknown agent ${node.agent}${hint(node.agent, options.agents)}`,
      );
    }
  }
  const edges = collectEdges(workflow, nodes);
  if (!edges.ok) return edges;
  const start = workflow.start ?? workflow.nodes[0]?.id ?? "";
  if (!nodes.has(start)) {
    return mistake(
      workflow,
      ["start"],
      `start names the unknown node ${start}${hint(start, [...nodes.keys()])}`,
    );
  }
  const graph: WorkflowGraph = {
    workflow,
    hash: hashOfJson(workflow),
    start,
    node(id) {
      const node = nodes.get(id);
      if (node === undefined) throw new Error(`workflow ${workflow.id} has no node ${id}`);
      return node;
    },
    edgesFrom: (id) => edges.value.from.get(id) ?? [],
    edgesTo: (id) => edges.value.to.get(id) ?? [],
  };
  return checkShape(graph);
}

interface EdgeTable {
  from: Map<string, GraphEdge[]>;
  to: Map<string, GraphEdge[]>;
}

function collectEdges(workflow: Workflow, nodes: ReadonlyMap<string, WorkflowNode>): Result<EdgeTable> {
  const table: EdgeTable = { from: new Map(), to: new Map() };
  if (workflow.flow === "sequential") {
    if (workflow.edges.length > 0) {
      return mistake(
        workflow,
        ["edges"],
        "a sequential flow runs its nodes in order and has no edges; remove them or set flow: graph",
      );
    }
    for (const [index, node] of workflow.nodes.entries()) {
      const next = workflow.nodes[index + 1];
      if (next !== undefined) addEdge(table, { from: node.id, to: next.id, condition: undefined });
    }
    return ok(table);
  }
  const order = (edge: WorkflowEdge): number =>
    nodes.get(edge.from)?.type === "router" && edge.when === undefined
      ? Number.NEGATIVE_INFINITY
      : edge.priority;
  const sorted = [...workflow.edges.entries()].sort(([, left], [, right]) => order(right) - order(left) || 0);
  for (const [index, edge] of sorted) {
    for (const end of ["from", "to"] as const) {
      if (!nodes.has(edge[end])) {
        return mistake(
          workflow,
          ["edges", index, end],
          `the edge from ${edge.from} to ${edge.to} names the unknown node ${edge[end]}${hint(edge[end], [...nodes.keys()])}`,
        );
      }
    }
    let condition: GraphEdge["condition"];
    if (edge.when !== undefined) {
      const parsed = parseExpression(edge.when, { roots: conditionRoots });
      if (!parsed.ok) {
        return mistake(
          workflow,
          ["edges", index, "when"],
          `the condition of the edge from ${edge.from} to ${edge.to} does not parse: ${parsed.failure.message}`,
        );
      }
      condition = { text: edge.when, expression: parsed.value };
    }
    addEdge(table, { from: edge.from, to: edge.to, condition });
  }
  return ok(table);
}

function addEdge(table: EdgeTable, edge: GraphEdge): void {
  table.from.set(edge.from, [...(table.from.get(edge.from) ?? []), edge]);
  table.to.set(edge.to, [...(table.to.get(edge.to) ?? []), edge]);
}

function checkShape(graph: WorkflowGraph): Result<WorkflowGraph> {
  const { workflow } = graph;
  const reached = new Set([graph.start]);
  for (const id of reached) for (const edge of graph.edgesFrom(id)) reached.add(edge.to);
  for (const [index, node] of workflow.nodes.entries()) {
    if (!reached.has(node.id)) {
      return mistake(
        workflow,
        ["nodes", index],
        `node ${node.id} cannot be reached from ${graph.start}; add an edge to it or remove it`,
      );
    }
    if (node.type === "router" && !graph.edgesFrom(node.id).some((edge) => edge.condition === undefined)) {
      return mistake(
        workflow,
        ["nodes", index],
        `router ${node.id} has no edge without \`when\`; add one for the case that no condition holds`,
      );
    }
  }
  return ok(graph);
}

function hint(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? "" : `; did you mean ${nearest}?`;
}

function mistake(
  workflow: Workflow,
  path: (string | number)[],
  message: string,
): { ok: false; failure: ReturnType<typeof fail>["failure"] } {
  return fail("invalid-input", `workflow ${workflow.id}: ${message}`, { details: { path } });
}
