import type { Agent } from "#core/contract/agent-manifest.ts";
import { type Failure, failure } from "#core/contract/failure.ts";
import type { CallId } from "#core/contract/ids.ts";
import { AssistantMessage, assistantText, type ToolCallPart, toolCallsOf } from "#core/contract/message.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import { callOf } from "#core/events/run-lookup.ts";
import type { InvocationState, TurnState } from "#core/events/run-state.ts";
import type { CallProgress } from "./call-progress.ts";
import { modelTurn } from "./model-turn.ts";
import { toolNamesOf } from "./resolve-tool.ts";
import { enforce, toolCaps } from "./run-limits.ts";
import { agentActor, type RunSession, systemActor } from "./run-session.ts";
import { callTool } from "./tool-door.ts";

/**
 * The ReAct loop of one agent: a model turn, its tool calls, the next turn, until it answers without a call or a
 * limit ends it. Decides each step from the folded state alone, so a first run and a resumed one are the same.
 */
export async function runAgent(session: RunSession, invocation: InvocationState): Promise<CallProgress> {
  const agent = session.runtime.agents.get(invocation.agent);
  if (agent === undefined) {
    return failAgent(
      session,
      invocation,
      failure(
        "missing-part",
        `there is no agent ${invocation.agent} any more; restore its manifest and resume the run`,
      ),
    );
  }
  for (;;) {
    if (session.cancelled.aborted) {
      return failAgent(session, invocation, failure("cancelled", "the run was cancelled"));
    }
    const last = invocation.turns.at(-1);
    if (last?.status === "failed") {
      return failAgent(session, invocation, last.failure ?? failure("agent-failed", "its last turn failed"));
    }
    if (last?.status === "answered") {
      const open = last.calls.filter((id) => callOf(session.state, id).end === undefined);
      if (open.length > 0) {
        if ((await runCalls(session, { invocation, agent, turn: last, open })) === "waiting")
          return "waiting";
        continue;
      }
      if (last.calls.length === 0) return finishAgent(session, invocation, "done");
    }
    const answered = invocation.turns.filter((turn) => turn.status === "answered").length;
    if (answered >= agent.manifest.limits.maxTurns) {
      await session.append([
        newRunEvent(
          "limit.reached",
          { limit: "maxTurns", used: answered, max: agent.manifest.limits.maxTurns, scope: invocation.agent },
          { actor: systemActor("limits") },
        ),
      ]);
      return finishAgent(session, invocation, "partial");
    }
    const asked = await modelTurn(session, invocation, agent);
    if (!asked.ok) return failAgent(session, invocation, asked.failure);
  }
}

interface OpenCalls {
  invocation: InvocationState;
  agent: Agent;
  turn: TurnState;
  open: CallId[];
}

/** Calls of one turn: those that declare it safe overlap, the others run one after another in their order. */
async function runCalls(session: RunSession, calls: OpenCalls): Promise<CallProgress> {
  if (calls.turn.messageRef === undefined) throw new Error("an answered turn has a message");
  const message = AssistantMessage.parse(await session.payload(calls.turn.messageRef));
  const parts = toolCallsOf(message);
  let batch: Promise<CallProgress>[] = [];
  let progress: CallProgress = "ended";
  for (const callId of calls.open) {
    const part = parts[calls.turn.calls.indexOf(callId)];
    if (part === undefined) throw new Error(`${callId} has no part in its message`);
    const isParallel = session.runtime.tools.get(part.name)?.definition.parallel === true;
    if (!isParallel) {
      progress = await allEnded(batch, progress);
      batch = [];
      if (progress === "waiting") return progress;
      progress = await runCall(session, calls, callId, part);
      if (progress === "waiting") return progress;
    } else {
      batch.push(runCall(session, calls, callId, part));
    }
  }
  return allEnded(batch, progress);
}

/** Waits for every call before the first thrown error goes on: none may still write when the drive has ended. */
async function allEnded(batch: Promise<CallProgress>[], before: CallProgress): Promise<CallProgress> {
  const settled = await Promise.allSettled(batch);
  for (const one of settled) if (one.status === "rejected") throw one.reason;
  const anyWaits = settled.some((one) => one.status === "fulfilled" && one.value === "waiting");
  return anyWaits ? "waiting" : before;
}

async function runCall(
  session: RunSession,
  { invocation, agent }: OpenCalls,
  callId: CallId,
  part: ToolCallPart,
): Promise<CallProgress> {
  const call = callOf(session.state, callId);
  if (call.inputRef === undefined) {
    const made = invocation.turns.reduce((sum, turn) => sum + turn.calls.length, 0);
    const { maxToolCalls } = agent.manifest.limits;
    if (made > maxToolCalls) {
      await session.append([
        newRunEvent(
          "tool.refused",
          {
            callId,
            tool: call.tool,
            by: "limit",
            failure: failure(
              "limit-exceeded",
              `${invocation.agent} may make ${maxToolCalls} tool calls (maxToolCalls); finish with what you have`,
              {
                details: { limit: "maxToolCalls", max: maxToolCalls },
              },
            ),
          },
          { actor: systemActor("limits") },
        ),
      ]);
      return "ended";
    }
    if (session.request !== undefined) {
      await enforce(session, toolCaps(session.state, session.request.limits, session.runtime.clock.now()));
    }
  }
  return callTool(session, {
    callId,
    input: part.input,
    ...(part.malformed === undefined ? {} : { malformed: part.malformed }),
    allowedTools: toolNamesOf(agent),
  });
}

async function finishAgent(
  session: RunSession,
  invocation: InvocationState,
  wanted: "done" | "partial",
): Promise<CallProgress> {
  const last = invocation.turns.findLast((turn) => turn.messageRef !== undefined);
  const text =
    last?.messageRef === undefined
      ? ""
      : assistantText(AssistantMessage.parse(await session.payload(last.messageRef)));
  const note =
    wanted === "partial"
      ? `(${invocation.agent} reached its limit of turns before it was finished; this is what it had.)`
      : "";
  const summary = [text, note].filter((part) => part !== "").join("\n\n");
  await session.append([
    newRunEvent(
      "agent.finished",
      { invocationId: invocation.invocationId, outcome: wanted, turns: invocation.turns.length },
      { actor: agentActor(invocation.agent), payload: { mediaType: "application/json", json: { summary } } },
    ),
  ]);
  return "ended";
}

async function failAgent(
  session: RunSession,
  invocation: InvocationState,
  reason: Failure,
): Promise<CallProgress> {
  await session.append([
    newRunEvent(
      "agent.failed",
      { invocationId: invocation.invocationId, failure: reason },
      { actor: agentActor(invocation.agent) },
    ),
  ]);
  return "ended";
}
