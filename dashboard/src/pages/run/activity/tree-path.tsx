import type { TreeNode } from "../../../log/agent-tree.ts";
import { useRunView } from "../run-view.tsx";

/** The way down to what is shown; each step leads to its own details. */
export function TreePath({ path }: { path: readonly TreeNode[] }) {
  const { select } = useRunView();
  if (path.length === 0) return null;
  return (
    <nav aria-label="Above in the tree">
      <ol className="flex flex-wrap items-center gap-1 text-sm text-faint">
        {path.map((node, index) => (
          <li key={node.id} className="flex items-center gap-1">
            <button
              type="button"
              className="hover:text-ink hover:underline"
              onClick={() => {
                select(node.id);
              }}
            >
              {node.label}
            </button>
            {index < path.length - 1 && <span aria-hidden="true">›</span>}
          </li>
        ))}
      </ol>
    </nav>
  );
}
