import type { CallState } from "#core/events/run-state.ts";
import { ActivityIcon, activityWord } from "../../../components/activity-icon.tsx";
import { Badge } from "../../../components/badge.tsx";
import { JsonView } from "../../../components/json-view.tsx";
import { KeyValues } from "../../../components/key-values.tsx";
import { Notice } from "../../../components/notice.tsx";
import { Panel } from "../../../components/panel.tsx";
import { Elapsed } from "../../../components/time.tsx";
import { formatDuration } from "../../../format/duration.ts";
import { formatClock, formatDateTime } from "../../../format/time.ts";
import { stateOfCall } from "../../../log/activity-state.ts";
import type { TreeNode } from "../../../log/agent-tree.ts";
import type { CallTrace } from "../../../log/run-trace.ts";
import { Payload } from "../payload.tsx";
import { GoToGate } from "../gates/go-to-gate.tsx";
import { useRunView } from "../run-view.tsx";
import { DecisionPanel } from "./decision-panel.tsx";
import { GuardrailNotes } from "./guardrail-notes.tsx";
import { TreePath } from "./tree-path.tsx";

const origins = {
  call: "as asked for",
  hook: "changed by a hook",
  person: "edited by a person",
} as const;

/** One call through the tool door, in the order in which the door works. */
export function CallDetail({ call, path }: { call: CallState; path: readonly TreeNode[] }) {
  const { state, reading, preview } = useRunView();
  const standing = stateOfCall(state, call);
  const seen = reading.trace.calls.get(call.callId);
  const openGate = call.gateIds.find((id) => state.gates.get(id)?.gate.state === "open");
  return (
    <div className="flex flex-col gap-3">
      <header className="flex flex-col gap-1">
        <TreePath path={path} />
        <div className="flex flex-wrap items-center gap-2">
          <ActivityIcon state={standing} />
          <h2 className="font-mono text-base font-semibold">{call.tool}</h2>
          {call.started !== undefined && <Badge>effect: {call.started.effect}</Badge>}
          {call.started !== undefined && <Badge>repeat: {call.started.repeat}</Badge>}
          <span className="text-muted">{activityWord(standing)}</span>
        </div>
      </header>
      {(call.end?.kind === "failed" || call.end?.kind === "refused") && (
        <Notice
          tone="bad"
          title={call.end.kind === "refused" ? `Refused by ${call.end.by}` : "The call failed"}
        >
          {call.end.failure.message}{" "}
          <code className="font-mono text-xs text-muted">{call.end.failure.code}</code>
        </Notice>
      )}
      {openGate !== undefined && <GoToGate gateId={openGate} />}
      {seen !== undefined && <CallTimes call={call} seen={seen} />}
      <CallProgressBar callId={call.callId} />
      {seen?.inputs.map((input, index) => (
        <Panel
          key={input.seq}
          title={seen.inputs.length === 1 ? "Arguments" : `Arguments, ${index + 1} of ${seen.inputs.length}`}
          extra={<span className="text-sm text-faint">{origins[input.origin]}</span>}
        >
          <Payload seq={input.seq}>{(json) => <JsonView value={json} label="Arguments" />}</Payload>
        </Panel>
      ))}
      {seen?.decisions.map((decision) => (
        <DecisionPanel key={decision.seq} decision={decision} />
      ))}
      <GuardrailNotes notes={reading.trace.guardrails.filter((note) => note.callId === call.callId)} />
      {seen?.outputSeq !== undefined && (
        <Panel title="Result">
          <Payload seq={seen.outputSeq} lines={4}>
            {(json) => <JsonView value={json} label="Result" />}
          </Payload>
        </Panel>
      )}
      {seen !== undefined && seen.artifacts.length > 0 && (
        <Panel title="Artifacts">
          <ul className="flex flex-col gap-1">
            {seen.artifacts.map((artifact) => (
              <li key={artifact.name}>
                <button
                  type="button"
                  className="text-link font-mono text-xs"
                  onClick={() => {
                    preview(artifact);
                  }}
                >
                  {artifact.name}
                </button>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  );
}

function CallTimes({ call, seen }: { call: CallState; seen: CallTrace }) {
  const first = seen.inputs[0]?.at ?? seen.firstAt;
  const started = seen.attempts[0]?.at;
  const waited = started === undefined ? 0 : Date.parse(started) - Date.parse(first);
  return (
    <Panel title="Course">
      <KeyValues
        isDense
        items={[
          ["Called by", call.agent ?? "a person"],
          ["Asked for", formatDateTime(first)],
          ...(started === undefined
            ? []
            : ([
                [
                  "Started",
                  `${formatClock(started)}${waited >= 1000 ? `, after waiting ${formatDuration(waited)}` : ""}`,
                ],
              ] as const)),
          ...(seen.attempts.length > 1 ? ([["Attempts", seen.attempts.length]] as const) : []),
          ...(started === undefined
            ? []
            : ([["Duration", <Elapsed key="duration" from={started} to={seen.endedAt} />]] as const)),
          [
            "Call",
            <code key="id" className="font-mono text-xs">
              {call.callId}
            </code>,
          ],
        ]}
      />
    </Panel>
  );
}

function CallProgressBar({ callId }: { callId: string }) {
  const { live } = useRunView();
  const progress = live.progress.get(callId);
  if (progress === undefined) return null;
  const percent = progress.fraction === undefined ? undefined : Math.round(progress.fraction * 100);
  return (
    <div
      role="progressbar"
      aria-label={progress.message}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className="flex items-center gap-3 rounded-lg border border-busy-mark/40 bg-busy-soft px-3 py-2 text-busy"
    >
      <span className="flex-1">{progress.message}</span>
      {percent !== undefined && (
        <span className="h-1.5 w-40 overflow-hidden rounded-full bg-busy-mark/20">
          <span className="block h-full bg-busy-mark transition-[width]" style={{ width: `${percent}%` }} />
        </span>
      )}
    </div>
  );
}
