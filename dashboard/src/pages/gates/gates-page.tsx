import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { GateRow } from "#api/contract/gates.ts";
import { PageHeader } from "../../app/page-header.tsx";
import { gatesQuery } from "../../app/queries.ts";
import { useServices } from "../../app/services.tsx";
import { Badge, type Tone } from "../../components/badge.tsx";
import { Button } from "../../components/button.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { FailureNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Ago } from "../../components/time.tsx";
import { toWords } from "../../format/words.ts";
import { GateCard } from "../gate-card/gate-card.tsx";

/** What waits for people in all runs, and what they decided. */
export function GatesPage() {
  const services = useServices();
  const open = useQuery(gatesQuery(services, "open"));
  const all = useQuery(gatesQuery(services, "all"));
  const decided = all.data?.items.filter((gate) => gate.state !== "open") ?? [];
  const failed = open.error ?? all.error;
  return (
    <>
      <PageHeader title="Gates" />
      <div className="flex flex-col gap-4 px-4 md:px-6">
        {failed !== null && (
          <FailureNotice
            error={failed}
            onRetry={() => {
              void open.refetch();
              void all.refetch();
            }}
          />
        )}
        <section aria-label="Waiting for a decision" className="flex flex-col gap-3">
          <h2 className="font-semibold">
            Waiting for a decision{" "}
            <span role="status" className="font-normal text-faint">
              {open.data === undefined ? "" : open.data.total}
            </span>
          </h2>
          {open.isPending && <Skeleton lines={4} label="Loading the gates" />}
          {open.data?.items.length === 0 && (
            <div className="rounded-lg border bg-surface shadow-raised">
              <EmptyState icon="check" title="Nothing waits for you">
                Gates of all runs gather here as soon as one opens.
              </EmptyState>
            </div>
          )}
          {open.data?.items.map((gate) => (
            <WaitingGate key={gate.gateId} gate={gate} />
          ))}
        </section>
        {decided.length > 0 && (
          <Panel title="Decided" isFlush>
            <DataTable
              label="Decided gates"
              columns={decidedColumns}
              rows={decided}
              rowKey={(row) => row.gateId}
            />
          </Panel>
        )}
      </div>
    </>
  );
}

/** A line of the queue; opened, it is the whole gate, which can be decided here as well as on its run's page. */
function WaitingGate({ gate }: { gate: GateRow }) {
  const [isOpen, setOpen] = useState(false);
  if (isOpen) {
    return (
      <GateCard
        gateId={gate.gateId}
        state={gate.state}
        extra={
          <span className="flex items-center gap-2">
            <RunLink runId={gate.runId} />
            <Button
              size="small"
              kind="quiet"
              onClick={() => {
                setOpen(false);
              }}
            >
              Close
            </Button>
          </span>
        }
      />
    );
  }
  return (
    <article
      aria-label={`${gate.kind} gate ${gate.subject} of ${gate.runId}`}
      className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border border-ask-mark/60 bg-surface px-3.5 py-2.5 shadow-raised"
    >
      <div className="min-w-0 flex-1 basis-72">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-semibold">{gate.subject}</span>
          <Badge tone="accent">{toWords(gate.kind)} gate</Badge>
          <span className="text-sm text-faint">
            opened <Ago at={gate.openedAt} />, needs {gate.role}
          </span>
        </p>
        <p className="mt-0.5 break-words text-muted">{gate.reason}</p>
      </div>
      <RunLink runId={gate.runId} />
      <Button
        kind="primary"
        onClick={() => {
          setOpen(true);
        }}
      >
        Review
      </Button>
    </article>
  );
}

function RunLink({ runId }: { runId: string }) {
  return (
    <Link to="/runs/$runId" params={{ runId }} search={{}} className="text-link font-mono text-xs">
      {runId}
    </Link>
  );
}

const tones: Record<string, Tone> = { approved: "good", edited: "good", rejected: "bad", expired: "bad" };

const decidedColumns: readonly Column<GateRow>[] = [
  {
    id: "decision",
    header: "Decision",
    sortBy: (row) => row.decision ?? row.state,
    cell: (row) => {
      const word = row.decision ?? row.state;
      return <Badge tone={tones[word] ?? "plain"}>{toWords(word)}</Badge>;
    },
  },
  {
    id: "gate",
    header: "Gate",
    sortBy: (row) => row.subject,
    cell: (row) => (
      <>
        <span className="font-medium">{row.subject}</span>
        <div className="line-clamp-2 text-sm text-muted">{row.reason}</div>
      </>
    ),
  },
  { id: "kind", header: "Kind", from: "md", sortBy: (row) => row.kind, cell: (row) => toWords(row.kind) },
  { id: "run", header: "Run", sortBy: (row) => row.runId, cell: (row) => <RunLink runId={row.runId} /> },
  {
    id: "by",
    header: "By",
    from: "sm",
    sortBy: (row) => row.resolvedBy,
    cell: (row) => row.resolvedBy ?? <span className="text-faint">nobody</span>,
  },
  {
    id: "at",
    header: "When",
    sortBy: (row) => row.resolvedAt,
    cell: (row) => (row.resolvedAt === null ? "–" : <Ago at={row.resolvedAt} />),
  },
];
