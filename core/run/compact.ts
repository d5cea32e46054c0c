import { type Failure, failure } from "#core/contract/failure.ts";
import type { Message } from "#core/contract/message.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import { callOf } from "#core/events/run-lookup.ts";
import type { InvocationState } from "#core/events/run-state.ts";
import { type Conversation, conversationOf } from "./conversation.ts";
import { hookContext, triggerEvents } from "./hook-events.ts";
import { type RunSession, systemActor } from "./run-session.ts";

/** A conversation is shortened when it takes more than this share of the model's window. */
const FULL_SHARE = 0.8;
/** The newest turns stay word for word. */
const KEPT_TURNS = 4;
/** Characters kept of what an agent said in a turn that is summed up. */
const KEPT_CHARACTERS = 400;

/** Four bytes a token: what is asked before each turn must cost nothing; the exact count comes back with the answer. */
const estimateTokens = ({ bytes }: Conversation): number => Math.ceil(bytes / 4);

/**
 * The conversation for the next turn, shortened first when it fills the model's window: older turns are replaced by
 * a summary of what was called with which outcome, what was said, and every fact established. The log keeps all of it.
 * Fails with `context-too-long` when even the shortened form does not fit.
 */
export async function fittingConversation(
  session: RunSession,
  invocation: InvocationState,
): Promise<{ ok: true; value: Conversation } | { ok: false; failure: Failure }> {
  const conversation = await conversationOf(session, invocation);
  const window = session.runtime.models.contextWindow(invocation.provider, invocation.model);
  const limit = Math.floor(window * FULL_SHARE);
  const before = estimateTokens(conversation);
  if (before <= limit) return { ok: true, value: conversation };
  const answered = invocation.turns.filter((turn) => turn.status === "answered");
  const last = answered.at(-(KEPT_TURNS + 1));
  const compactedThrough = invocation.compactions.at(-1)?.throughTurn ?? 0;
  if (last === undefined || last.turn <= compactedThrough) return tooLong(invocation, before, window);
  const refused = await compact(session, invocation, { conversation, throughTurn: last.turn, before });
  if (refused !== undefined) return { ok: false, failure: refused };
  const shorter = await conversationOf(session, invocation);
  const after = estimateTokens(shorter);
  return after <= window ? { ok: true, value: shorter } : tooLong(invocation, after, window);
}

async function compact(
  session: RunSession,
  invocation: InvocationState,
  about: { conversation: Conversation; throughTurn: number; before: number },
): Promise<Failure | undefined> {
  const { hooks } = session.runtime;
  const context = hookContext(session, invocation);
  const pre = await hooks.run(
    "PRE_COMPACTION",
    { messages: about.conversation.messages, preserve: [] },
    context,
  );
  const events = triggerEvents("PRE_COMPACTION", pre.triggers, invocation);
  const preserved = pre.passed ? pre.payload.preserve : [];
  const draft = summarise(session, invocation, {
    throughTurn: about.throughTurn,
    preserved,
    messages: about.conversation.messages,
  });
  const post = pre.passed ? await hooks.run("POST_COMPACTION", { summary: draft }, context) : pre;
  if (pre.passed) events.push(...triggerEvents("POST_COMPACTION", post.triggers, invocation));
  if (!post.passed) {
    if (events.length > 0) await session.append(events);
    return failure(
      "refused-by-guardrail",
      `the conversation of ${invocation.agent} may not be shortened: ${post.reason}`,
    );
  }
  const summary = "summary" in post.payload ? post.payload.summary : draft;
  await session.append([
    ...events,
    newRunEvent(
      "context.compacted",
      {
        invocationId: invocation.invocationId,
        throughTurn: about.throughTurn,
        tokensBefore: about.before,
        tokensAfter: Math.ceil(Buffer.byteLength(summary) / 4),
      },
      {
        actor: systemActor("compaction"),
        payload: { mediaType: "application/json", json: { summary, preserved } },
      },
    ),
  ]);
  return undefined;
}

function summarise(
  session: RunSession,
  invocation: InvocationState,
  about: { throughTurn: number; preserved: readonly string[]; messages: readonly Message[] },
): string {
  const said = about.messages.flatMap((message) =>
    message.role === "assistant"
      ? message.content.flatMap((part) =>
          part.type === "text" && part.text !== "" ? [part.text.slice(0, KEPT_CHARACTERS)] : [],
        )
      : [],
  );
  const calls = invocation.turns
    .filter((turn) => turn.turn <= about.throughTurn)
    .flatMap((turn) => turn.calls)
    .map((id) => callOf(session.state, id))
    .map(
      (call) =>
        `- ${call.tool}: ${call.end === undefined ? "open" : call.end.kind === "finished" ? "done" : `${call.end.kind} (${call.end.failure.message.slice(0, 200)})`}`,
    );
  return [
    "Earlier turns of this conversation were summed up to save room. What happened in them:",
    ...calls,
    ...(said.length === 0
      ? []
      : ["What you said in them, shortened:", ...said.slice(0, 30).map((text) => `> ${text}`)]),
    ...(about.preserved.length === 0 ? [] : ["Kept word for word:", ...about.preserved]),
    "Established so far:",
    "```json",
    JSON.stringify({ facts: session.state.facts }, null, 1),
    "```",
  ].join("\n");
}

function tooLong(
  invocation: InvocationState,
  tokens: number,
  window: number,
): { ok: false; failure: Failure } {
  return {
    ok: false,
    failure: failure(
      "context-too-long",
      `the conversation of ${invocation.agent} takes about ${tokens} tokens and cannot be shortened further; ${invocation.model} has room for ${window}. Give the agent less to read at once or a model with a larger window`,
      { details: { tokens, window } },
    ),
  };
}
