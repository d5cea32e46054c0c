import { assertNever, failure } from "#core/contract/failure.ts";
import { JsonValue } from "#core/contract/json.ts";
import type { ToolDefinition } from "#core/contract/tool-definition.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import type { CallStart, CallState } from "#core/events/run-state.ts";
import type { CallProgress } from "./call-progress.ts";
import { executeCall } from "./execute-call.ts";
import { openGate } from "./open-gate.ts";
import { isTransfer } from "./resolve-tool.ts";
import { type RunSession, systemActor } from "./run-session.ts";

/**
 * Goes on with a call that was started and whose end is not on record: its process died or let go. `safe` and
 * `keyed` run again (the latter under the same idempotency key, which executeCall derives from the call), `never`
 * asks a person, who says whether it may run again.
 */
export async function settleCall(
  session: RunSession,
  call: CallState,
  tool: ToolDefinition,
): Promise<CallProgress> {
  const { started, inputRef } = call;
  if (started === undefined || inputRef === undefined) throw new Error(`${call.callId} was never started`);
  const input = JsonValue.parse(await session.payload(inputRef));
  if (isTransfer(call.tool)) return session.delegate(call, input);
  const again = () =>
    executeCall(session, call, tool, {
      input,
      inputHash: started.inputHash,
      attempt: started.attempt + 1,
      pending: [],
    });
  // The policy that held when it started decides: a later version of the tool must not loosen it.
  switch (started.repeat) {
    case "safe":
    case "keyed":
      return again();
    case "never":
      return askAboutAbandoned(session, call, { started, input, again });
    default:
      return assertNever(started.repeat, "settleCall");
  }
}

async function askAboutAbandoned(
  session: RunSession,
  call: CallState,
  options: { started: CallStart; input: JsonValue; again: () => Promise<CallProgress> },
): Promise<CallProgress> {
  const known =
    call.abandonedGateId === undefined ? undefined : session.state.gates.get(call.abandonedGateId);
  if (known === undefined) {
    const reason = `${call.tool} was started at ${options.started.at} and its end is unknown; it may have had its effect. Approve to run it again, reject to go on without its result.`;
    await openGate(
      session,
      {
        kind: "manual",
        subject: { kind: "abandoned-call", callId: call.callId, tool: call.tool },
        inputHash: options.started.inputHash,
        shown: { tool: call.tool, input: options.input, reason, startedAt: options.started.at },
        reason,
        role: "operator",
        also: (gateId) => [
          newRunEvent(
            "tool.abandoned",
            { callId: call.callId, tool: call.tool, gateId },
            { actor: systemActor("recovery") },
          ),
        ],
      },
      [],
    );
    return askAboutAbandoned(session, call, options);
  }
  const { gate } = known;
  if (gate.state === "open") return "waiting";
  if (gate.state === "resolved" && gate.decision === "approved") return options.again();
  await session.append(
    [
      newRunEvent(
        "tool.failed",
        {
          callId: call.callId,
          tool: call.tool,
          millis: 0,
          failure: failure(
            "tool-abandoned",
            `${call.tool} was interrupted and was not run again; whether it had its effect is unknown. Check before relying on it.`,
          ),
        },
        { actor: systemActor("recovery") },
      ),
    ],
    "full",
  );
  return "ended";
}
