import type { AssistantPart } from "#core/contract/message.ts";
import type { CallState, InvocationState } from "#core/events/run-state.ts";
import { assertNever } from "../../../assert-never.ts";
import { ActivityIcon, activityWord } from "../../../components/activity-icon.tsx";
import { JsonView } from "../../../components/json-view.tsx";
import { Markdown } from "../../../components/markdown/markdown.tsx";
import { Notice } from "../../../components/notice.tsx";
import { formatDuration } from "../../../format/duration.ts";
import { formatCompact, formatUsd } from "../../../format/number.ts";
import { stateOfCall } from "../../../log/activity-state.ts";
import { isTransferTool } from "../../../log/agent-tree.ts";
import { readAnswer } from "../../../log/read-message.ts";
import type { TurnTrace } from "../../../log/run-trace.ts";
import { Payload } from "../payload.tsx";
import { useRunView } from "../run-view.tsx";
import { Message } from "./message.tsx";

/** One answer of the model with the tool calls it asks for and what came of them. */
export function TurnMessage({ invocation, turn }: { invocation: InvocationState; turn: TurnTrace }) {
  const failed = turn.attempts.filter((attempt) => attempt.failure !== undefined);
  const facts = [
    `turn ${turn.turn}`,
    turn.millis === undefined ? "" : formatDuration(turn.millis),
    turn.usage === undefined
      ? ""
      : `${formatCompact(turn.usage.inputTokens)} in, ${formatCompact(turn.usage.outputTokens)} out`,
    turn.messageSeq === undefined
      ? ""
      : turn.costUsd === undefined
        ? "price not known"
        : formatUsd(turn.costUsd),
    turn.stopReason === "max-tokens" ? "cut at the token limit" : "",
    turn.stopReason === "refusal" ? "the model refused" : "",
  ];
  return (
    <>
      {failed.map((attempt) => (
        <Notice key={attempt.attempt} tone={attempt.willRetry ? "ask" : "bad"}>
          Attempt {attempt.attempt} of turn {turn.turn} failed: {attempt.failure?.message}
          {attempt.willRetry ? " It was tried again." : ""}
        </Notice>
      ))}
      {turn.messageSeq !== undefined && (
        <Message
          from={invocation.agent}
          at={turn.endedAt}
          tone="agent"
          extra={<span>{facts.filter((fact) => fact !== "").join(" · ")}</span>}
        >
          <Payload seq={turn.messageSeq} lines={1}>
            {(json) => <AnswerParts parts={readAnswer(json)} turn={turn} />}
          </Payload>
        </Message>
      )}
    </>
  );
}

function AnswerParts({ parts, turn }: { parts: readonly AssistantPart[]; turn: TurnTrace }) {
  const { state } = useRunView();
  return parts.map((part, index) => {
    // Parts have no identity but their place in the answer.
    switch (part.type) {
      case "text":
        return part.text === "" ? null : <Markdown key={index} text={part.text} />;
      case "thinking":
        return (
          <details key={index} className="text-muted">
            <summary className="text-sm">Thinking</summary>
            <p className="mt-1 break-words whitespace-pre-wrap italic">{part.text}</p>
          </details>
        );
      case "tool-call": {
        const before = parts.slice(0, index).filter((one) => one.type === "tool-call").length;
        const callId = turn.calls[before];
        const call = [...state.calls.values()].find((one) => one.callId === callId);
        return call === undefined ? (
          <span key={index} className="font-mono text-xs">
            {part.name}
          </span>
        ) : (
          <CallLine key={index} call={call} input={part.input} />
        );
      }
      default:
        return assertNever(part, "AnswerParts");
    }
  });
}

/** A call inside a conversation: arguments as the model wrote them, the result as it was given back. */
function CallLine({ call, input }: { call: CallState; input: unknown }) {
  const { state, reading, select } = useRunView();
  const standing = stateOfCall(state, call);
  const seen = reading.trace.calls.get(call.callId);
  const target = call.childInvocationId ?? call.callId;
  return (
    <details className="rounded-md border bg-canvas">
      <summary className="ring-inside flex list-none flex-wrap items-center gap-x-2 rounded-md px-2.5 py-1.5">
        <ActivityIcon state={standing} />
        <span className="font-mono text-xs font-semibold">{call.tool}</span>
        <span className="text-sm text-faint">
          {activityWord(standing)}
          {seen?.millis === undefined ? "" : ` in ${formatDuration(seen.millis)}`}
        </span>
      </summary>
      <div className="flex flex-col gap-2 border-t px-2.5 py-2">
        <JsonView value={input} label={`Arguments of ${call.tool}`} />
        {(call.end?.kind === "failed" || call.end?.kind === "refused") && (
          <Notice tone="bad">{call.end.failure.message}</Notice>
        )}
        {seen?.outputSeq !== undefined && (
          <Payload seq={seen.outputSeq}>
            {(json) => <JsonView value={json} label={`Result of ${call.tool}`} />}
          </Payload>
        )}
        <button
          type="button"
          className="text-link self-start text-sm"
          onClick={() => {
            select(target);
          }}
        >
          {isTransferTool(call.tool) ? "Go to the agent" : "All about this call"}
        </button>
      </div>
    </details>
  );
}
