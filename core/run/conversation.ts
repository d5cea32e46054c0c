import type { CallId } from "#core/contract/ids.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import { AssistantMessage, type Message, type ToolResultPart, userText } from "#core/contract/message.ts";
import { callOf } from "#core/events/run-lookup.ts";
import type { InvocationState, TurnState } from "#core/events/run-state.ts";
import type { RunSession } from "./run-session.ts";
import type { AgentBrief } from "./start-agent.ts";

export interface Conversation {
  system: string;
  messages: Message[];
  /** Size as JSON, system prompt included. */
  bytes: number;
}

/** The messages of one turn whose calls have all ended: they never change again. */
export interface TurnMessages {
  messages: Message[];
  bytes: number;
}

/** Longer results are cut for the model; the whole is in the log and, for artifacts, in the run's folder. */
const MAX_RESULT_CHARACTERS = 20_000;

/** An agent's conversation as the log tells it: brief, then each answered turn with the results of its calls. */
export async function conversationOf(
  session: RunSession,
  invocation: InvocationState,
): Promise<Conversation> {
  const brief = (await session.payload(invocation.taskRef)) as AgentBrief; // written by startAgent
  const messages: Message[] = [userText(brief.task)];
  let bytes = Buffer.byteLength(brief.system) + Buffer.byteLength(brief.task);
  const compaction = invocation.compactions.at(-1);
  if (compaction !== undefined) {
    const { summary } = (await session.payload(compaction.summaryRef)) as { summary: string }; // written by compact
    messages.push(userText(summary));
    bytes += Buffer.byteLength(summary);
  }
  for (const turn of invocation.turns) {
    if (turn.messageRef === undefined || turn.turn <= (compaction?.throughTurn ?? 0)) continue;
    const said = await turnMessages(session, turn);
    messages.push(...said.messages);
    bytes += said.bytes;
  }
  return { system: brief.system, messages, bytes };
}

async function turnMessages(session: RunSession, turn: TurnState): Promise<TurnMessages> {
  if (turn.messageRef === undefined) return { messages: [], bytes: 0 };
  const known = session.turnMessages.get(turn.messageRef.commitment);
  if (known !== undefined) return known;
  const messages: Message[] = [AssistantMessage.parse(await session.payload(turn.messageRef))];
  if (turn.calls.length > 0) {
    const results: ToolResultPart[] = [];
    for (const callId of turn.calls) results.push(await resultOf(session, callId));
    messages.push({ role: "tool", content: results });
  }
  const made = { messages, bytes: Buffer.byteLength(JSON.stringify(messages)) };
  session.turnMessages.set(turn.messageRef.commitment, made);
  return made;
}

async function resultOf(session: RunSession, callId: CallId): Promise<ToolResultPart> {
  const call = callOf(session.state, callId);
  const base = { type: "tool-result", callId: call.modelCallId ?? callId, name: call.tool } as const;
  const { end } = call;
  if (end === undefined) throw new Error(`${callId} has no end yet; its turn cannot be shown`);
  if (end.kind !== "finished") {
    const error: JsonObject = {
      code: end.failure.code,
      message: end.failure.message,
      ...(end.kind === "refused" ? { refusedBy: end.by } : {}),
      ...(end.failure.details === undefined ? {} : { details: end.failure.details }),
    };
    return { ...base, content: JSON.stringify({ error }), isError: true };
  }
  const { output, facts } = (await session.payload(end.outputRef)) as {
    output: JsonValue;
    facts: JsonObject;
  }; // written by recordCallEnd
  const content = JSON.stringify(withFacts(output, facts));
  if (content.length <= MAX_RESULT_CHARACTERS) return { ...base, content, isError: false };
  const cut = {
    truncated: true,
    characters: content.length,
    head: content.slice(0, MAX_RESULT_CHARACTERS),
    facts,
  };
  return { ...base, content: JSON.stringify(cut), isError: false };
}

/** Facts stand beside the output's own members, under one name that no tool's output uses. */
function withFacts(output: JsonValue, facts: JsonObject): JsonValue {
  if (Object.keys(facts).length === 0) return output;
  if (typeof output === "object" && output !== null && !Array.isArray(output)) return { ...output, facts };
  return { output, facts };
}
