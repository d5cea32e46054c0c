import { type Result, ok } from "#core/contract/failure.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import { type Message, toolCallsOf } from "#core/contract/message.ts";
import { readCallTag } from "./call-tag.ts";
import { deepOverlay, isJsonObject } from "./deep-overlay.ts";
import { jsonBlockOf, parsedJson } from "./json-block.ts";

/** What has happened so far, as far as the messages tell. */
export interface PlayHistory {
  task: string;
  inputs: JsonObject;
  request: JsonObject;
  facts: JsonObject;
  /** Calls in the messages, by tool. */
  calls: Map<string, number>;
  results: Map<string, ToolHistory>;
  /** The content of the last result of any tool, null before the first. */
  last: JsonValue;
  /** How often each rule fired, by its index. */
  firings: number[];
}

/** `success` is the content of a tool's last successful result; `failure` of its last result, if that was one. */
interface ToolHistory {
  success: JsonValue;
  failure: { content: JsonValue } | undefined;
}

/**
 * Reads a conversation. The first user message may hold one `json` block with `task`, `inputs`, `request` and
 * `facts`. Facts grow, in order, by the `facts` of later successful results and of `json` blocks in later user
 * messages (a summary that replaced old messages). Fails when the first block cannot be read, because going on
 * without the facts would look as if there were none.
 */
export function readPlayHistory(messages: readonly Message[]): Result<PlayHistory> {
  const history: PlayHistory = {
    task: "",
    inputs: {},
    request: {},
    facts: {},
    calls: new Map(),
    results: new Map(),
    last: null,
    firings: [],
  };
  let isFirst = true;
  for (const message of messages) {
    switch (message.role) {
      case "user": {
        const read = readUserText(history, message.content.map((part) => part.text).join("\n\n"), isFirst);
        if (!read.ok) return read;
        isFirst = false;
        break;
      }
      case "assistant":
        for (const call of toolCallsOf(message)) {
          history.calls.set(call.name, (history.calls.get(call.name) ?? 0) + 1);
          countFirings(history.firings, call.id);
        }
        break;
      default:
        for (const result of message.content) readResult(history, result);
    }
  }
  return ok(history);
}

function readUserText(history: PlayHistory, text: string, isFirst: boolean): Result<undefined> {
  const block = jsonBlockOf(text);
  if (!isFirst) {
    if (block.ok) addFacts(history, block.value?.["facts"]);
    return ok(undefined);
  }
  if (!block.ok) return block;
  const { task, inputs, request, facts } = block.value ?? {};
  history.task = typeof task === "string" ? task : text;
  if (isJsonObject(inputs)) history.inputs = inputs;
  if (isJsonObject(request)) history.request = request;
  addFacts(history, facts);
  return ok(undefined);
}

function readResult(history: PlayHistory, result: { name: string; content: string; isError: boolean }): void {
  const parsed = parsedJson(result.content);
  const content = parsed === undefined ? result.content : (parsed.value as JsonValue); // JSON.parse gives JSON
  history.last = content;
  const before = history.results.get(result.name);
  if (result.isError) {
    history.results.set(result.name, { success: before?.success ?? null, failure: { content } });
    return;
  }
  history.results.set(result.name, { success: content, failure: undefined });
  if (isJsonObject(content)) addFacts(history, content["facts"]);
}

function addFacts(history: PlayHistory, facts: JsonValue | undefined): void {
  if (isJsonObject(facts)) history.facts = deepOverlay(history.facts, facts);
}

function countFirings(firings: number[], callId: string): void {
  const tag = readCallTag(callId);
  if (tag === undefined) return;
  firings[tag.rule] = Math.max(firings[tag.rule] ?? 0, tag.firing);
  for (const [rule, count] of tag.counts.entries()) firings[rule] = Math.max(firings[rule] ?? 0, count);
}
