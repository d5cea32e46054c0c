import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { failureOf } from "../../api/api-result.ts";
import { artifactUrl } from "../../api/client.ts";
import { PageHeader } from "../../app/page-header.tsx";
import { runQuery } from "../../app/queries.ts";
import { useObservable, useServices } from "../../app/services.tsx";
import { ArtifactLinkProvider } from "../../components/artifact-link.tsx";
import { FailureNotice, Notice } from "../../components/notice.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import type { RunStream } from "../../stream/run-stream.ts";
import { ArtifactPreview } from "./artifacts/artifact-preview.tsx";
import { OpenGates } from "./gates/open-gates.tsx";
import { RunHeader } from "./run-header.tsx";
import { RunTabs } from "./run-tabs.tsx";
import { type RunView, RunViewProvider } from "./run-view.tsx";
import { StatusAnnouncer } from "./status-announcer.tsx";
import { useRunStream } from "./use-run-stream.ts";
import { WorkflowPanel } from "./workflow/workflow-panel.tsx";

const route = getRouteApi("/runs/$runId");

/** One run, live: the reading of its log and nothing that the log does not say. */
export function RunPage() {
  const { runId } = route.useParams();
  const detail = useQuery(runQuery(useServices(), runId));
  const isMissing = detail.isError && failureOf(detail.error).code === "not-found";
  const stream = useRunStream(runId, !isMissing);
  if (detail.isError && detail.data === undefined) {
    return (
      <>
        <PageHeader title="Run" parent={{ to: "/", label: "Runs", here: runId }} />
        <div className="px-4 md:px-6">
          <FailureNotice error={detail.error} onRetry={() => void detail.refetch()} />
        </div>
      </>
    );
  }
  if (stream === undefined) return <Waiting runId={runId} />;
  return <LiveRun key={runId} runId={runId} stream={stream} detail={detail.data} />;
}

function Waiting({ runId }: { runId: string }) {
  return (
    <>
      <PageHeader title="Run" parent={{ to: "/", label: "Runs", here: runId }} />
      <div className="px-4 md:px-6">
        <Skeleton lines={8} label="Reading the run" />
      </div>
    </>
  );
}

function LiveRun({ runId, stream, detail }: { runId: string; stream: RunStream; detail: RunView["detail"] }) {
  const reading = useObservable(stream.reading);
  const live = useObservable(stream.live);
  const connection = useObservable(stream.connection);
  const isCaughtUp = useObservable(stream.caughtUp);
  const problem = useObservable(stream.problem);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [shown, setShown] = useState<{ name: string; sha256: string }>();
  const { state } = reading;

  if (state === undefined || !isCaughtUp) {
    return problem === undefined ? (
      <Waiting runId={runId} />
    ) : (
      <>
        <PageHeader title="Run" parent={{ to: "/", label: "Runs", here: runId }} />
        <div className="px-4 md:px-6">
          <Notice tone="bad" isAlert>
            {problem}
          </Notice>
        </div>
      </>
    );
  }

  const view: RunView = {
    runId,
    reading,
    state,
    live,
    detail,
    selected: search.select,
    select(id) {
      void navigate({
        search: id === undefined ? {} : { select: id },
        replace: search.select !== undefined,
        resetScroll: false,
      });
    },
    openTab(tab) {
      void navigate({ search: (before) => ({ ...before, tab }), resetScroll: false });
    },
    preview: setShown,
  };
  const linkTo = (digest: string) => {
    const artifact = [...state.artifacts.values()].find((one) => one.sha256 === digest);
    return artifact === undefined
      ? undefined
      : {
          name: artifact.name,
          address: artifactUrl(artifact.sha256, artifact.name),
          open: () => {
            setShown(artifact);
          },
        };
  };
  return (
    <RunViewProvider value={view}>
      <ArtifactLinkProvider value={linkTo}>
        <RunHeader connection={connection} />
        <StatusAnnouncer />
        {problem !== undefined && (
          <div className="px-4 pb-3 md:px-6">
            <Notice tone="bad" isAlert>
              {problem}
            </Notice>
          </div>
        )}
        <OpenGates />
        <WorkflowPanel />
        <RunTabs tab={search.tab ?? "activity"} />
        {shown !== undefined && (
          <ArtifactPreview
            artifact={shown}
            onClose={() => {
              setShown(undefined);
            }}
          />
        )}
      </ArtifactLinkProvider>
    </RunViewProvider>
  );
}
