import type { RunState } from "#core/events/run-state.ts";
import { isTransferTool } from "./agent-tree.ts";
import type { RunTrace } from "./run-trace.ts";

/** What one agent of a run used, over all of its invocations. */
export interface CostRow {
  agent: string;
  tier: string;
  invocations: number;
  modelCalls: number;
  /** Calls of tools other than handovers. */
  toolCalls: number;
  handovers: number;
  inputTokens: number;
  outputTokens: number;
  cacheTokens: number;
  costUsd: number;
  /** Model calls whose price is not known; their cost is in no sum. */
  unpricedCalls: number;
}

export type CostTotal = Omit<CostRow, "agent" | "tier">;

/** Usage by agent, dearest first, and the sum of the rows. */
export function costTable(state: RunState, trace: RunTrace): { rows: CostRow[]; total: CostTotal } {
  const rows = new Map<string, CostRow>();
  for (const invocation of state.invocations.values()) {
    const row = rows.get(invocation.agent) ?? emptyRow(invocation.agent, invocation.tier);
    rows.set(invocation.agent, row);
    const { usage } = invocation;
    row.invocations += 1;
    row.inputTokens += usage.inputTokens;
    row.outputTokens += usage.outputTokens;
    row.cacheTokens += usage.cacheReadTokens + usage.cacheWriteTokens;
    row.costUsd += invocation.costUsd;
    for (const turn of trace.invocations.get(invocation.invocationId)?.turns ?? []) {
      row.modelCalls += turn.attempts.length;
      if (turn.messageSeq !== undefined && turn.costUsd === undefined) row.unpricedCalls += 1;
      row.unpricedCalls += turn.attempts.filter((attempt) => attempt.failedWithUsage).length;
    }
  }
  for (const call of state.calls.values()) {
    const row = call.agent === undefined ? undefined : rows.get(call.agent);
    if (row === undefined || call.inputRef === undefined) continue;
    if (isTransferTool(call.tool)) row.handovers += 1;
    else row.toolCalls += 1;
  }
  const list = [...rows.values()].toSorted(
    (left, right) =>
      right.costUsd - left.costUsd ||
      right.inputTokens + right.outputTokens - left.inputTokens - left.outputTokens ||
      left.agent.localeCompare(right.agent),
  );
  return { rows: list, total: totalOf(list) };
}

const emptyRow = (agent: string, tier: string): CostRow => ({
  agent,
  tier,
  invocations: 0,
  modelCalls: 0,
  toolCalls: 0,
  handovers: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheTokens: 0,
  costUsd: 0,
  unpricedCalls: 0,
});

function totalOf(rows: readonly CostRow[]): CostTotal {
  const { agent: _agent, tier: _tier, ...total } = emptyRow("", "");
  for (const row of rows) {
    for (const name of Object.keys(total) as (keyof CostTotal)[]) total[name] += row[name]; // the keys just made
  }
  return total;
}
