import { useId } from "react";
import { classNames } from "../../../components/class-names.ts";
import type { PlacedEdge, PlacedNode, WorkflowLayout } from "../../../log/workflow-layout.ts";

/** The graph's edges; those that were taken stand out. The nodes' list and the router decisions say it in words. */
export function EdgeLines({ layout, taken }: { layout: WorkflowLayout; taken: ReadonlyMap<string, number> }) {
  const id = useId();
  const nodes = new Map(layout.nodes.map((node) => [node.id, node]));
  const lines = layout.edges
    .flatMap((edge) => {
      const from = nodes.get(edge.from);
      const to = nodes.get(edge.to);
      if (from === undefined || to === undefined) return [];
      return [{ edge, path: pathOf(edge, from, to), isTaken: taken.has(`${edge.from}>${edge.to}`) }];
    })
    // The taken ones are drawn last, over the others.
    .toSorted((left, right) => Number(left.isTaken) - Number(right.isTaken));
  return (
    <svg
      aria-hidden="true"
      width={layout.width}
      height={layout.height}
      className="pointer-events-none absolute top-0 left-0 overflow-visible"
      fill="none"
    >
      <defs>
        {(["plain", "taken"] as const).map((kind) => (
          <marker
            key={kind}
            id={`${id}-${kind}`}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path
              d="M0.5 0.5 7.5 4 0.5 7.5Z"
              className={kind === "taken" ? "fill-accent" : "fill-line-strong"}
              stroke="none"
            />
          </marker>
        ))}
      </defs>
      {lines.map(({ edge, path, isTaken }) => (
        <path
          key={`${edge.from}>${edge.to}`}
          d={path}
          strokeWidth={isTaken ? 1.75 : 1.25}
          strokeDasharray={edge.when === undefined || isTaken ? undefined : "4 3"}
          markerEnd={`url(#${id}-${isTaken ? "taken" : "plain"})`}
          className={classNames(isTaken ? "stroke-accent" : "stroke-line-strong/60")}
        />
      ))}
    </svg>
  );
}

/** Onward from side to side; back in an arc from top to top. */
function pathOf(edge: PlacedEdge, from: PlacedNode, to: PlacedNode): string {
  const middle = (node: PlacedNode): number => node.y + node.height / 2;
  if (edge.isLoop) {
    const startX = from.x + from.width / 2;
    const endX = to.x + to.width / 2;
    const top = Math.min(from.y, to.y) - 12;
    return `M${startX} ${from.y} V${top + 8} Q${startX} ${top} ${startX - 8} ${top} H${endX + 8} Q${endX} ${top} ${endX} ${top + 8} V${to.y - 2}`;
  }
  const x1 = from.x + from.width;
  const y1 = middle(from);
  const x2 = to.x - 3;
  const y2 = middle(to);
  if (Math.abs(y1 - y2) < 1) return `M${x1} ${y1} H${x2}`;
  const turn = y2 > y1 || from.y > to.y ? Math.min(14, (x2 - x1) / 2) : 14;
  // A node beside the straight way is left close to its target, so that long lines stay parallel.
  const bend = from.y > to.y ? x2 - turn : x1 + turn;
  const half = Math.min(8, Math.abs(y2 - y1) / 2);
  const down = y2 > y1 ? 1 : -1;
  return `M${x1} ${y1} H${bend - half} Q${bend} ${y1} ${bend} ${y1 + down * half} V${y2 - down * half} Q${bend} ${y2} ${bend + half} ${y2} H${x2}`;
}
