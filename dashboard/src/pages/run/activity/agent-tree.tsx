import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { type TreeNode, type TreeRow, visibleRows } from "../../../log/agent-tree.ts";
import { TreeLine } from "./tree-line.tsx";

/** A tree as the ARIA practices describe it: one stop for Tab, arrows inside, Enter selects. */
export function AgentTree({
  roots,
  closed,
  onClosedChange,
  selected,
  onSelect,
  followed,
  onInterrupt,
}: {
  roots: readonly TreeNode[];
  closed: ReadonlySet<string>;
  onClosedChange: (closed: ReadonlySet<string>) => void;
  selected: string | undefined;
  onSelect: (id: string) => void;
  /** Kept in view while the tree grows. */
  followed: string | undefined;
  /** The person scrolls or moves by themselves. */
  onInterrupt: () => void;
}) {
  const rows = visibleRows(roots, closed);
  const [focused, setFocused] = useState<string>();
  const box = useRef<HTMLDivElement>(null);
  const tabStop = [focused, selected, rows[0]?.node.id].find((id) => rows.some((row) => row.node.id === id));

  useEffect(() => {
    if (followed === undefined) return;
    scrollInside(box.current, lineOf(box.current, followed));
  }, [followed, rows.length]);

  const moveTo = (id: string | undefined): void => {
    if (id === undefined) return;
    setFocused(id);
    lineOf(box.current, id)?.focus();
  };
  const toggle = (id: string, isClosed: boolean): void => {
    const next = new Set(closed);
    if (isClosed) next.add(id);
    else next.delete(id);
    onClosedChange(next);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const at = rows.findIndex((row) => row.node.id === tabStop);
    const row = rows[at];
    if (row === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const act = keyAction(event.key, { rows, at, row });
    if (act === undefined) return;
    event.preventDefault();
    onInterrupt();
    if (act.kind === "move") moveTo(act.to);
    else if (act.kind === "select") onSelect(row.node.id);
    else toggle(row.node.id, act.kind === "close");
  };

  return (
    <div
      ref={box}
      role="tree"
      aria-label="Agents and their work"
      className="thin-scroll relative min-h-0 flex-1 overflow-auto py-1"
      onKeyDown={onKeyDown}
      onWheel={onInterrupt}
      onTouchMove={onInterrupt}
    >
      {rows.map((row) => (
        <TreeLine
          key={row.node.id}
          row={row}
          isSelected={row.node.id === selected}
          isTabStop={row.node.id === tabStop}
          onSelect={() => {
            setFocused(row.node.id);
            onSelect(row.node.id);
          }}
          onToggle={() => {
            toggle(row.node.id, row.isExpanded);
          }}
        />
      ))}
    </div>
  );
}

const lineOf = (box: HTMLElement | null, id: string): HTMLElement | null =>
  box?.querySelector<HTMLElement>(`[data-line="${CSS.escape(id)}"]`) ?? null;

/** Moves only the box's own content: the page around it stays where the person has it. */
function scrollInside(box: HTMLElement | null, line: HTMLElement | null): void {
  if (box === null || line === null) return;
  const above = line.offsetTop - box.scrollTop;
  const below = above + line.offsetHeight - box.clientHeight;
  if (above < 0) box.scrollTop += above;
  else if (below > 0) box.scrollTop += below;
}

type KeyAction = { kind: "move"; to: string | undefined } | { kind: "open" | "close" | "select" };

function keyAction(
  key: string,
  { rows, at, row }: { rows: readonly TreeRow[]; at: number; row: TreeRow },
): KeyAction | undefined {
  switch (key) {
    case "ArrowDown":
      return { kind: "move", to: rows[at + 1]?.node.id };
    case "ArrowUp":
      return { kind: "move", to: rows[at - 1]?.node.id };
    case "Home":
      return { kind: "move", to: rows[0]?.node.id };
    case "End":
      return { kind: "move", to: rows.at(-1)?.node.id };
    case "ArrowRight":
      if (row.node.children.length === 0) return undefined;
      return row.isExpanded ? { kind: "move", to: row.node.children[0]?.id } : { kind: "open" };
    case "ArrowLeft":
      return row.isExpanded ? { kind: "close" } : { kind: "move", to: row.parentId };
    case "Enter":
    case " ":
      return { kind: "select" };
    default:
      return undefined;
  }
}
