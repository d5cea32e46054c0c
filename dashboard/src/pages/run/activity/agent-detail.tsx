import type { InvocationState } from "#core/events/run-state.ts";
import { ActivityIcon, activityWord } from "../../../components/activity-icon.tsx";
import { Badge } from "../../../components/badge.tsx";
import { KeyValues } from "../../../components/key-values.tsx";
import { Notice } from "../../../components/notice.tsx";
import { Panel } from "../../../components/panel.tsx";
import { Elapsed } from "../../../components/time.tsx";
import { formatCompact, formatUsd } from "../../../format/number.ts";
import { formatDateTime } from "../../../format/time.ts";
import { stateOfInvocation } from "../../../log/activity-state.ts";
import type { TreeNode } from "../../../log/agent-tree.ts";
import { useRunView } from "../run-view.tsx";
import { Conversation } from "./conversation.tsx";
import { TreePath } from "./tree-path.tsx";

/** One life of an agent: what it was told, what it said and did, what it cost. */
export function AgentDetail({
  invocation,
  path,
}: {
  invocation: InvocationState;
  path: readonly TreeNode[];
}) {
  const { state, reading } = useRunView();
  const standing = stateOfInvocation(state, invocation);
  const { usage } = invocation;
  const attempts = reading.trace.invocations
    .get(invocation.invocationId)
    ?.turns.reduce((sum, turn) => sum + turn.attempts.length, 0);
  return (
    <div className="flex flex-col gap-3">
      <header className="flex flex-col gap-1">
        <TreePath path={path} />
        <div className="flex flex-wrap items-center gap-2">
          <ActivityIcon state={standing} />
          <h2 className="text-md font-semibold">{invocation.agent}</h2>
          <Badge tone="accent">{invocation.tier}</Badge>
          <Badge>{invocation.team}</Badge>
          <span className="text-muted">{activityWord(standing)}</span>
        </div>
      </header>
      {invocation.failure !== undefined && (
        <Notice tone="bad" title="The agent failed">
          {invocation.failure.message}
        </Notice>
      )}
      <Panel title="Usage">
        <div className="grid gap-x-8 gap-y-1 sm:grid-cols-2">
          <KeyValues
            isDense
            items={[
              ["Model", `${invocation.provider} / ${invocation.model}`],
              ["Model calls", attempts ?? 0],
              ["Cost", formatUsd(invocation.costUsd)],
              ["Time", <Elapsed key="time" from={invocation.startedAt} to={invocation.endedAt} />],
            ]}
          />
          <KeyValues
            isDense
            items={[
              ["Tokens in", formatCompact(usage.inputTokens)],
              ["Tokens out", formatCompact(usage.outputTokens)],
              [
                "Cache",
                `${formatCompact(usage.cacheReadTokens)} read, ${formatCompact(usage.cacheWriteTokens)} written`,
              ],
              ["Started", formatDateTime(invocation.startedAt)],
            ]}
          />
        </div>
      </Panel>
      <Panel title="Conversation">
        <Conversation invocation={invocation} />
      </Panel>
    </div>
  );
}
