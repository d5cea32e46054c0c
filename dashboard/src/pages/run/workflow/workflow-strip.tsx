import { useEffect, useMemo, useRef } from "react";
import type { WorkflowView } from "#api/contract/pipeline.ts";
import { ActivityIcon, activityWord } from "../../../components/activity-icon.tsx";
import { classNames } from "../../../components/class-names.ts";
import { Icon } from "../../../components/icon.tsx";
import { type ActivityState, stateOfVisit } from "../../../log/activity-state.ts";
import { nodeSelection } from "../../../log/agent-tree.ts";
import { layoutWorkflow, type PlacedNode } from "../../../log/workflow-layout.ts";
import { useWidth } from "../../../components/use-width.ts";
import { useRunView } from "../run-view.tsx";
import { EdgeLines } from "./edge-lines.tsx";

const PADDING = 16;
const SMALLEST_ZOOM = 0.84;

/** The graph from left to right, each node with how it stands; scrolls along with the run. */
export function WorkflowStrip({ workflow }: { workflow: WorkflowView }) {
  const { state, reading } = useRunView();
  const layout = useMemo(() => layoutWorkflow(workflow), [workflow]);
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const wanted = layout.width + 2 * PADDING;
  // A little smaller rather than cut off; below that it scrolls.
  const zoom = Math.max(SMALLEST_ZOOM, Math.min(1, (width ?? wanted) / wanted));
  const current = state.visits.findLast((visit) => visit.status === "running")?.nodeId;

  useEffect(() => {
    const box = scroller.current;
    const node = layout.nodes.find((one) => one.id === current);
    if (box === null || node === undefined) return;
    box.scrollTo({ left: (node.x + node.width / 2) * zoom - box.clientWidth / 2, behavior: "smooth" });
  }, [current, layout, zoom]);

  return (
    <div
      ref={scroller}
      className="thin-scroll overflow-x-auto"
      tabIndex={0}
      role="region"
      aria-label="Graph of the workflow"
    >
      <div className="relative mx-auto" style={{ width: wanted, height: layout.height + PADDING, zoom }}>
        <div className="absolute" style={{ left: PADDING, top: PADDING / 2 }}>
          <EdgeLines layout={layout} taken={reading.trace.taken} />
          <ol aria-label="Nodes of the workflow">
            {layout.nodes.map((node) => (
              <li key={node.id} className="absolute" style={{ left: node.x, top: node.y }}>
                <StripNode node={node} />
              </li>
            ))}
          </ol>
        </div>
      </div>
    </div>
  );
}

const looks: Record<ActivityState, string> = {
  pending: "border-line bg-surface text-muted",
  running: "border-busy-mark bg-busy-soft ring-2 ring-busy-mark/30",
  waiting: "border-ask-mark bg-ask-soft ring-2 ring-ask-mark/30",
  done: "border-good-mark/50 bg-surface",
  partial: "border-ask-mark/60 bg-surface",
  failed: "border-bad-mark bg-bad-soft",
  refused: "border-bad-mark bg-bad-soft",
  stopped: "border-line-strong/50 bg-sunken text-muted",
};

function StripNode({ node }: { node: PlacedNode }) {
  const { state, select } = useRunView();
  const visits = state.visits.filter((visit) => visit.nodeId === node.id);
  const last = visits.at(-1);
  const standing: ActivityState = last === undefined ? "pending" : stateOfVisit(state, last);
  return (
    <button
      type="button"
      disabled={last === undefined}
      aria-current={standing === "running" || standing === "waiting" ? "step" : undefined}
      onClick={() => {
        if (last !== undefined) select(nodeSelection(last.nodeId, last.visit));
      }}
      style={{ width: node.width, height: node.height }}
      className={classNames(
        "relative flex items-center gap-1.5 border px-2 text-left text-sm transition-colors enabled:hover:border-accent disabled:cursor-default",
        node.type === "router"
          ? "rounded-full"
          : node.type === "checkpoint"
            ? "rounded-md border-dashed"
            : "rounded-md",
        looks[standing],
      )}
    >
      {standing === "pending" ? (
        <Icon name={node.type} className="text-faint" />
      ) : (
        <ActivityIcon state={standing} className={standing === "waiting" ? "animate-pulse-soft" : ""} />
      )}
      <span className="min-w-0 flex-1 truncate font-medium">{node.id}</span>
      <span className="sr-only">
        , {node.type}, {activityWord(standing)}
      </span>
      {visits.length > 1 && (
        <span className="absolute -top-2 -right-1.5 rounded-full border bg-surface px-1 text-xs leading-3.5 text-muted">
          <span className="sr-only">, entered </span>×{visits.length}
        </span>
      )}
    </button>
  );
}
