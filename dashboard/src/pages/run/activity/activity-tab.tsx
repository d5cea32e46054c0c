import { useMemo, useRef, useState } from "react";
import { Button } from "../../../components/button.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { Icon } from "../../../components/icon.tsx";
import { hasEnded } from "../../../log/activity-state.ts";
import { activeNodeId, agentTree, pathTo } from "../../../log/agent-tree.ts";
import { useRunView } from "../run-view.tsx";
import { AgentTree } from "./agent-tree.tsx";
import { SelectionDetail } from "./selection-detail.tsx";

/** The tree of agents and, beside it, what is selected in it; follows the work until something is chosen. */
export function ActivityTab() {
  const { state, reading, selected, select } = useRunView();
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [isFollowing, setFollowing] = useState(true);
  const details = useRef<HTMLElement>(null);
  // State and trace change in place; the reading around them is a new object whenever they did.
  const roots = useMemo(
    () => (reading.state === undefined ? [] : agentTree(reading.state, reading.trace)),
    [reading],
  );
  const isOver = hasEnded(state);
  const follows = isFollowing && selected === undefined && !isOver;
  const active = activeNodeId(roots);
  const shown = selected ?? active;

  if (roots.length === 0) {
    return (
      <EmptyState icon="clock" title={isOver ? "Nothing was done" : "Waiting for a driver"}>
        {isOver
          ? "The run ended before its first stage."
          : "The run is queued. The tree grows here as soon as the first agent starts."}
      </EmptyState>
    );
  }
  return (
    <div className="grid gap-4 p-4 md:px-6 lg:grid-cols-[minmax(20rem,5fr)_minmax(0,7fr)]">
      <section
        aria-label="Agents"
        className="flex max-h-[calc(100dvh-7rem)] min-h-72 flex-col rounded-lg border bg-surface shadow-raised lg:sticky lg:top-4"
      >
        <header className="flex min-h-10 flex-wrap items-center gap-1 border-b px-3 py-1">
          <h2 className="mr-auto font-semibold">Agents</h2>
          <Button
            size="small"
            kind="quiet"
            onClick={() => {
              setClosed(closed.size > 0 ? new Set() : new Set(roots.map((node) => node.id)));
            }}
          >
            {closed.size > 0 ? "Expand all" : "Collapse all"}
          </Button>
          {!isOver && (
            <Button
              size="small"
              kind={follows ? "plain" : "quiet"}
              aria-pressed={follows}
              onClick={() => {
                setFollowing(!follows);
                select(follows ? active : undefined);
              }}
            >
              <Icon name="follow" className="size-3.5" />
              {follows ? "Following" : "Follow"}
            </Button>
          )}
        </header>
        <AgentTree
          roots={roots}
          closed={closed}
          onClosedChange={setClosed}
          selected={shown}
          onSelect={(id) => {
            setFollowing(false);
            select(id);
            // On narrow windows the details stand below the tree.
            if (window.matchMedia("(width < 64rem)").matches) details.current?.scrollIntoView();
          }}
          followed={follows ? active : undefined}
          onInterrupt={() => {
            if (follows) setFollowing(false);
          }}
        />
      </section>
      <section ref={details} aria-label="Details" className="min-w-0 scroll-mt-14">
        {shown === undefined ? null : (
          <SelectionDetail key={shown} id={shown} path={pathTo(roots, shown).slice(0, -1)} />
        )}
      </section>
    </div>
  );
}
