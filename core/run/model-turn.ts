import { type Failure, failure } from "#core/contract/failure.ts";
import { CallId } from "#core/contract/ids.ts";
import { type AssistantMessage, toolCallsOf } from "#core/contract/message.ts";
import type { ProviderRequest, TerminalProviderEvent, Usage } from "#core/contract/provider.ts";
import type { Agent } from "#core/contract/agent-manifest.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import type { InvocationState } from "#core/events/run-state.ts";
import { fittingConversation } from "./compact.ts";
import { derivedId } from "./derived-id.ts";
import { hookContext, triggerEvents } from "./hook-events.ts";
import { toolNamesOf } from "./resolve-tool.ts";
import { enforce, modelCaps } from "./run-limits.ts";
import { agentActor, DetachedError, type RunSession, systemActor } from "./run-session.ts";

/** More do not fit the event that introduces them, and no honest plan has more at once. */
const MAX_CALLS_PER_TURN = 24;

/**
 * One turn: asks the model with the whole conversation and records its answer. Failures that the provider calls
 * retryable are tried again with backoff, each try on the record. The failure returned ends the agent.
 */
export async function modelTurn(
  session: RunSession,
  invocation: InvocationState,
  agent: Agent,
): Promise<{ ok: true } | { ok: false; failure: Failure }> {
  const { runtime } = session;
  const conversation = await fittingConversation(session, invocation);
  if (!conversation.ok) return conversation;
  const hooked = await runtime.hooks.run(
    "PRE_LLM",
    { system: conversation.value.system, messages: conversation.value.messages },
    hookContext(session, invocation),
  );
  const triggers = triggerEvents("PRE_LLM", hooked.triggers, invocation);
  if (triggers.length > 0) await session.append(triggers);
  if (!hooked.passed) {
    return {
      ok: false,
      failure: failure(
        "refused-by-guardrail",
        `the prompt of ${invocation.agent} was refused: ${hooked.reason}`,
        {
          details: { guardrail: hooked.by.owner },
        },
      ),
    };
  }
  const open = invocation.turns.at(-1);
  const isRepeat = open !== undefined && open.status === "asking";
  const turn = isRepeat ? open.turn : (open?.turn ?? 0) + 1;
  // Attempts before a crash count too: a provider that kills the process must not be asked for ever.
  let attempt = isRepeat ? open.attempts : 0;
  let failedHere = 0;
  for (;;) {
    if (session.request !== undefined) {
      await enforce(session, modelCaps(session.state, session.request.limits, runtime.clock.now()));
    }
    attempt += 1;
    const asked = await attemptTurn(session, invocation, {
      agent,
      turn,
      attempt,
      system: hooked.payload.system,
      messages: hooked.payload.messages,
    });
    if (asked.ok) return asked;
    // Nobody was asked, so there is no turn that could have failed.
    if (asked.isUnasked === true) return { ok: false, failure: asked.failure };
    if (session.detached.aborted) throw new DetachedError("this process lets go while a model answers");
    failedHere += 1;
    const willRetry =
      asked.failure.retryable && failedHere < runtime.modelRetry.maxAttempts && !session.signal.aborted;
    await session.append([
      newRunEvent(
        "turn.failed",
        {
          invocationId: invocation.invocationId,
          turn,
          attempt,
          failure: asked.failure,
          willRetry,
          ...(asked.usage === undefined ? {} : { usage: asked.usage }),
        },
        { actor: systemActor("model-call") },
      ),
    ]);
    if (!willRetry) return { ok: false, failure: asked.failure };
    await runtime.clock
      .sleep(waitBefore(session, failedHere, asked.failure), session.signal)
      .catch(() => undefined);
    if (session.detached.aborted) throw new DetachedError("this process lets go between two tries");
    if (session.cancelled.aborted)
      return { ok: false, failure: failure("cancelled", "the run was cancelled") };
  }
}

function waitBefore(session: RunSession, failedAttempts: number, reason: Failure): number {
  const { baseMs, maxMs } = session.runtime.modelRetry;
  if (reason.retryAfterMs !== undefined) return Math.min(reason.retryAfterMs, 10 * maxMs);
  return Math.round(
    Math.min(maxMs, baseMs * 2 ** (failedAttempts - 1)) * (0.5 + session.runtime.random() / 2),
  );
}

interface Attempt extends Pick<ProviderRequest, "system" | "messages"> {
  agent: Agent;
  turn: number;
  attempt: number;
}

