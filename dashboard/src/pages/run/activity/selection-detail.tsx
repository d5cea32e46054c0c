import { EmptyState } from "../../../components/empty-state.tsx";
import type { TreeNode } from "../../../log/agent-tree.ts";
import { useRunView } from "../run-view.tsx";
import { AgentDetail } from "./agent-detail.tsx";
import { CallDetail } from "./call-detail.tsx";
import { NodeDetail } from "./node-detail.tsx";

/** Shows whatever an id names: an agent's life, a tool call or a node of the workflow. */
export function SelectionDetail({ id, path }: { id: string; path: readonly TreeNode[] }) {
  const { state } = useRunView();
  for (const invocation of state.invocations.values())
    if (invocation.invocationId === id) return <AgentDetail invocation={invocation} path={path} />;
  for (const call of state.calls.values())
    if (call.callId === id) return <CallDetail call={call} path={path} />;
  const visit = state.visits.find((one) => `node:${one.nodeId}:${one.visit}` === id);
  if (visit !== undefined) return <NodeDetail visit={visit} />;
  return <EmptyState icon="search" title="This run has nothing of that name" />;
}
