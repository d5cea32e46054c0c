import type { Event, PayloadRef } from "#core/contract/event.ts";
import type { RunId } from "#core/contract/ids.ts";
import { narrowRunEvent } from "#core/events/run-event.ts";
import type { Runtime } from "./runtime.ts";

/** Lines are written when this many wait, or this much later, and always at the end. */
const FLUSH_LINES = 10;
const FLUSH_MS = 1000;

/** One line of `conversations/<agent>.jsonl`: what was said or done, in the order of the log. */
interface ConversationLine {
  seq: number;
  at: string;
  agent: string;
  invocation: string;
  type: "brief" | "message" | "tool-result" | "summary";
  content: unknown;
}

/** Keeps a run's conversation files up to date while it is driven. */
export interface ConversationFiles {
  /** Looks at the events that were just appended. */
  see(events: readonly Event[]): void;
  /** Writes what waits; to be called at the end of a drive. */
  flush(): Promise<void>;
}

/**
 * Writes what agents see and say as JSON lines for outside readers: a reading of the log, so a lost line is no lost
 * state, and the file of a resumed run goes on after its last line. Each line passes STORAGE_WRITE first; a refused
 * line is replaced by a mark.
 */
export function createConversationFiles(
  runtime: Runtime,
  runId: RunId,
  payload: (ref: PayloadRef) => Promise<unknown>,
): ConversationFiles {
  let waiting: Event[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const agentOf = new Map<string, string>();
  const invocationOfCall = new Map<string, string>();

  const write = async (events: readonly Event[]): Promise<void> => {
    const byAgent = new Map<string, { seq: number; line: string }[]>();
    for (const event of events) {
      const line = await lineOf(event);
      if (line === undefined) continue;
      const text = await passStorage(runtime, runId, line);
      byAgent.set(line.agent, [...(byAgent.get(line.agent) ?? []), { seq: line.seq, line: text }]);
    }
    for (const [agent, lines] of byAgent) await runtime.folders.appendConversation(runId, agent, lines);
  };

  const lineOf = async (stored: Event): Promise<ConversationLine | undefined> => {
    const event = narrowRunEvent(stored);
    const line = async (
      invocation: string,
      type: ConversationLine["type"],
    ): Promise<ConversationLine | undefined> => {
      const agent = agentOf.get(invocation);
      if (agent === undefined || stored.payloadRef === undefined) return undefined;
      const content = await payload(stored.payloadRef).catch(() => ({ erased: true }));
      return { seq: stored.seq, at: stored.at, agent, invocation, type, content };
    };
    switch (event.type) {
      case "agent.started":
        agentOf.set(event.data.invocationId, event.data.agent);
        return line(event.data.invocationId, "brief");
      case "turn.finished":
        for (const { callId } of event.data.calls) invocationOfCall.set(callId, event.data.invocationId);
        return line(event.data.invocationId, "message");
      case "agent.finished":
        return line(event.data.invocationId, "summary");
      case "tool.finished": {
        const invocation = invocationOfCall.get(event.data.callId);
        return invocation === undefined ? undefined : line(invocation, "tool-result");
      }
      case "tool.failed":
      case "tool.refused": {
        const invocation = invocationOfCall.get(event.data.callId);
        const agent = invocation === undefined ? undefined : agentOf.get(invocation);
        if (invocation === undefined || agent === undefined) return undefined;
        const content = { tool: event.data.tool, error: event.data.failure };
        return { seq: stored.seq, at: stored.at, agent, invocation, type: "tool-result", content };
      }
      default:
        return undefined;
    }
  };

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const events = waiting;
    waiting = [];
    if (events.length > 0) writing = writing.then(() => write(events));
    return writing;
  };

  return {
    see(events) {
      waiting.push(...events);
      // A failure to write the copy must not end the run; the flush at the end reports it.
      if (waiting.length >= FLUSH_LINES) void flush().catch(() => undefined);
      else timer ??= setTimeout(() => void flush().catch(() => undefined), FLUSH_MS).unref();
    },
    flush,
  };
}

async function passStorage(runtime: Runtime, runId: RunId, line: ConversationLine): Promise<string> {
  const text = JSON.stringify(line);
  if (!runtime.hooks.has("STORAGE_WRITE")) return text;
  const result = await runtime.hooks.run(
    "STORAGE_WRITE",
    { file: `conversations/${line.agent}.jsonl`, line: text },
    {
      runId,
      agent: line.agent,
      callId: undefined,
      invocationId: line.invocation,
      runMemory: new Map(),
      signal: new AbortController().signal,
    },
  );
  if (result.passed) return result.payload.line;
  const { content: _content, ...rest } = line;
  return JSON.stringify({ ...rest, content: { refused: result.by.owner } });
}