async function attemptTurn(
  session: RunSession,
  invocation: InvocationState,
  options: Attempt,
): Promise<{ ok: true } | { ok: false; failure: Failure; usage?: Usage; isUnasked?: true }> {
  const { runtime } = session;
  const { agent, turn, attempt } = options;
  const routed = await runtime.hooks.run(
    "LLM_CALL_WRAPPER",
    {
      provider: invocation.provider,
      model: invocation.model,
      maxOutputTokens: agent.manifest.limits.maxOutputTokens,
      attempt,
    },
    hookContext(session, invocation),
  );
  const triggers = triggerEvents("LLM_CALL_WRAPPER", routed.triggers, invocation);
  if (!routed.passed) {
    if (triggers.length > 0) await session.append(triggers);
    return { ok: false, isUnasked: true, failure: failure("refused-by-guardrail", routed.reason) };
  }
  const { provider: providerId, model, maxOutputTokens } = routed.payload;
  const provider = runtime.providers.get(providerId);
  if (provider === undefined) {
    return {
      ok: false,
      isUnasked: true,
      failure: failure(
        "missing-part",
        `there is no provider ${providerId}; known: ${runtime.providers.names().join(", ")}`,
      ),
    };
  }
  await session.append([
    ...triggers,
    newRunEvent(
      "turn.started",
      {
        invocationId: invocation.invocationId,
        turn,
        attempt,
        provider: providerId,
        model,
        messages: options.messages.length,
      },
      { actor: agentActor(invocation.agent) },
    ),
  ]);
  const startedAt = runtime.clock.now();
  const terminal = await askModel(session, invocation, providerId, {
    model,
    system: options.system,
    messages: options.messages,
    tools: toolNamesOf(agent).flatMap((name) => runtime.tools.get(name)?.offer ?? []),
    maxOutputTokens,
    origin: {
      agent: invocation.agent,
      runId: session.state.runId,
      invocationId: invocation.invocationId,
      turn,
    },
  });
  if (terminal.type === "failed") {
    return {
      ok: false,
      failure: terminal.failure,
      ...(terminal.usage === undefined ? {} : { usage: terminal.usage }),
    };
  }
  return recordAnswer(session, invocation, {
    terminal,
    turn,
    provider: providerId,
    millis: Math.max(0, Math.round(runtime.clock.now() - startedAt)),
  });
}

/** Streams one answer: deltas to whoever watches, the terminal event to the caller. */
async function askModel(
  session: RunSession,
  invocation: InvocationState,
  providerId: string,
  request: ProviderRequest,
): Promise<TerminalProviderEvent> {
  const provider = session.runtime.providers.get(providerId);
  const { runId } = session.state;
  const about = {
    invocationId: invocation.invocationId,
    agent: invocation.agent,
    turn: request.origin.turn ?? 0,
  };
  for await (const event of provider?.stream(request, session.signal) ?? []) {
    if (event.type === "finished" || event.type === "failed") return event;
    if (event.type === "text-delta" || event.type === "thinking-delta") {
      session.runtime.live.publish(runId, { kind: event.type, ...about, text: event.text });
    }
  }
  return {
    type: "failed",
    failure: failure(
      "provider-bad-response",
      `provider ${providerId} ended without a final event; this is a defect of the provider`,
    ),
  };
}

async function recordAnswer(
  session: RunSession,
  invocation: InvocationState,
  answer: {
    terminal: Extract<TerminalProviderEvent, { type: "finished" }>;
    turn: number;
    provider: string;
    millis: number;
  },
): Promise<{ ok: true } | { ok: false; failure: Failure; usage?: Usage }> {
  const { terminal, turn, provider, millis } = answer;
  const hooked = await session.runtime.hooks.run(
    "POST_LLM",
    { message: terminal.message },
    hookContext(session, invocation),
  );
  const triggers = triggerEvents("POST_LLM", hooked.triggers, invocation);
  if (!hooked.passed) {
    if (triggers.length > 0) await session.append(triggers);
    return {
      ok: false,
      failure: failure(
        "refused-by-guardrail",
        `the answer of ${invocation.agent} was refused: ${hooked.reason}`,
        {
          details: { guardrail: hooked.by.owner },
        },
      ),
      usage: terminal.usage,
    };
  }
  const message: AssistantMessage = hooked.payload.message;
  const asked = toolCallsOf(message).length;
  if (asked > MAX_CALLS_PER_TURN) {
    return {
      ok: false,
      failure: failure(
        "provider-bad-response",
        `${invocation.agent} asked for ${asked} tool calls in one turn; at most ${MAX_CALLS_PER_TURN} are taken`,
      ),
      usage: terminal.usage,
    };
  }
  const costUsd = session.runtime.costOf(provider, terminal.model, terminal.usage);
  await session.append([
    ...triggers,
    newRunEvent(
      "turn.finished",
      {
        invocationId: invocation.invocationId,
        turn,
        stopReason: terminal.stopReason,
        model: terminal.model,
        usage: terminal.usage,
        ...(costUsd === undefined ? {} : { costUsd }),
        millis,
        calls: toolCallsOf(message).map((part, index) => ({
          callId: CallId.parse(derivedId("call", invocation.invocationId, turn, index)),
          tool: part.name,
          modelCallId: part.id,
        })),
      },
      { actor: agentActor(invocation.agent), payload: { mediaType: "application/json", json: message } },
    ),
  ]);
  return { ok: true };
}
