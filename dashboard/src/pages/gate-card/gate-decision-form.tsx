import { useState } from "react";
import type { DecideGate, GateDetail } from "#api/contract/gates.ts";
import type { JsonValue } from "#core/contract/json.ts";
import { ApiError } from "../../api/api-result.ts";
import { Button } from "../../components/button.tsx";
import { TextArea } from "../../components/field.tsx";
import { FailureNotice } from "../../components/notice.tsx";
import { ArgumentEditor, useCheckedArguments } from "./argument-editor.tsx";
import { useDecision } from "./use-decision.ts";

/** Approves, rejects, or approves other arguments; the decision counts for the input hash shown above and no other. */
export function GateDecisionForm({ detail, onStale }: { detail: GateDetail; onStale: () => void }) {
  const { gate, shown } = detail;
  const [comment, setComment] = useState("");
  const [draft, setDraft] = useState<string>();
  const { busy, failure, decide } = useDecision(detail, onStale);
  const tool = gate.subject.kind === "tool-call" ? gate.subject.tool : undefined;
  const original = JSON.stringify(shown["input"] ?? {}, null, 2);

  const send = (decision: DecideGate["decision"], input?: JsonValue): void => {
    void decide({ decision, comment, ...(input === undefined ? {} : { input }) });
  };

  return (
    <form
      aria-label="Decision"
      className="flex flex-col gap-3 border-t px-3.5 py-3"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <TextArea
        label="Comment"
        rows={2}
        value={comment}
        maxLength={4000}
        hint="Goes on the record with the decision. A rejection is better understood with a reason."
        onChange={(event) => {
          setComment(event.currentTarget.value);
        }}
      />
      {failure !== undefined && <FailureNotice error={new ApiError(failure)} />}
      {tool !== undefined && draft !== undefined ? (
        <EditedDecision
          tool={tool}
          draft={draft}
          original={original}
          isBusy={busy !== undefined}
          onDraft={setDraft}
          onApprove={(input) => {
            send("edited", input);
          }}
        />
      ) : (
        <div className="flex flex-wrap items-center gap-2">
          <Button
            kind="primary"
            icon="check"
            disabled={busy !== undefined}
            onClick={() => {
              send("approved");
            }}
          >
            {busy === "approved" ? "Approving …" : "Approve"}
          </Button>
          <Button
            kind="danger"
            icon="cross"
            disabled={busy !== undefined}
            onClick={() => {
              send("rejected");
            }}
          >
            {busy === "rejected" ? "Rejecting …" : "Reject"}
          </Button>
          {tool !== undefined && (
            <Button
              disabled={busy !== undefined}
              onClick={() => {
                setDraft(original);
              }}
            >
              Edit arguments
            </Button>
          )}
          <p className="text-sm text-faint">
            Counts for the input {gate.inputHash.slice(0, 10)}… and for no other.
          </p>
        </div>
      )}
    </form>
  );
}

function EditedDecision({
  tool,
  draft,
  original,
  isBusy,
  onDraft,
  onApprove,
}: {
  tool: string;
  draft: string;
  original: string;
  isBusy: boolean;
  onDraft: (draft: string | undefined) => void;
  onApprove: (input: JsonValue) => void;
}) {
  const checked = useCheckedArguments(tool, draft);
  const isSame = checked.ok && JSON.stringify(checked.value) === JSON.stringify(JSON.parse(original));
  return (
    <>
      <ArgumentEditor tool={tool} text={draft} onChange={onDraft} checked={checked} />
      <div className="flex flex-wrap gap-2">
        <Button
          kind="primary"
          icon="check"
          disabled={!checked.ok || isSame || isBusy}
          onClick={() => {
            if (checked.ok) onApprove(checked.value);
          }}
        >
          {isBusy ? "Approving …" : "Approve these arguments"}
        </Button>
        <Button
          disabled={draft === original}
          onClick={() => {
            onDraft(original);
          }}
        >
          Undo changes
        </Button>
        <Button
          kind="quiet"
          onClick={() => {
            onDraft(undefined);
          }}
        >
          Leave them as they are
        </Button>
      </div>
    </>
  );
}
