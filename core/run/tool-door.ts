import type { Behaviour, Decision } from "#core/contract/permission.ts";
import type { NewEvent } from "#core/contract/event.ts";
import { type Failure, failure } from "#core/contract/failure.ts";
import type { CallId, Sha256 } from "#core/contract/ids.ts";
import { JsonValue } from "#core/contract/json.ts";
import type { ToolDefinition } from "#core/contract/tool-definition.ts";
import { canonicalJson } from "#core/events/canonical-json.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import type { RefusedBy } from "#core/events/run-events.ts";
import { callOf } from "#core/events/run-lookup.ts";
import type { CallState } from "#core/events/run-state.ts";
import { nearestName } from "#core/registry/nearest-name.ts";
import { conditionScope } from "#core/workflow/next-step.ts";
import { actorOfCall, type CallProgress } from "./call-progress.ts";
import { executeCall } from "./execute-call.ts";
import { hookContext, triggerEvents } from "./hook-events.ts";
import { hashOfInput } from "./input-hash.ts";
import { openGate } from "./open-gate.ts";
import { type RunSession, systemActor } from "./run-session.ts";
import { settleCall } from "./settle-call.ts";

/** A call as a model or a person asked for it. */
export interface CallRequest {
  callId: CallId;
  input: JsonValue;
  /** The model's own text when it was no JSON. */
  malformed?: string;
  /** Tools on the caller's list; undefined when a person calls by hand. */
  allowedTools: readonly string[] | undefined;
}

/**
 * The one door: validate, decide, PRE_TOOL, gate, execute, POST_TOOL, each recorded before the next acts. Takes a
 * call from wherever the log says it stands, so it serves the first try, the return from a gate and the recovery
 * after a crash alike. Refusals and failures are recorded ends, never exceptions.
 */
export async function callTool(session: RunSession, request: CallRequest): Promise<CallProgress> {
  const call = callOf(session.state, request.callId);
  if (call.end !== undefined) return "ended";
  const offered = session.runtime.tools.get(call.tool);
  if (offered === undefined) {
    const known = request.allowedTools ?? session.runtime.tools.names();
    const nearest = nearestName(call.tool, known);
    return refuse(session, call, [], {
      by: "validation",
      failure: failure(
        "tool-unknown",
        `there is no tool ${call.tool}${nearest === undefined ? "." : `; did you mean ${nearest}?`} Your tools: ${known.join(", ")}`,
      ),
    });
  }
  if (call.started !== undefined) return settleCall(session, call, offered.definition);
  return admit(session, call, offered.definition, request);
}

interface Arguments {
  input: JsonValue;
  hash: Sha256;
}

