import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { type ApiFailure, ApiError } from "../../api/api-result.ts";
import { PageHeader } from "../../app/page-header.tsx";
import { workflowsQuery } from "../../app/queries.ts";
import { useServices } from "../../app/services.tsx";
import { Button } from "../../components/button.tsx";
import { SelectField, TextArea } from "../../components/field.tsx";
import { FailureNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { Segmented } from "../../components/segmented.tsx";
import { DatasetCard } from "./dataset-card.tsx";
import { DropZone } from "./drop-zone.tsx";
import { MoreSettings } from "./more-settings.tsx";
import { ProtectedColumns } from "./protected-columns.tsx";
import { emptyDraft, problemsOf, requestOf, type RunDraft, withDataset, withTarget } from "./run-draft.ts";

/** From a file to a running job: data, what to predict, how to go about it. */
export function StartRunPage() {
  const services = useServices();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(emptyDraft);
  const [isTried, setTried] = useState(false);
  const [uploading, setUploading] = useState<string>();
  const [uploadError, setUploadError] = useState<string>();
  const [isStarting, setStarting] = useState(false);
  const [failure, setFailure] = useState<ApiFailure>();
  const workflows = useQuery(workflowsQuery(services));
  const problems = isTried ? problemsOf(draft) : {};
  const change = (next: Partial<RunDraft>): void => {
    setDraft((before) => ({ ...before, ...next }));
  };

  const upload = async (file: File): Promise<void> => {
    setUploading(file.name);
    setUploadError(undefined);
    const uploaded = await services.client.uploadDataset(file);
    setUploading(undefined);
    if (uploaded.ok) setDraft((before) => withDataset(before, uploaded.value));
    else setUploadError(uploaded.failure.message);
  };

  const start = async (): Promise<void> => {
    setTried(true);
    setFailure(undefined);
    if (Object.keys(problemsOf(draft)).length > 0) return;
    setStarting(true);
    const started = await services.client.startRun(requestOf(draft));
    setStarting(false);
    if (started.ok) {
      await navigate({ to: "/runs/$runId", params: { runId: started.value.runId }, search: {} });
    } else setFailure(started.failure);
  };

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void start();
  };

  return (
    <>
      <PageHeader title="Start a run" parent={{ to: "/", label: "Runs", here: "Start a run" }} />
      <form onSubmit={submit} noValidate className="flex max-w-4xl flex-col gap-4 px-4 md:px-6">
        <Panel title="Data">
          {draft.dataset === undefined ? (
            <DropZone
              onFile={(file) => void upload(file)}
              busyWith={uploading}
              error={uploadError ?? problems.dataset}
            />
          ) : (
            <DatasetCard
              dataset={draft.dataset}
              onReplace={() => {
                setDraft((before) => withDataset(before, undefined));
              }}
            />
          )}
        </Panel>
        <Panel title="What to predict">
          <div className="flex flex-col gap-3">
            <TextArea
              label="Problem statement"
              isRequired
              rows={3}
              value={draft.problem}
              error={problems.problem}
              hint="What shall be predicted, for whom, and what the prediction is used for."
              onChange={(event) => {
                change({ problem: event.currentTarget.value });
              }}
            />
            <div className="grid gap-3 sm:grid-cols-2">
              <SelectField
                label="Target column"
                isRequired
                value={draft.target}
                error={problems.target}
                hint={draft.dataset === undefined ? "Columns appear once the data is here." : undefined}
                disabled={draft.dataset === undefined}
                onChange={(event) => {
                  const { value } = event.currentTarget;
                  setDraft((before) => withTarget(before, value));
                }}
              >
                <option value="">Choose a column</option>
                <ColumnOptions draft={draft} />
              </SelectField>
              <SelectField
                label="Time column"
                value={draft.timeColumn}
                hint="When rows have an order in time, the newest are kept for testing."
                disabled={draft.dataset === undefined}
                onChange={(event) => {
                  change({ timeColumn: event.currentTarget.value });
                }}
              >
                <option value="">None</option>
                <ColumnOptions draft={draft} except={draft.target} />
              </SelectField>
            </div>
            <ProtectedColumns
              draft={draft}
              onChange={(names) => {
                change({ protected: names });
              }}
            />
          </div>
        </Panel>
        <Panel title="How">
          <div className="flex flex-col gap-4">
            <div className="flex flex-col gap-1">
              <span className="font-medium">Approvals</span>
              <div>
                <Segmented
                  label="Approvals"
                  value={draft.approve}
                  options={[
                    { value: "ask", label: "Ask a person" },
                    { value: "auto", label: "Approve automatically" },
                  ]}
                  onChange={(approve) => {
                    change({ approve });
                  }}
                />
              </div>
              <p className="text-sm text-faint">
                {draft.approve === "ask"
                  ? "The run stops at each gate until somebody decides."
                  : "Gates are approved by the system, and the record says so."}
              </p>
            </div>
            <SelectField
              label="Workflow"
              className="max-w-md"
              value={draft.workflow}
              hint={
                workflows.data?.find((one) => one.id === draft.workflow)?.description ??
                "The order of stages, checks and gates."
              }
              error={workflows.isError ? workflows.error.message : undefined}
              onChange={(event) => {
                change({ workflow: event.currentTarget.value });
              }}
            >
              <option value="">The server's default</option>
              {workflows.data?.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.id} {one.version}
                </option>
              ))}
            </SelectField>
            <MoreSettings draft={draft} problems={problems} onChange={change} />
          </div>
        </Panel>
        {failure !== undefined && <FailureNotice error={new ApiError(failure)} />}
        {isTried && Object.keys(problems).length > 0 && (
          <p role="alert" className="text-bad">
            Some fields above still need something.
          </p>
        )}
        <div className="flex items-center gap-3">
          <Button type="submit" kind="primary" disabled={isStarting || uploading !== undefined}>
            {isStarting ? "Starting …" : "Start the run"}
          </Button>
        </div>
      </form>
    </>
  );
}

function ColumnOptions({ draft, except }: { draft: RunDraft; except?: string }) {
  return draft.dataset?.columns.map((column) => (
    <option key={column.name} value={column.name} disabled={column.name === except}>
      {column.name} ({column.kind})
    </option>
  ));
}
