import type { WorkflowView } from "#api/contract/pipeline.ts";

export interface PlacedNode {
  id: string;
  type: "stage" | "router" | "checkpoint";
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface PlacedEdge {
  from: string;
  to: string;
  when: string | undefined;
  /** Leads back to a node that was passed before. */
  isLoop: boolean;
}

export interface WorkflowLayout {
  nodes: PlacedNode[];
  edges: PlacedEdge[];
  width: number;
  height: number;
}

const HEIGHT = 34;
const GAP_X = 26;
const ROW_Y = 48;
/** Above the highest row, for edges that lead back over it. */
const HEADROOM = 14;

/** Wide enough for the state's mark, the name and a count of visits. */
const widthOf = (node: { id: string }): number =>
  Math.round(Math.min(190, Math.max(72, 50 + node.id.length * 6.1)));

/**
 * Lays a workflow out from left to right. The way that needs no condition is a straight line; nodes off it lie below,
 * nodes that lead back above. Edges that lead back are found from the start by depth-first search.
 */
export function layoutWorkflow(workflow: WorkflowView): WorkflowLayout {
  const edges = placedEdges(workflow);
  const ranks = rankNodes(workflow, edges);
  const spine = spineOf(workflow, edges);
  const rows = rowsOf(workflow, { edges, ranks, spine });
  const widths = new Map<number, number>();
  for (const node of workflow.nodes) {
    const rank = ranks.get(node.id) ?? 0;
    widths.set(rank, Math.max(widths.get(rank) ?? 0, widthOf(node)));
  }
  const lefts = new Map<number, number>();
  let x = 0;
  for (const rank of [...widths.keys()].toSorted((left, right) => left - right)) {
    lefts.set(rank, x);
    x += (widths.get(rank) ?? 0) + GAP_X;
  }
  const topRow = Math.min(0, ...rows.values());
  const bottomRow = Math.max(0, ...rows.values());
  const headroom = edges.some((edge) => edge.isLoop) ? HEADROOM : 0;
  const nodes = workflow.nodes.map((node): PlacedNode => {
    const rank = ranks.get(node.id) ?? 0;
    const width = widthOf(node);
    return {
      id: node.id,
      type: node.type,
      width,
      height: HEIGHT,
      x: (lefts.get(rank) ?? 0) + ((widths.get(rank) ?? 0) - width) / 2,
      y: headroom + ((rows.get(node.id) ?? 0) - topRow) * ROW_Y + (ROW_Y - HEIGHT) / 2,
    };
  });
  return { nodes, edges, width: Math.max(0, x - GAP_X), height: headroom + (bottomRow - topRow + 1) * ROW_Y };
}

function placedEdges(workflow: WorkflowView): PlacedEdge[] {
  const loops = new Set<string>();
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (id: string): void => {
    open.add(id);
    for (const edge of workflow.edges) {
      if (edge.from !== id) continue;
      if (open.has(edge.to)) loops.add(`${edge.from}>${edge.to}`);
      else if (!done.has(edge.to)) visit(edge.to);
    }
    open.delete(id);
    done.add(id);
  };
  for (const node of startsOf(workflow)) if (!done.has(node)) visit(node);
  for (const node of workflow.nodes) if (!done.has(node.id)) visit(node.id);
  return workflow.edges.map((edge) => ({
    from: edge.from,
    to: edge.to,
    when: edge.when,
    isLoop: loops.has(`${edge.from}>${edge.to}`),
  }));
}

function startsOf(workflow: WorkflowView): string[] {
  const targets = new Set(workflow.edges.map((edge) => edge.to));
  const starts = workflow.nodes.filter((node) => !targets.has(node.id)).map((node) => node.id);
  const [first] = workflow.nodes;
  return starts.length > 0 || first === undefined ? starts : [first.id];
}

/** The longest way from a start, loops left out. */
function rankNodes(workflow: WorkflowView, edges: readonly PlacedEdge[]): Map<string, number> {
  const ranks = new Map(workflow.nodes.map((node) => [node.id, 0]));
  // Without loops no way is longer than there are nodes.
  for (let round = 0; round < workflow.nodes.length; round += 1) {
    let isChanged = false;
    for (const edge of edges) {
      if (edge.isLoop) continue;
      const wanted = (ranks.get(edge.from) ?? 0) + 1;
      if (wanted <= (ranks.get(edge.to) ?? 0)) continue;
      ranks.set(edge.to, wanted);
      isChanged = true;
    }
    if (!isChanged) break;
  }
  return ranks;
}

/** The way of a run in which no condition holds. */
function spineOf(workflow: WorkflowView, edges: readonly PlacedEdge[]): Set<string> {
  const spine = new Set<string>();
  let current = startsOf(workflow)[0];
  while (current !== undefined && !spine.has(current)) {
    spine.add(current);
    const onward = edges.filter((edge) => edge.from === current && !edge.isLoop);
    current = (onward.find((edge) => edge.when === undefined) ?? onward.at(-1))?.to;
  }
  return spine;
}

function rowsOf(
  workflow: WorkflowView,
  { edges, ranks, spine }: { edges: readonly PlacedEdge[]; ranks: Map<string, number>; spine: Set<string> },
): Map<string, number> {
  const rows = new Map<string, number>();
  const used = new Map<number, { above: number; below: number }>();
  for (const node of workflow.nodes) {
    if (spine.has(node.id)) {
      rows.set(node.id, 0);
      continue;
    }
    const rank = ranks.get(node.id) ?? 0;
    const taken = used.get(rank) ?? { above: 0, below: 0 };
    used.set(rank, taken);
    const leadsBack = edges.some((edge) => edge.from === node.id && edge.isLoop);
    if (leadsBack) {
      taken.above += 1;
      rows.set(node.id, -taken.above);
    } else {
      taken.below += 1;
      rows.set(node.id, taken.below);
    }
  }
  return rows;
}