async function admit(
  session: RunSession,
  call: CallState,
  tool: ToolDefinition,
  request: CallRequest,
): Promise<CallProgress> {
  // Written together in one commit before anything acts: what was asked, what was decided, that it starts.
  const pending: NewEvent[] = [];
  const first = await firstArguments(session, call, tool, request, pending);
  if ("failure" in first) return refuse(session, call, pending, { by: "validation", failure: first.failure });
  let current = first;
  let hooksDone = call.gateIds.some((id) => session.state.gates.get(id)?.gate.inputHash === current.hash);

  for (;;) {
    const decision = decideCall(session, call, tool, { ...current, allowedTools: request.allowedTools });
    recordDecision(session, call, decision, current.hash, pending);
    if (decision.outcome === "deny") {
      const refusal = failure("refused-by-policy", decision.reason, {
        details: { source: decision.winner?.source ?? "default", rule: decision.winner?.id ?? "default" },
      });
      return refuse(session, call, pending, { by: "policy", failure: refusal });
    }
    if (!hooksDone) {
      hooksDone = true;
      const result = await session.runtime.hooks.run(
        "PRE_TOOL",
        { tool: call.tool, input: current.input },
        hookContext(session, call),
      );
      pending.push(...triggerEvents("PRE_TOOL", result.triggers, call));
      if (!result.passed) {
        const refusal = failure("refused-by-guardrail", result.reason, {
          details: { guardrail: result.by.owner },
        });
        return refuse(session, call, pending, { by: "guardrail", failure: refusal });
      }
      const changed = parseArguments(tool, result.payload.input);
      if ("failure" in changed)
        return refuse(session, call, pending, { by: "hook", failure: changed.failure });
      if (changed.hash !== current.hash) {
        current = changed;
        pending.push(requested(call, current, "hook"));
        continue;
      }
    }
    if (decision.outcome === "ask" && !call.approvedHashes.includes(current.hash)) {
      if (session.request === undefined) {
        const refusal = failure(
          "refused-by-policy",
          `${call.tool} needs a person's approval (${decision.reason}), and a call by hand cannot wait at a gate; start a run that makes the call`,
        );
        return refuse(session, call, pending, { by: "gate", failure: refusal });
      }
      const answer = await askPerson(session, call, decision, current, pending);
      if (answer.kind === "waiting") return "waiting";
      if (answer.kind === "refused")
        return refuse(session, call, pending, { by: "gate", failure: answer.failure });
      if (answer.kind === "edited") {
        const edited = parseArguments(tool, answer.input);
        if ("failure" in edited)
          return refuse(session, call, pending, { by: "gate", failure: edited.failure });
        current = edited;
        hooksDone = false;
        pending.push(requested(call, current, "person"));
        continue;
      }
    }
    return executeCall(session, call, tool, {
      input: current.input,
      inputHash: current.hash,
      attempt: 1,
      pending,
    });
  }
}

/** The newest arguments on record, or the caller's own after validation. */
async function firstArguments(
  session: RunSession,
  call: CallState,
  tool: ToolDefinition,
  request: CallRequest,
  pending: NewEvent[],
): Promise<Arguments | { failure: Failure }> {
  if (call.inputRef !== undefined && call.inputHash !== undefined) {
    const input = JsonValue.parse(await session.payload(call.inputRef));
    const hash = hashOfInput(call.tool, input);
    if (hash !== call.inputHash) {
      return {
        failure: failure(
          "gate-input-changed",
          `the recorded arguments of ${call.callId} are not those that were decided on`,
        ),
      };
    }
    return { input, hash };
  }
  if (request.malformed !== undefined) {
    return {
      failure: failure(
        "invalid-input",
        `the arguments of ${call.tool} are not valid JSON; send one JSON object that fits the tool's schema`,
      ),
    };
  }
  const parsed = parseArguments(tool, request.input);
  if (!("failure" in parsed)) pending.push(requested(call, parsed, "call"));
  return parsed;
}

/** Parses arguments; what is recorded, decided and approved is the parsed form, defaults included. */
function parseArguments(tool: ToolDefinition, input: JsonValue): Arguments | { failure: Failure } {
  const parsed = tool.input.safeParse(input);
  if (!parsed.success) {
    const issues = parsed.error.issues
      .slice(0, 8)
      .map((issue) => `${issue.path.length === 0 ? "(arguments)" : issue.path.join(".")}: ${issue.message}`);
    return {
      failure: failure(
        "invalid-input",
        `${tool.name} does not accept these arguments: ${issues.join("; ")}. Correct them and call again.`,
      ),
    };
  }
  const json = JsonValue.safeParse(JSON.parse(JSON.stringify(parsed.data)));
  if (!json.success) return { failure: failure("invalid-input", `${tool.name}: the arguments are not JSON`) };
  return { input: json.data, hash: hashOfInput(tool.name, json.data) };
}

function requested(call: CallState, args: Arguments, origin: "call" | "hook" | "person"): NewEvent {
  return newRunEvent(
    "tool.requested",
    {
      callId: call.callId,
      tool: call.tool,
      ...(call.invocationId === undefined ? {} : { invocationId: call.invocationId }),
      ...(call.agent === undefined ? {} : { agent: call.agent }),
      inputHash: args.hash,
      origin,
    },
    { actor: actorOfCall(call), payload: { mediaType: "application/json", json: args.input } },
  );
}

