import { expect } from "vitest";
import { Failure } from "#core/contract/failure.ts";
import { AssistantMessage, type ToolCallPart, assistantText, toolCallsOf } from "#core/contract/message.ts";
import {
  type Provider,
  type ProviderEvent,
  type ProviderRequest,
  type TerminalProviderEvent,
  Usage,
} from "#core/contract/provider.ts";
import { TEST_KEY_TRACE } from "./provider-harness.ts";

export interface CollectedAnswer {
  events: ProviderEvent[];
  terminal: TerminalProviderEvent;
  /** The text and the reasoning that the deltas make together. */
  text: string;
  thinking: string;
}

/**
 * Reads a whole answer and checks what holds for every answer of every provider: no exception, exactly one
 * terminal event, nothing after it, deltas that make up the finished message, values that fit their schemas, and
 * the key nowhere.
 */
export async function collectAnswer(
  provider: Provider,
  request: ProviderRequest,
  options: { signal?: AbortSignal; onEvent?: (event: ProviderEvent, count: number) => void } = {},
): Promise<CollectedAnswer> {
  const events: ProviderEvent[] = [];
  const signal = options.signal ?? new AbortController().signal;
  for await (const event of provider.stream(request, signal)) {
    events.push(event);
    options.onEvent?.(event, events.length);
  }
  const terminals = events.filter(isTerminal);
  expect(terminals, "exactly one terminal event").toHaveLength(1);
  const [terminal] = terminals;
  if (terminal === undefined) throw new Error("no terminal event");
  expect(events.at(-1), "nothing after the terminal event").toBe(terminal);
  expect(JSON.stringify(events), "the key stands in no event").not.toMatch(TEST_KEY_TRACE);
  const joined = (type: "text-delta" | "thinking-delta") =>
    events.flatMap((event) => (event.type === type ? [event.text] : [])).join("");
  const answer = { events, terminal, text: joined("text-delta"), thinking: joined("thinking-delta") };
  if (terminal.type === "failed") {
    expect(Failure.parse(terminal.failure)).toEqual(terminal.failure);
    if (terminal.usage !== undefined) Usage.parse(terminal.usage);
    return answer;
  }
  expect(AssistantMessage.parse(terminal.message)).toEqual(terminal.message);
  expect(Usage.parse(terminal.usage)).toEqual(terminal.usage);
  expect(terminal.model).not.toBe("");
  expect(assistantText(terminal.message).replaceAll("\n\n", ""), "text deltas make up the text").toBe(
    answer.text.replaceAll("\n\n", ""),
  );
  checkCallDeltas(events, toolCallsOf(terminal.message));
  return answer;
}

function isTerminal(event: ProviderEvent): event is TerminalProviderEvent {
  return event.type === "finished" || event.type === "failed";
}

function checkCallDeltas(events: ProviderEvent[], calls: ToolCallPart[]): void {
  const started = events.flatMap((event) => (event.type === "tool-call-started" ? [event] : []));
  expect(started.map(({ id, name }) => ({ id, name }))).toEqual(calls.map(({ id, name }) => ({ id, name })));
  expect(new Set(calls.map(({ id }) => id)).size, "ids are unique in a message").toBe(calls.length);
  for (const call of calls) {
    const json = events
      .flatMap((event) => (event.type === "tool-call-delta" && event.id === call.id ? [event.json] : []))
      .join("");
    if (call.malformed !== undefined) expect(json).toBe(call.malformed);
    else if (json !== "") expect(JSON.parse(json)).toEqual(call.input);
  }
}
