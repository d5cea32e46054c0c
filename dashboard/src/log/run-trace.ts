import type { Failure } from "#core/contract/failure.ts";
import type { Usage } from "#core/contract/provider.ts";
import type { RunEventData } from "#core/events/run-events.ts";

/**
 * What the console shows beyond the run's state: when things happened and at which event their content lies. The
 * state says what holds now; the trace says how it came to be.
 */
export interface RunTrace {
  invocations: Map<string, InvocationTrace>;
  calls: Map<string, CallTrace>;
  gates: Map<string, GateTrace>;
  routes: RouteTrace[];
  /** How often each edge of the workflow was taken, by `from>to`. */
  taken: Map<string, number>;
  /** Spans without a driver: from a pause to the next drive. */
  pauses: { from: string; to: string | undefined }[];
  guardrails: GuardrailTrace[];
  limits: (RunEventData<"limit.reached"> & { at: string; seq: number })[];
  /** Newest artifact by name: who made it, and when. */
  artifacts: Map<string, { seq: number; at: string; callId: string | undefined }>;
}

export interface InvocationTrace {
  taskSeq: number;
  summarySeq: number | undefined;
  turns: TurnTrace[];
  /** Of the agent itself and all of its tool calls: something moved here last. */
  lastAt: string;
}

export interface TurnTrace {
  turn: number;
  startedAt: string;
  endedAt: string | undefined;
  attempts: AttemptTrace[];
  messageSeq: number | undefined;
  stopReason: string | undefined;
  usage: Usage | undefined;
  /** Undefined until answered, and where no price is known. */
  costUsd: number | undefined;
  millis: number | undefined;
  calls: string[];
}

export interface AttemptTrace {
  attempt: number;
  startedAt: string;
  endedAt: string | undefined;
  provider: string;
  model: string;
  failure: Failure | undefined;
  willRetry: boolean;
  /** Failed after tokens were spent; no price is known for them. */
  failedWithUsage: boolean;
}

export interface CallTrace {
  /** The event that first spoke of the call; calls are shown in this order. */
  firstSeq: number;
  firstAt: string;
  inputs: { seq: number; at: string; origin: "call" | "hook" | "person" }[];
  decisions: (RunEventData<"permission.decided"> & { seq: number; at: string; hasPayload: boolean })[];
  attempts: { attempt: number; at: string; effect: string; repeat: string }[];
  endedAt: string | undefined;
  outputSeq: number | undefined;
  millis: number | undefined;
  artifacts: { name: string; sha256: string }[];
  facts: Record<string, unknown>;
}

export interface GateTrace {
  shownSeq: number;
  answerSeq: number | undefined;
}

export interface RouteTrace extends RunEventData<"route.chosen"> {
  at: string;
  seq: number;
}

export type GuardrailTrace = RunEventData<"guardrail.triggered"> & { at: string; seq: number };

/** Nothing happened yet. */
export function emptyTrace(): RunTrace {
  return {
    invocations: new Map(),
    calls: new Map(),
    gates: new Map(),
    routes: [],
    taken: new Map(),
    pauses: [],
    guardrails: [],
    limits: [],
    artifacts: new Map(),
  };
}
