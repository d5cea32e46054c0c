import type { Playbook } from "#core/contract/agent-manifest.ts";
import { failure, failureFrom } from "#core/contract/failure.ts";
import type { AssistantMessage } from "#core/contract/message.ts";
import type { Provider, ProviderEvent, ProviderRequest, Usage } from "#core/contract/provider.ts";
import { estimateTokens } from "#lib/providers/pricing/estimate-tokens.ts";
import { type PlayMove, chooseMove } from "./choose-move.ts";
import { pieces } from "./pieces.ts";

/** The model's name in events and cost tables. */
export const PLAYBOOK_MODEL = "playbook";

/**
 * A provider without a model: it follows the playbook in the agent's manifest over what a model would see (the
 * messages and the tool list) and answers with the same events. Deterministic, offline, no key. Usage is an
 * estimate of four bytes a token, so that budgets and compaction work as with a model.
 */
export function createPlaybookProvider(options: {
  playbookOf: (agentId: string) => Playbook | undefined;
}): Provider {
  return {
    id: "playbook",
    availability: () => ({
      usable: true,
      detail: "follows the agents' playbooks; needs no key and no network",
    }),
    stream: (request, signal) => play(options.playbookOf, request, signal),
  };
}

async function* play(
  playbookOf: (agentId: string) => Playbook | undefined,
  request: ProviderRequest,
  signal: AbortSignal,
): AsyncGenerator<ProviderEvent> {
  for (const event of eventsOf(playbookOf, request)) {
    if (signal.aborted) {
      yield { type: "failed", failure: failure("cancelled", "the call was cancelled") };
      return;
    }
    yield event;
  }
}

/** The whole answer, its last event terminal. */
function eventsOf(
  playbookOf: (agentId: string) => Playbook | undefined,
  request: ProviderRequest,
): ProviderEvent[] {
  const { agent } = request.origin;
  try {
    const playbook = playbookOf(agent);
    if (playbook === undefined) {
      const message = `agent ${agent} has no playbook; write one into its manifest or choose another provider`;
      return [
        { type: "failed", failure: failure("provider-rejected-request", message, { details: { agent } }) },
      ];
    }
    const move = chooseMove(playbook, request);
    return move.ok ? answerOf(move.value, request) : [{ type: "failed", failure: move.failure }];
  } catch (thrown) {
    // A provider never throws; what ends here is a bug of ours or data nested too deep for the stack.
    return [{ type: "failed", failure: failureFrom(thrown) }];
  }
}

function answerOf(move: PlayMove, request: ProviderRequest): ProviderEvent[] {
  const input = move.call === undefined ? "" : JSON.stringify(move.call.input);
  const events: ProviderEvent[] = [{ type: "started", model: PLAYBOOK_MODEL }];
  for (const text of pieces(move.text, 24)) events.push({ type: "text-delta", text });
  if (move.call !== undefined) {
    const { id, name } = move.call;
    events.push({ type: "tool-call-started", id, name });
    for (const json of pieces(input, 48)) events.push({ type: "tool-call-delta", id, json });
  }
  events.push({
    type: "finished",
    message: messageOf(move),
    stopReason: move.call === undefined ? "end" : "tool-calls",
    usage: estimatedUsage(request, move.text + input),
    model: PLAYBOOK_MODEL,
  });
  return events;
}

function messageOf({ text, call }: PlayMove): AssistantMessage {
  const content: AssistantMessage["content"] = [];
  if (text !== "") content.push({ type: "text", text });
  if (call !== undefined) content.push({ type: "tool-call", ...call });
  return { role: "assistant", content };
}

function estimatedUsage(request: ProviderRequest, answered: string): Usage {
  const { system, messages, tools } = request;
  return {
    inputTokens: estimateTokens(JSON.stringify({ system, messages, tools })),
    outputTokens: estimateTokens(answered),
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
  };
}
