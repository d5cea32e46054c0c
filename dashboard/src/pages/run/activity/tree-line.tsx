import { ActivityIcon, activityWord } from "../../../components/activity-icon.tsx";
import { classNames } from "../../../components/class-names.ts";
import { Icon } from "../../../components/icon.tsx";
import { Elapsed } from "../../../components/time.tsx";
import type { TreeRow } from "../../../log/agent-tree.ts";
import { useRunView } from "../run-view.tsx";

const kindWords = {
  stage: "stage",
  router: "router",
  checkpoint: "checkpoint",
  agent: "agent",
  tool: "tool call",
} as const;

/** One line of the tree: how it stands, what it is, how long it took. */
export function TreeLine({
  row,
  isSelected,
  isTabStop,
  onSelect,
  onToggle,
}: {
  row: TreeRow;
  isSelected: boolean;
  isTabStop: boolean;
  onSelect: () => void;
  onToggle: () => void;
}) {
  const { node, level, isExpanded } = row;
  const hasChildren = node.children.length > 0;
  const isNode = level === 1;
  return (
    <div
      role="treeitem"
      data-line={node.id}
      aria-level={level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-expanded={hasChildren ? isExpanded : undefined}
      aria-selected={isSelected}
      tabIndex={isTabStop ? 0 : -1}
      onClick={onSelect}
      className={classNames(
        "ring-inside flex h-7 cursor-pointer items-center gap-1.5 pr-3 whitespace-nowrap",
        isSelected ? "bg-selected" : "hover:bg-hover",
        isNode && "mt-0.5",
      )}
      style={{ paddingLeft: 8 + (level - 1) * 16 }}
    >
      <span
        aria-hidden="true"
        className={classNames("grid size-4 place-items-center rounded-sm", hasChildren && "hover:bg-line")}
        onClick={(event) => {
          if (!hasChildren) return;
          event.stopPropagation();
          onToggle();
        }}
      >
        {hasChildren && (
          <Icon name="chevron" className={classNames("size-3 text-faint", isExpanded && "rotate-90")} />
        )}
      </span>
      <ActivityIcon state={node.state} />
      <span
        className={classNames(
          "truncate",
          isNode && "font-semibold",
          node.kind === "agent" && "font-medium",
          node.kind === "tool" && "font-mono text-xs",
          (node.state === "pending" || node.state === "stopped") && "text-muted",
        )}
      >
        {node.label}
      </span>
      <span className="sr-only">
        , {kindWords[node.kind]}, {activityWord(node.state)}
      </span>
      <LineNote row={row} />
      <span className="ml-auto pl-2 text-sm text-faint tabular-nums">
        {node.startedAt !== undefined && node.state !== "pending" && (
          <LineTime from={node.startedAt} to={node.endedAt} isOpen={node.state === "running"} />
        )}
      </span>
    </div>
  );
}

function LineTime({ from, to, isOpen }: { from: string; to: string | undefined; isOpen: boolean }) {
  if (to === undefined && !isOpen) return null;
  return (
    <>
      <span className="sr-only">, </span>
      <Elapsed from={from} to={to} />
    </>
  );
}

/** What a line is busy with, else a word about it. */
function LineNote({ row }: { row: TreeRow }) {
  const { live } = useRunView();
  const { node } = row;
  if (live.answers.has(node.id)) {
    return (
      <span aria-hidden="true" className="animate-pulse-soft text-sm text-busy">
        writing …
      </span>
    );
  }
  const progress = live.progress.get(node.id);
  if (progress !== undefined && node.state === "running") {
    return (
      <span className="flex min-w-0 items-center gap-1.5 text-sm text-busy">
        <span className="sr-only">, </span>
        {progress.fraction !== undefined && (
          <span className="h-1 w-12 overflow-hidden rounded-full bg-busy-mark/20">
            <span
              className="block h-full bg-busy-mark transition-[width]"
              style={{ width: `${progress.fraction * 100}%` }}
            />
          </span>
        )}
        <span className="truncate">{progress.message}</span>
      </span>
    );
  }
  if (node.note === undefined) return null;
  const isBad = node.state === "failed" || node.state === "refused";
  return (
    <span className={classNames("min-w-0 truncate text-sm", isBad ? "text-bad" : "text-faint")}>
      <span className="sr-only">, </span>
      {node.note}
    </span>
  );
}
