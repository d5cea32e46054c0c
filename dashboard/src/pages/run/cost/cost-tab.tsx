import { Badge } from "../../../components/badge.tsx";
import { classNames } from "../../../components/class-names.ts";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { Notice } from "../../../components/notice.tsx";
import { Panel } from "../../../components/panel.tsx";
import { formatCompact, formatUsd } from "../../../format/number.ts";
import { plural } from "../../../format/words.ts";
import { type CostRow, costTable } from "../../../log/cost-table.ts";
import { useRunView } from "../run-view.tsx";

/** Tokens and money by agent; the rows add up to the run's total. */
export function CostTab() {
  const { state, reading } = useRunView();
  const { rows, total } = costTable(state, reading.trace);
  if (rows.length === 0) {
    return <EmptyState icon="info" title="Nothing was spent yet" />;
  }
  const most = Math.max(...rows.map((row) => row.costUsd), 1e-12);
  const count = (
    value: (row: CostRow) => number,
    sum: number,
    id: string,
    header: string,
  ): Column<CostRow> => ({
    id,
    header,
    align: "right",
    sortBy: value,
    cell: (row) => formatCompact(value(row)),
    footer: formatCompact(sum),
  });
  const columns: readonly Column<CostRow>[] = [
    {
      id: "agent",
      header: "Agent",
      sortBy: (row) => row.agent,
      cell: (row) => (
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{row.agent}</span>
          <Badge>{row.tier}</Badge>
        </span>
      ),
      footer: "Total",
    },
    { ...count((row) => row.invocations, total.invocations, "invocations", "Invocations"), from: "lg" },
    count((row) => row.modelCalls, total.modelCalls, "model", "Model calls"),
    { ...count((row) => row.toolCalls, total.toolCalls, "tool", "Tool calls"), from: "md" },
    { ...count((row) => row.handovers, total.handovers, "handovers", "Handovers"), from: "lg" },
    { ...count((row) => row.inputTokens, total.inputTokens, "in", "Tokens in"), from: "sm" },
    { ...count((row) => row.outputTokens, total.outputTokens, "out", "Tokens out"), from: "sm" },
    { ...count((row) => row.cacheTokens, total.cacheTokens, "cache", "Cached"), from: "lg" },
    {
      id: "cost",
      header: "Cost",
      align: "right",
      sortBy: (row) => row.costUsd,
      cell: (row) => (
        <span className="flex items-center justify-end gap-2">
          <span
            aria-hidden="true"
            className={classNames(
              "hidden h-1.5 w-20 rounded-full bg-sunken",
              total.costUsd > 0 && "md:block",
            )}
          >
            <span
              className="ml-auto block h-full rounded-full bg-series-1"
              style={{ width: `${(row.costUsd / most) * 100}%` }}
            />
          </span>
          <span className="w-16">{formatUsd(row.costUsd)}</span>
        </span>
      ),
      footer: formatUsd(total.costUsd),
    },
  ];
  // The run's own sum is folded apart from the agents'; a difference would be a defect worth seeing.
  const isOff =
    Math.abs(total.costUsd - state.usage.costUsd) > 1e-6 || total.outputTokens !== state.usage.outputTokens;
  return (
    <div className="flex flex-col gap-3 p-4 md:px-6">
      {isOff && (
        <Notice tone="bad" title="The agents do not add up to the run">
          The run counts {formatUsd(state.usage.costUsd)} and {formatCompact(state.usage.outputTokens)} tokens
          out.
        </Notice>
      )}
      {state.usage.unpricedCalls > 0 && (
        <Notice tone="info">
          {plural(state.usage.unpricedCalls, "model call")} of a model whose price is not known; their cost is
          in no sum.
        </Notice>
      )}
      <Panel title="Cost by agent" isFlush>
        <DataTable label="Cost by agent" columns={columns} rows={rows} rowKey={(row) => row.agent} />
      </Panel>
    </div>
  );
}
