import { Link } from "@tanstack/react-router";
import type { PipelineRow } from "#api/contract/pipeline.ts";
import { Badge } from "../../components/badge.tsx";
import type { Column } from "../../components/data-table.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { Ago, Elapsed } from "../../components/time.tsx";
import { formatUsd } from "../../format/number.ts";

function OpenGates({ count }: { count: number }) {
  return (
    <Badge tone="ask" icon="hand">
      {count} waiting
    </Badge>
  );
}

/** What the runs list says of a run. */
export const runColumns: readonly Column<PipelineRow>[] = [
  {
    id: "status",
    header: "Status",
    sortBy: (row) => row.status,
    cell: (row) => <StatusBadge status={row.status} />,
    className: "w-28",
  },
  {
    id: "problem",
    header: "Problem",
    sortBy: (row) => row.problem,
    className: "min-w-56",
    cell: (row) => (
      <div className="flex flex-col gap-0.5">
        <Link
          to="/runs/$runId"
          params={{ runId: row.runId }}
          search={{}}
          className="line-clamp-2 font-medium hover:text-accent-text hover:underline"
        >
          {row.problem}
        </Link>
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-mono text-xs text-faint">{row.runId}</span>
          {row.openGates > 0 && (
            <span className="md:hidden">
              <OpenGates count={row.openGates} />
            </span>
          )}
        </span>
        {row.failure !== null && (
          <span className="line-clamp-1 text-sm text-bad" title={row.failure}>
            {row.failure}
          </span>
        )}
      </div>
    ),
  },
  {
    id: "data",
    header: "Data",
    from: "lg",
    className: "max-w-56",
    sortBy: (row) => row.dataName,
    cell: (row) => (
      <div className="flex flex-col gap-0.5">
        <span className="break-words">{row.dataName}</span>
        <span className="text-sm whitespace-nowrap text-faint">target {row.target}</span>
      </div>
    ),
  },
  {
    id: "stage",
    header: "Stage",
    from: "md",
    sortBy: (row) => row.node,
    cell: (row) =>
      row.node === null ? (
        <span className="text-faint">–</span>
      ) : (
        <span className="font-mono text-xs">{row.node}</span>
      ),
  },
  {
    id: "gates",
    header: "Gates",
    from: "md",
    sortBy: (row) => row.openGates,
    cell: (row) =>
      row.openGates === 0 ? <span className="text-faint">–</span> : <OpenGates count={row.openGates} />,
  },
  {
    id: "started",
    header: "Started",
    from: "sm",
    sortBy: (row) => row.createdAt,
    cell: (row) => (
      <div className="flex flex-col gap-0.5">
        <Ago at={row.createdAt} />
        <span className="text-sm text-faint">by {row.createdBy}</span>
      </div>
    ),
  },
  {
    id: "duration",
    header: "Duration",
    align: "right",
    from: "sm",
    sortBy: (row) =>
      row.startedAt === null || row.endedAt === null
        ? null
        : Date.parse(row.endedAt) - Date.parse(row.startedAt),
    cell: (row) =>
      row.startedAt === null ? (
        <span className="text-faint">–</span>
      ) : (
        <Elapsed from={row.startedAt} to={row.endedAt} />
      ),
  },
  {
    id: "cost",
    header: "Cost",
    align: "right",
    from: "md",
    sortBy: (row) => row.costUsd,
    cell: (row) => (
      <div className="flex flex-col gap-0.5">
        <span>{formatUsd(row.costUsd)}</span>
        <span className="text-sm whitespace-nowrap text-faint">
          {row.modelCalls} model, {row.toolCalls} tool
        </span>
      </div>
    ),
  },
];