function decideCall(
  session: RunSession,
  call: CallState,
  tool: ToolDefinition,
  options: Arguments & { allowedTools: readonly string[] | undefined },
): Decision {
  const { runtime, state } = session;
  return runtime.policy.decide({
    tool: call.tool,
    toolEffect: tool.effect,
    agent: call.agent,
    agentTools: options.allowedTools,
    role: session.role,
    argumentsJson: canonicalJson(options.input),
    profile: runtime.deployment.profile,
    at: runtime.clock.now(),
    facts: conditionScope(state, {}),
  });
}

/** Queues the decision unless the same one is on record already: after a gate it is made again, rules may differ. */
function recordDecision(
  session: RunSession,
  call: CallState,
  decision: Decision,
  hash: Sha256,
  pending: NewEvent[],
): void {
  const last: { outcome: Behaviour; inputHash: Sha256 } | undefined = call.decision;
  if (last !== undefined && last.inputHash === hash && last.outcome === decision.outcome) return;
  pending.push(
    newRunEvent(
      "permission.decided",
      {
        callId: call.callId,
        tool: call.tool,
        ...(call.agent === undefined ? {} : { agent: call.agent }),
        role: session.role,
        inputHash: hash,
        outcome: decision.outcome,
        invariant: decision.invariant,
        reason: decision.reason,
        ...(decision.winner === undefined ? {} : { winner: decision.winner }),
        matched: decision.matched.slice(0, 4),
        matchedCount: decision.matched.length,
      },
      {
        actor: systemActor("policy"),
        ...(decision.matched.length > 4
          ? { payload: { mediaType: "application/json", json: decision } as const }
          : {}),
      },
    ),
  );
}

type Answer =
  | { kind: "approved" }
  | { kind: "waiting" }
  | { kind: "edited"; input: JsonValue }
  | { kind: "refused"; failure: Failure };

/** Looks for a person's answer to exactly these arguments; opens a gate when nobody was asked yet. */
async function askPerson(
  session: RunSession,
  call: CallState,
  decision: Decision,
  current: Arguments,
  pending: NewEvent[],
): Promise<Answer> {
  const asked = call.gateIds
    .map((id) => session.state.gates.get(id))
    .findLast((one) => one?.gate.inputHash === current.hash);
  if (asked === undefined) {
    const state = await openGate(
      session,
      {
        kind: decision.gate ?? "manual",
        subject: { kind: "tool-call", callId: call.callId, tool: call.tool },
        inputHash: current.hash,
        shown: { tool: call.tool, input: current.input, reason: decision.reason },
        reason: decision.reason,
        role: "operator",
      },
      pending.splice(0),
    );
    return { kind: state };
  }
  const { gate, answerRef } = asked;
  if (gate.state === "open") return { kind: "waiting" };
  if (gate.state === "resolved" && answerRef !== undefined) {
    const answer = (await session.payload(answerRef)) as { comment?: string; input?: JsonValue }; // written by resolveGate
    if (gate.decision === "edited" && answer.input !== undefined)
      return { kind: "edited", input: answer.input };
    const said =
      answer.comment === undefined || answer.comment === ""
        ? "without a comment"
        : `saying: ${answer.comment}`;
    return {
      kind: "refused",
      failure: failure("gate-rejected", `a person rejected this call of ${call.tool}, ${said}`),
    };
  }
  return {
    kind: "refused",
    failure: failure(
      "gate-expired",
      `nobody decided about this call of ${call.tool} in time (gate ${gate.gateId} is ${gate.state})`,
    ),
  };
}

/** Ends a call that did not run. */
async function refuse(
  session: RunSession,
  call: CallState,
  pending: NewEvent[],
  refusal: { by: RefusedBy; failure: Failure },
): Promise<"ended"> {
  pending.push(
    newRunEvent(
      "tool.refused",
      { callId: call.callId, tool: call.tool, by: refusal.by, failure: refusal.failure },
      { actor: systemActor("tool-door") },
    ),
  );
  await session.append(pending, "full");
  return "ended";
}
