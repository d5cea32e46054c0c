import { onTestFinished } from "vitest";
import { type Failure, failure } from "#core/contract/failure.ts";
import type { JsonValue } from "#core/contract/json.ts";
import type { AssistantMessage } from "#core/contract/message.ts";
import {
  type Provider,
  type ProviderEvent,
  type ProviderRequest,
  type StopReason,
  type Usage,
  noUsage,
} from "#core/contract/provider.ts";

/** One answer of a script. It is given to the first request that it may answer, once. */
export interface ScriptedStep {
  /** The agent that must be asking; any without. Agents that run side by side are told apart by it. */
  agent?: string;
  /** The turn that must be asked for, counted from 1; any without. */
  turn?: number;
  /** What the request must hold besides, checked when agent and turn fit. */
  expects?: (request: ProviderRequest) => boolean;
  reply: ScriptedReply | ((request: ProviderRequest) => ScriptedReply);
}

type ScriptedReply =
  | {
      text?: string;
      thinking?: string;
      calls?: ScriptedCall[];
      stopReason?: StopReason;
      usage?: Partial<Usage>;
    }
  | { failure: Failure; usage?: Usage }
  /** Waits until the call is cancelled. */
  | { hang: true };

/** Without an id, calls are counted: `call_1`, `call_2`, … over the whole script. */
interface ScriptedCall {
  id?: string;
  name: string;
  input?: JsonValue;
  malformed?: string;
}

export interface ScriptedProvider extends Provider {
  /** Every request so far, in order of arrival. */
  readonly requests: readonly ProviderRequest[];
  /** Requests that no step answered, and steps that no request used. */
  problems(): string[];
}

/**
 * A provider that follows a script. A request that the script does not foresee gets a failure, and the test that
 * made the script fails when it ends; so does a test that leaves steps over. Among the steps for one agent the
 * order holds: its first unused one must fit.
 */
export function createScriptedProvider(
  steps: readonly ScriptedStep[],
  options: { id?: string; atEnd?: (check: () => void) => void } = {},
): ScriptedProvider {
  const { id = "scripted", atEnd = (check) => onTestFinished(check) } = options;
  const unused = [...steps];
  const requests: ProviderRequest[] = [];
  const unexpected: string[] = [];
  let calls = 0;
  const nextCallId = () => {
    calls += 1;
    return `call_${calls}`;
  };

  function take(request: ProviderRequest): ScriptedStep | undefined {
    const { agent, turn } = request.origin;
    const index = unused.findIndex((step) => step.agent === undefined || step.agent === agent);
    const step = unused[index];
    const fits =
      step !== undefined &&
      (step.turn === undefined || step.turn === turn) &&
      (step.expects === undefined || step.expects(request));
    if (fits) return unused.splice(index, 1)[0];
    const wanted = step === undefined ? "no step is left for it" : `its next step is ${described(step)}`;
    unexpected.push(`${agent} asked in turn ${turn ?? "?"}, but ${wanted}`);
    return undefined;
  }

  function problems(): string[] {
    return [...unexpected, ...unused.map((step) => `never asked for: ${described(step)}`)];
  }

  atEnd(() => {
    const found = problems();
    if (found.length > 0) throw new Error(`the scripted provider ${id}:\n  ${found.join("\n  ")}`);
  });

  return {
    id,
    requests,
    problems,
    availability: () => ({ usable: true, detail: "follows a script" }),
    async *stream(request, signal) {
      requests.push(structuredClone(request));
      const step = take(request);
      const cancelled: ProviderEvent = {
        type: "failed",
        failure: failure("cancelled", "the call was cancelled"),
      };
      if (step === undefined) {
        yield { type: "failed", failure: failure("internal", unexpected.at(-1) ?? "unexpected request") };
        return;
      }
      const reply = typeof step.reply === "function" ? step.reply(request) : step.reply;
      if ("hang" in reply) {
        await aborted(signal);
        yield cancelled;
        return;
      }
      for (const event of eventsOf(reply, request, nextCallId)) {
        if (signal.aborted) {
          yield cancelled;
          return;
        }
        yield event;
      }
    },
  };
}

function described({ agent, turn, expects }: ScriptedStep): string {
  const who = `${agent ?? "any agent"}, turn ${turn ?? "any"}`;
  return expects === undefined ? who : `${who}, with an expectation of its own`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function eventsOf(
  reply: Exclude<ScriptedReply, { hang: true }>,
  request: ProviderRequest,
  nextCallId: () => string,
): ProviderEvent[] {
  const { model } = request;
  const events: ProviderEvent[] = [{ type: "started", model }];
  if ("failure" in reply) {
    const { failure: reason, usage } = reply;
    return [...events, { type: "failed", failure: reason, ...(usage && { usage }) }];
  }
  const content: AssistantMessage["content"] = [];
  if (reply.thinking !== undefined) {
    events.push({ type: "thinking-delta", text: reply.thinking });
    content.push({ type: "thinking", text: reply.thinking });
  }
  if (reply.text !== undefined) {
    events.push({ type: "text-delta", text: reply.text });
    content.push({ type: "text", text: reply.text });
  }
  for (const call of reply.calls ?? []) {
    const { id = nextCallId(), name, input = {}, malformed } = call;
    events.push({ type: "tool-call-started", id, name });
    events.push({ type: "tool-call-delta", id, json: malformed ?? JSON.stringify(input) });
    const written = malformed === undefined ? { input } : { input: null, malformed };
    content.push({ type: "tool-call", id, name, ...written });
  }
  const stopReason = reply.stopReason ?? ((reply.calls ?? []).length > 0 ? "tool-calls" : "end");
  const usage = { ...noUsage, inputTokens: 10, outputTokens: 5, ...reply.usage };
  events.push({ type: "finished", message: { role: "assistant", content }, stopReason, usage, model });
  return events;
}
