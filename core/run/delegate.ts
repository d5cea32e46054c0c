import { failure } from "#core/contract/failure.ts";
import type { JsonValue } from "#core/contract/json.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import { invocationOf } from "#core/events/run-lookup.ts";
import type { CallState, InvocationState } from "#core/events/run-state.ts";
import type { CallProgress } from "./call-progress.ts";
import { hookContext, triggerEvents } from "./hook-events.ts";
import { type CallOutcome, recordCallEnd } from "./record-call-end.ts";
import { isTransfer, TRANSFER_PREFIX, TransferInput } from "./resolve-tool.ts";
import { type RunSession, systemActor } from "./run-session.ts";
import { startAgent } from "./start-agent.ts";

/** Runs one agent until it ends or has to wait; the agent loop. */
export type RunAgent = (session: RunSession, invocation: InvocationState) => Promise<"ended" | "waiting">;

/**
 * Carries out a handover: starts the delegate unless an earlier drive did, runs it, and turns its end into the
 * result of the caller's tool call, with everything that it and its own delegates established.
 */
export async function delegateCall(
  session: RunSession,
  call: CallState,
  options: { input: JsonValue; runAgent: RunAgent },
): Promise<CallProgress> {
  if (call.childInvocationId === undefined) {
    const refused = await startDelegate(session, call, options.input);
    if (refused) return "ended";
  }
  if (call.childInvocationId === undefined) throw new Error(`${call.callId} has no delegate after its start`);
  const child = invocationOf(session.state, call.childInvocationId);
  if (child.status === "running" && (await options.runAgent(session, child)) === "waiting") return "waiting";
  const outcome = await outcomeOf(session, child);
  await recordCallEnd(session, call, { outcome, kept: [], millis: elapsed(child) });
  return "ended";
}

/** True when the handover was refused; its end is then recorded. */
async function startDelegate(session: RunSession, call: CallState, input: JsonValue): Promise<boolean> {
  const target = call.tool.slice(TRANSFER_PREFIX.length);
  const agent = session.runtime.agents.get(target);
  const parent = call.invocationId === undefined ? undefined : invocationOf(session.state, call.invocationId);
  if (agent === undefined || parent === undefined) throw new Error(`${call.tool} has no agent behind it`);
  const depth = parent.depth + 1;
  const maxDepth = session.request?.limits.maxDepth ?? 0;
  if (depth > maxDepth) {
    return refuse(session, call, {
      by: "limit",
      failure: failure(
        "limit-exceeded",
        `handing over to ${target} would be ${depth} levels deep, the limit maxDepth is ${maxDepth}; do the work yourself or report what is missing`,
        {
          details: { limit: "maxDepth" },
        },
      ),
    });
  }
  const earlier = [...session.state.calls.values()].filter(
    (other) => isTransfer(other.tool) && other.callId !== call.callId && other.started !== undefined,
  );
  const sameAgent = earlier.filter((other) => other.tool === call.tool);
  const result = await session.runtime.hooks.run(
    "AGENT_DELEGATE",
    {
      from: parent.agent,
      to: target,
      depth,
      input,
      delegations: earlier.length,
      sameAgent: sameAgent.length,
      sameInput: sameAgent.filter((other) => other.inputHash === call.inputHash).length,
    },
    hookContext(session, call),
  );
  const triggers = triggerEvents("AGENT_DELEGATE", result.triggers, call);
  if (triggers.length > 0) await session.append(triggers);
  if (!result.passed) {
    return refuse(session, call, {
      by: "guardrail",
      failure: failure("refused-by-guardrail", result.reason, { details: { guardrail: result.by.owner } }),
    });
  }
  const { task, inputs } = TransferInput.parse(result.payload.input);
  const started = await startAgent(session, {
    agent,
    nodeId: parent.nodeId,
    visit: parent.visit,
    depth,
    parentCallId: call.callId,
    task,
    inputs,
  });
  if (started.ok) return false;
  return refuse(session, call, { by: "guardrail", failure: started.failure });
}

async function refuse(
  session: RunSession,
  call: CallState,
  refusal: { by: "limit" | "guardrail"; failure: ReturnType<typeof failure> },
): Promise<true> {
  await session.append([
    newRunEvent(
      "tool.refused",
      { callId: call.callId, tool: call.tool, ...refusal },
      { actor: systemActor("delegation") },
    ),
  ]);
  return true;
}

async function outcomeOf(session: RunSession, child: InvocationState): Promise<CallOutcome> {
  if (child.status === "failed" || child.summaryRef === undefined) {
    const reason = child.failure?.message ?? "it ended without a result";
    return {
      ok: false,
      failure: failure("agent-failed", `${child.agent} failed: ${reason}`, {
        details: { agent: child.agent, code: child.failure?.code ?? "internal" },
      }),
    };
  }
  const { summary } = (await session.payload(child.summaryRef)) as { summary: string }; // written by finishAgent
  return {
    ok: true,
    output: { agent: child.agent, outcome: child.outcome ?? "done", summary },
    // The delegate's tools told the run already; the caller's model still has to see it.
    facts: {},
    shownFacts: structuredClone(child.facts),
  };
}

const elapsed = (child: InvocationState): number =>
  child.endedAt === undefined ? 0 : Math.max(0, Date.parse(child.endedAt) - Date.parse(child.startedAt));
