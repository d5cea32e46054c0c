import type { Artifact } from "#core/contract/artifact.ts";
import type { NewEvent } from "#core/contract/event.ts";
import { type Failure, failure } from "#core/contract/failure.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import { hashOfJson } from "#core/events/hash.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import type { CallState } from "#core/events/run-state.ts";
import { actorOfCall } from "./call-progress.ts";
import { hookContext, triggerEvents } from "./hook-events.ts";
import type { RunSession } from "./run-session.ts";

export type CallOutcome =
  | {
      ok: true;
      output: JsonValue;
      /** What the call established for the run. */
      facts: JsonObject;
      /** What the model is shown beside the output, where that is more than `facts`. */
      shownFacts?: JsonObject;
    }
  | { ok: false; failure: Failure };

/** POST_TOOL, then artifacts, facts and result in one commit. */
export async function recordCallEnd(
  session: RunSession,
  call: CallState,
  end: { outcome: CallOutcome; kept: Artifact[]; millis: number },
): Promise<void> {
  const { outcome, kept, millis } = end;
  const result = await session.runtime.hooks.run(
    "POST_TOOL",
    {
      tool: call.tool,
      output: outcome.ok ? outcome.output : { code: outcome.failure.code, message: outcome.failure.message },
      isError: !outcome.ok,
    },
    hookContext(session, call),
  );
  const events = triggerEvents("POST_TOOL", result.triggers, call);
  // The bytes exist and the digest is all that is recorded, so they are, even when the result may not be shown.
  for (const artifact of kept) {
    events.push(
      newRunEvent("artifact.recorded", { ...artifact, callId: call.callId }, { actor: actorOfCall(call) }),
    );
  }
  if (!result.passed) {
    events.push(
      failed(
        call,
        millis,
        failure(
          "refused-by-guardrail",
          `${call.tool} ran, but its result may not be shown: ${result.reason}`,
          {
            details: { guardrail: result.by.owner },
          },
        ),
      ),
    );
  } else if (outcome.ok) {
    const output = result.payload.output;
    events.push(
      newRunEvent(
        "tool.finished",
        {
          callId: call.callId,
          tool: call.tool,
          millis,
          outputHash: hashOfJson(output),
          facts: outcome.facts,
        },
        {
          actor: actorOfCall(call),
          payload: {
            mediaType: "application/json",
            json: { output, facts: outcome.shownFacts ?? outcome.facts },
          },
        },
      ),
    );
  } else {
    const shown = result.payload.output;
    const message =
      typeof shown === "object" &&
      shown !== null &&
      !Array.isArray(shown) &&
      typeof shown["message"] === "string"
        ? shown["message"]
        : outcome.failure.message;
    events.push(failed(call, millis, { ...outcome.failure, message }));
  }
  await session.append(events);
  await session.runtime.folders.place(session.state.runId, kept);
}

function failed(call: CallState, millis: number, reason: Failure): NewEvent {
  return newRunEvent(
    "tool.failed",
    { callId: call.callId, tool: call.tool, millis, failure: reason },
    { actor: actorOfCall(call) },
  );
}
