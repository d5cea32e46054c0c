import type { Actor } from "#core/contract/actor.ts";
import type { Artifact } from "#core/contract/artifact.ts";
import { isoTime } from "#core/contract/clock.ts";
import { ZERO_HASH } from "#core/contract/event.ts";
import { type Failure, failure } from "#core/contract/failure.ts";
import { CallId, type RunId, Sha256 } from "#core/contract/ids.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import { newCall } from "#core/events/run-lookup.ts";
import type { CallState, RunState } from "#core/events/run-state.ts";
import { untouchedRun } from "#core/events/untouched-run.ts";
import type { LoadedRun } from "./load-run.ts";
import { createRunSession } from "./run-session.ts";
import { toolNamesOf } from "./resolve-tool.ts";
import type { Runtime } from "./runtime.ts";
import { callTool } from "./tool-door.ts";

export interface HandCall {
  callId: string;
  decision: CallState["decision"];
  millis: number;
  artifacts: Artifact[];
  end: { ok: true; output: JsonValue; facts: JsonObject } | { ok: false; failure: Failure };
}

export interface HandCallOptions {
  tool: string;
  input: JsonValue;
  by: Actor;
  agent?: string;
  /** A run whose facts, approvals and artifacts the call sees; nothing is added to the run. */
  run?: LoadedRun;
  seed?: number;
  signal: AbortSignal;
}

/**
 * Calls one tool through the same door as an agent's call, recorded on a stream of its own. With `agent` the call
 * is decided as that agent's, with `run` as if it stood at the end of that run. It can neither wait at a gate nor hand
 * work over.
 */
export async function callByHand(runtime: Runtime, options: HandCallOptions): Promise<HandCall> {
  const callId = CallId.parse(runtime.ids.next("call"));
  const agent = options.agent === undefined ? undefined : runtime.agents.get(options.agent);
  if (options.agent !== undefined && agent === undefined) {
    const unknown = failure(
      "not-found",
      `there is no agent ${options.agent}; list them with: swarm agents list`,
    );
    return { callId, decision: undefined, millis: 0, artifacts: [], end: { ok: false, failure: unknown } };
  }
  const detached = new AbortController();
  const session = createRunSession({
    runtime,
    stream: { kind: "tool-call", id: callId },
    state: boardFor(runtime, callId, options),
    request: options.run?.request,
    role: options.by.kind === "user" ? options.by.role : "operator",
    cancelled: options.signal,
    detached: detached.signal,
    lease: undefined,
    delegate: () => () => Promise.reject(new Error("a call by hand cannot hand work over")),
  });
  session.state.calls.set(
    callId,
    newCall({
      callId,
      tool: options.tool,
      invocationId: undefined,
      agent: options.agent,
      modelCallId: undefined,
    }),
  );
  if (options.tool.startsWith("transfer_to_")) {
    const refused = failure(
      "tool-unknown",
      `${options.tool} runs an agent, which needs a run around it; start one with: swarm run`,
    );
    return { callId, decision: undefined, millis: 0, artifacts: [], end: { ok: false, failure: refused } };
  }
  const startedAt = runtime.clock.now();
  await callTool(session, {
    callId,
    input: options.input,
    allowedTools: agent === undefined ? undefined : toolNamesOf(agent),
  });
  const call = session.state.calls.get(callId);
  const base = {
    callId,
    decision: call?.decision,
    millis: Math.max(0, Math.round(runtime.clock.now() - startedAt)),
    artifacts: [...session.state.artifacts.values()].filter(
      (artifact) => options.run?.state.artifacts.get(artifact.name) !== artifact,
    ),
  };
  if (call?.end === undefined) throw new Error(`${callId} has no end`);
  if (call.end.kind !== "finished") return { ...base, end: { ok: false, failure: call.end.failure } };
  const { output, facts } = (await session.payload(call.end.outputRef)) as {
    output: JsonValue;
    facts: JsonObject;
  }; // written by recordCallEnd
  return { ...base, end: { ok: true, output, facts } };
}

/** A call outside any run still stands on a board of the same shape, so that the door needs no second form. */
function boardFor(runtime: Runtime, callId: CallId, options: HandCallOptions): RunState {
  const at = isoTime(runtime.clock.now());
  const { run } = options;
  const fresh: RunState = {
    runId: callId as string as RunId, // names the stream; nothing looks it up as a run
    phase: { status: "running" },
    createdBy: options.by,
    createdAt: at,
    startedAt: at,
    activeMs: 0,
    activeSince: at,
    workflow: { id: "none", version: "0.0.0", hash: ZERO_HASH },
    deployment: { id: runtime.deployment.id, configHash: Sha256.parse(runtime.deployment.configHash) },
    approve: "ask",
    seed: options.seed ?? 0,
    documentTime: undefined,
    requestRef: { commitment: ZERO_HASH, bytes: 0, mediaType: "application/json" },
    dataSha256: ZERO_HASH,
    drives: 1,
    environments: undefined,
    ...untouchedRun(),
    lastSeq: 0,
    head: ZERO_HASH,
    lastEventAt: at,
  };
  if (run === undefined) return fresh;
  // What the run established, copied: the call's own events are folded into the board, never into the run.
  return {
    ...structuredClone(run.state),
    artifacts: new Map(run.state.artifacts),
    phase: fresh.phase,
    createdBy: fresh.createdBy,
    cancelRequested: false,
    seed: options.seed ?? run.state.seed,
    lastSeq: 0,
    head: ZERO_HASH,
    lastEventAt: at,
  };
}
