import { useState } from "react";
import type { RunState } from "#core/events/run-state.ts";
import { useNow } from "../../app/clock.tsx";
import { PageHeader } from "../../app/page-header.tsx";
import { Badge } from "../../components/badge.tsx";
import { Digest } from "../../components/digest.tsx";
import { Notice } from "../../components/notice.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { Ago } from "../../components/time.tsx";
import { formatDuration } from "../../format/duration.ts";
import { formatBytes, formatUsd } from "../../format/number.ts";
import { hasEnded } from "../../log/activity-state.ts";
import type { SocketStatus } from "../../stream/resuming-socket.ts";
import { CancelRun } from "./cancel-run.tsx";
import { LiveMark } from "./live-mark.tsx";
import { useRunView } from "./run-view.tsx";

/** What the run is about, how it stands, and the way to stop it. */
export function RunHeader({ connection }: { connection: SocketStatus }) {
  const { runId, state, detail } = useRunView();
  const [isWhole, setWhole] = useState(false);
  const problem = detail?.problem ?? "";
  const isLong = problem.length > 160;
  return (
    <PageHeader
      parent={{ to: "/", label: "Runs", here: runId }}
      windowTitle={`${state.phase.status === "waiting" ? "(waiting) " : ""}${problem === "" ? runId : problem.slice(0, 60)}`}
      title={
        <span className={isLong && !isWhole ? "line-clamp-2" : ""}>{problem === "" ? runId : problem}</span>
      }
      actions={
        <>
          <LiveMark connection={connection} />
          {!hasEnded(state) && <CancelRun />}
        </>
      }
    >
      {isLong && (
        <button
          type="button"
          aria-expanded={isWhole}
          className="text-link self-start text-sm"
          onClick={() => {
            setWhole(!isWhole);
          }}
        >
          {isWhole ? "Show less" : "Show the whole problem"}
        </button>
      )}
      <dl
        aria-label="Run facts"
        className="flex flex-wrap items-center gap-x-5 gap-y-1 [&_dt]:text-faint [&>div]:inline-flex [&>div]:items-center [&>div]:gap-1.5"
      >
        <div>
          <dt className="sr-only">Status</dt>
          <dd>
            <StatusBadge status={state.phase.status} />
          </dd>
        </div>
        <div>
          <dt>At work</dt>
          <dd>
            <ActiveTime state={state} />
          </dd>
        </div>
        <div>
          <dt>Started</dt>
          <dd>
            <Ago at={state.createdAt} /> by {state.createdBy.id}
          </dd>
        </div>
        {detail !== undefined && (
          <>
            <div>
              <dt>Data</dt>
              <dd className="inline-flex flex-wrap items-center gap-x-1.5">
                {detail.data.name} <span className="text-faint">{formatBytes(detail.data.bytes)}</span>{" "}
                <Digest value={detail.data.sha256} what="the data's SHA-256" />
              </dd>
            </div>
            <div>
              <dt>Target</dt>
              <dd className="font-mono text-xs">{detail.target}</dd>
            </div>
            {detail.protected.length > 0 && (
              <div>
                <dt>Protected</dt>
                <dd className="font-mono text-xs">{detail.protected.join(", ")}</dd>
              </div>
            )}
            {detail.timeColumn !== null && (
              <div>
                <dt>Time</dt>
                <dd className="font-mono text-xs">{detail.timeColumn}</dd>
              </div>
            )}
          </>
        )}
        <div>
          <dt>Seed</dt>
          <dd>{state.seed}</dd>
        </div>
        <div>
          <dt>Cost</dt>
          <dd>{formatUsd(state.usage.costUsd)}</dd>
        </div>
        <div>
          <dt className="sr-only">Approvals</dt>
          <dd>
            <Badge>{state.approve === "ask" ? "asks for approval" : "approves automatically"}</Badge>
          </dd>
        </div>
      </dl>
      {state.phase.status === "failed" && (
        <Notice tone="bad" title="The run failed">
          {state.phase.failure.message}{" "}
          <code className="font-mono text-xs text-muted">{state.phase.failure.code}</code>
        </Notice>
      )}
      {state.cancelRequested && !hasEnded(state) && (
        <Notice tone="ask">The run was asked to end; work in progress is being stopped.</Notice>
      )}
    </PageHeader>
  );
}

/** Time at work, waiting for people not counted. */
function ActiveTime({ state }: { state: RunState }) {
  const now = useNow(state.activeSince === undefined ? undefined : 1000);
  const running = state.activeSince === undefined ? 0 : Math.max(0, now - Date.parse(state.activeSince));
  return formatDuration(state.activeMs + running);
}
