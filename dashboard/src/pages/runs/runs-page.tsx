import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { PipelineRow } from "#api/contract/pipeline.ts";
import { PageHeader } from "../../app/page-header.tsx";
import { RUNS_PER_PAGE, runsQuery } from "../../app/queries.ts";
import { useServices } from "../../app/services.tsx";
import { Button, buttonClass } from "../../components/button.tsx";
import { DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Icon } from "../../components/icon.tsx";
import { FailureNotice } from "../../components/notice.tsx";
import { Segmented } from "../../components/segmented.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { statusWord } from "../../components/status-badge.tsx";
import { formatCount } from "../../format/number.ts";
import { runColumns } from "./run-columns.tsx";

const route = getRouteApi("/");

const statuses = ["running", "waiting", "succeeded", "failed", "cancelled", "queued"] as const;
const filters = [
  { value: "all", label: "All" },
  ...statuses.map((status) => ({ value: status, label: statusWord(status) })),
];

/** The start page: all runs, kept current by the log. */
export function RunsPage() {
  const { status = "", page = 0 } = route.useSearch();
  const navigate = route.useNavigate();
  const runs = useQuery(runsQuery(useServices(), { status, page }));
  const show = (next: { status: string; page: number }): void => {
    void navigate({
      search: {
        ...(next.status === "" ? {} : { status: next.status }),
        ...(next.page === 0 ? {} : { page: next.page }),
      },
    });
  };
  return (
    <>
      <PageHeader
        title="Runs"
        actions={
          <Link to="/runs/new" className={buttonClass("primary")}>
            <Icon name="plus" />
            Start a run
          </Link>
        }
      >
        <div className="mt-1 flex flex-wrap items-center gap-3">
          <Segmented
            label="Filter by status"
            value={status === "" ? "all" : status}
            options={filters}
            onChange={(value) => {
              show({ status: value === "all" ? "" : value, page: 0 });
            }}
          />
          <p role="status" className="text-faint">
            {runs.data === undefined ? "" : `${formatCount(runs.data.total)} in all`}
          </p>
        </div>
      </PageHeader>
      <div className="px-0 md:px-6">
        {runs.isError && (
          <div className="p-4">
            <FailureNotice error={runs.error} onRetry={() => void runs.refetch()} />
          </div>
        )}
        {runs.isPending && (
          <div className="p-4">
            <Skeleton lines={8} label="Loading the runs" />
          </div>
        )}
        {runs.data !== undefined && (
          <div className="border-y bg-surface md:rounded-lg md:border md:shadow-raised">
            <DataTable<PipelineRow>
              label="Runs"
              columns={runColumns}
              rows={runs.data.items}
              rowKey={(row) => row.runId}
              empty={<NoRuns status={status} />}
            />
          </div>
        )}
        {runs.data !== undefined && runs.data.total > RUNS_PER_PAGE && (
          <nav aria-label="Pages of runs" className="flex items-center justify-end gap-2 p-3">
            <span className="text-faint">
              {page * RUNS_PER_PAGE + 1}–{Math.min(runs.data.total, (page + 1) * RUNS_PER_PAGE)} of{" "}
              {formatCount(runs.data.total)}
            </span>
            <Button
              size="small"
              disabled={page === 0}
              onClick={() => {
                show({ status, page: page - 1 });
              }}
            >
              Newer
            </Button>
            <Button
              size="small"
              disabled={(page + 1) * RUNS_PER_PAGE >= runs.data.total}
              onClick={() => {
                show({ status, page: page + 1 });
              }}
            >
              Older
            </Button>
          </nav>
        )}
      </div>
    </>
  );
}

function NoRuns({ status }: { status: string }) {
  if (status !== "") {
    return <EmptyState icon="search" title={`No run is ${status}`} />;
  }
  return (
    <EmptyState
      icon="runs"
      title="Nothing has run yet"
      action={
        <Link to="/runs/new" className={buttonClass("primary")}>
          Start a run
        </Link>
      }
    >
      Give a table and say what shall be predicted. A team of agents prepares the data, trains and audits a
      model, and asks you where risk is accepted.
    </EmptyState>
  );
}
