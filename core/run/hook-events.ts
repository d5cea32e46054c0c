import type { NewEvent } from "#core/contract/event.ts";
import type { HookContext, HookPoint } from "#core/contract/hook.ts";
import type { CallId, InvocationId } from "#core/contract/ids.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import type { HookTrigger } from "#core/hooks/hook-chain.ts";
import { type RunSession, systemActor } from "./run-session.ts";

/** Whom a hook run is about. */
export interface HookSubject {
  agent: string | undefined;
  callId?: CallId | undefined;
  invocationId?: InvocationId | undefined;
}

export function hookContext(session: RunSession, subject: HookSubject): HookContext {
  return {
    runId: session.state.runId,
    agent: subject.agent,
    callId: subject.callId,
    invocationId: subject.invocationId,
    runMemory: session.hookMemory,
    signal: session.signal,
  };
}

/** The record of what handlers did; a chain that let everything pass unchanged leaves nothing. */
export function triggerEvents(
  point: HookPoint,
  triggers: readonly HookTrigger[],
  subject: HookSubject,
): NewEvent[] {
  return triggers.map((trigger) =>
    newRunEvent(
      "guardrail.triggered",
      {
        point,
        handler: trigger.handler,
        owner: trigger.owner,
        outcome: trigger.outcome,
        findings: trigger.findings.slice(0, 20),
        ...(trigger.reason === undefined ? {} : { reason: trigger.reason.slice(0, 600) }),
        ...(subject.callId === undefined ? {} : { callId: subject.callId }),
        ...(subject.invocationId === undefined ? {} : { invocationId: subject.invocationId }),
      },
      { actor: systemActor(trigger.owner) },
    ),
  );
}
