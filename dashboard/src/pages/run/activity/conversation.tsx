import type { InvocationState } from "#core/events/run-state.ts";
import { Markdown } from "../../../components/markdown/markdown.tsx";
import { Notice } from "../../../components/notice.tsx";
import { readBrief, textMember } from "../../../log/read-message.ts";
import type { TurnTrace } from "../../../log/run-trace.ts";
import type { LiveAnswer } from "../../../stream/live-reading.ts";
import { Payload } from "../payload.tsx";
import { useRunView } from "../run-view.tsx";
import { Message } from "./message.tsx";
import { TurnMessage } from "./turn-message.tsx";

/** An agent's conversation turn by turn, with the answer that is being written at its end. */
export function Conversation({ invocation }: { invocation: InvocationState }) {
  const { reading, live, state } = useRunView();
  const trace = reading.trace.invocations.get(invocation.invocationId);
  const answer = live.answers.get(invocation.invocationId);
  if (trace === undefined) return null;
  const asking = trace.turns.at(-1);
  const isAsking =
    invocation.status === "running" && asking?.endedAt === undefined && state.phase.status === "running";
  const compacted = invocation.compactions.at(-1)?.throughTurn;
  return (
    <div className="flex flex-col gap-3">
      <Payload seq={trace.taskSeq}>
        {(json) => {
          const brief = readBrief(json);
          if (brief === undefined) return null;
          return (
            <>
              <details className="group rounded-md border">
                <summary className="ring-inside list-none rounded-md px-3 py-1.5 text-muted hover:text-ink">
                  System prompt
                  <span className="text-faint"> · {brief.system.length} characters</span>
                </summary>
                <div className="border-t px-3 py-2">
                  <Markdown text={brief.system} />
                </div>
              </details>
              <Message from="Task" at={invocation.startedAt} tone="task">
                <Markdown text={brief.task} />
              </Message>
            </>
          );
        }}
      </Payload>
      {trace.turns.map((turn) => (
        <div key={turn.turn} className="flex flex-col gap-3">
          <TurnMessage invocation={invocation} turn={turn} />
          {compacted === turn.turn && (
            <Notice tone="info">
              Up to here the conversation was replaced by a summary for the turns that follow.
            </Notice>
          )}
        </div>
      ))}
      {isAsking && <LiveMessage agent={invocation.agent} turn={asking} answer={answer} />}
      {trace.turns.length > 0 && invocation.status === "finished" && trace.summarySeq !== undefined && (
        <details className="rounded-md border">
          <summary className="ring-inside list-none rounded-md px-3 py-1.5 text-muted hover:text-ink">
            What was handed back
          </summary>
          <div className="border-t px-3 py-2">
            <Payload seq={trace.summarySeq}>
              {(json) => <Markdown text={textMember(json, "summary")} />}
            </Payload>
          </div>
        </details>
      )}
    </div>
  );
}

/** The answer as it comes in; gone when the finished message is on the record. */
function LiveMessage({
  agent,
  turn,
  answer,
}: {
  agent: string;
  turn: TurnTrace | undefined;
  answer: LiveAnswer | undefined;
}) {
  return (
    <Message
      from={agent}
      at={turn?.startedAt}
      tone="live"
      extra={turn === undefined ? "" : `turn ${turn.turn}`}
    >
      {answer === undefined || (answer.text === "" && answer.thinking === "") ? (
        <p className="animate-pulse-soft text-muted">The model is thinking …</p>
      ) : (
        <div aria-live="off">
          {answer.thinking !== "" && <p className="mb-1 text-muted italic">{answer.thinking}</p>}
          <p className="break-words whitespace-pre-wrap">
            {answer.text}
            <span
              aria-hidden="true"
              className="ml-0.5 inline-block h-3.5 w-1.5 animate-pulse-soft bg-busy-mark align-[-2px]"
            />
          </p>
        </div>
      )}
    </Message>
  );
}
