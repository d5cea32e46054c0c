import { nodeSelection } from "../../../log/agent-tree.ts";
import { useRunView } from "../run-view.tsx";
import { valueText } from "./value-text.ts";

/** Every choice of a router in order, with the values it rested on. */
export function RouterDecisions() {
  const { reading, select } = useRunView();
  const { routes } = reading.trace;
  if (routes.length === 0) return null;
  return (
    <ol aria-label="Router decisions" className="flex flex-wrap gap-x-5 gap-y-1 border-t px-3 py-2 text-sm">
      {routes.map((route) => (
        <li key={route.seq} className="flex flex-wrap items-center gap-x-1.5">
          <button
            type="button"
            className="inline-flex min-h-6 items-center font-mono text-xs hover:underline"
            onClick={() => {
              select(nodeSelection(route.nodeId, route.visit));
            }}
          >
            {route.nodeId}
            {route.visit > 1 ? ` #${route.visit}` : ""}
          </button>
          <span className="text-faint">→</span>
          <span className="font-mono text-xs font-semibold">{route.to}</span>
          {Object.entries(route.values).map(([path, value]) => (
            <span key={path} className="rounded-sm bg-sunken px-1 font-mono text-xs text-muted" title={path}>
              {path.replace(/^facts\./, "")}={valueText(value)}
            </span>
          ))}
        </li>
      ))}
    </ol>
  );
}
