import type { Artifact } from "#core/contract/artifact.ts";
import type { RecordedEnvironment } from "#core/contract/environment-record.ts";
import { readJsonPayload } from "#core/contract/event-log.ts";
import type { PayloadRef } from "#core/contract/event.ts";
import { ok, type Result } from "#core/contract/failure.ts";
import type { CallId, RunId, Sha256 } from "#core/contract/ids.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import type { RunRequest } from "#core/contract/run-request.ts";
import { readRunEvent } from "#core/events/run-event.ts";
import type { RunState } from "#core/events/run-state.ts";
import { loadRun } from "../load-run.ts";
import type { Runtime } from "../runtime.ts";

/** The call that kept an artifact. Its arguments are undefined where they are erased. */
export interface MakingCall {
  callId: CallId;
  tool: string;
  inputHash: Sha256 | undefined;
  input: JsonValue | undefined;
}

/** An artifact with everything on the record that its bytes may come from. */
export interface MadeArtifact {
  artifact: Artifact;
  call: MakingCall | undefined;
  /** What the drive made things with; undefined in runs from before it was recorded. */
  environment: RecordedEnvironment | undefined;
  /** What the run had established when the call's results were recorded. */
  factsBefore: JsonObject;
  /** Digests by name of what was kept before, by this call too. */
  keptBefore: ReadonlyMap<string, Sha256>;
}

/** A run as it is compared: the record alone, nothing of the present. */
export interface ComparedRun {
  runId: RunId;
  state: RunState;
  request: RunRequest;
  /** The newest of each name, in the order of recording. */
  artifacts: ReadonlyMap<string, MadeArtifact>;
  /** Agents that took part, by id: which manifest, and which model answered. */
  agents: JsonObject;
}

interface Requested {
  tool: string;
  inputHash: Sha256;
  ref: PayloadRef | undefined;
}

/** Reads a run for comparing. Failures as loadRun: `not-found`, `payload-erased` when its request is gone. */
export async function readComparedRun(
  runtime: Pick<Runtime, "stores">,
  runId: RunId,
): Promise<Result<ComparedRun>> {
  const loaded = await loadRun(runtime, runId);
  if (!loaded.ok) return loaded;
  const requested = new Map<CallId, Requested>();
  const artifacts = new Map<string, MadeArtifact>();
  const agents: JsonObject = {};
  let environment: RecordedEnvironment | undefined;
  let facts: JsonObject = {};
  let kept: ReadonlyMap<string, Sha256> = new Map();
  for (const stored of loaded.value.events) {
    const event = readRunEvent(stored);
    switch (event.type) {
      case "run.environment-recorded":
        environment = { sha256: event.data.sha256, record: event.data.environment };
        break;
      case "agent.started": {
        const { agent, manifestHash, provider, model } = event.data;
        agents[agent] = { manifestHash, model: `${provider}/${model}` };
        break;
      }
      case "tool.requested": {
        const { callId, tool, inputHash } = event.data;
        requested.set(callId, { tool, inputHash, ref: event.payloadRef });
        break;
      }
      case "tool.finished":
        facts = { ...facts, ...event.data.facts };
        break;
      case "artifact.recorded": {
        const { callId, ...artifact } = event.data;
        const call = callId === undefined ? undefined : await makingCall(runtime, callId, requested);
        // Set anew, so that the order is that of the newest of each name.
        artifacts.delete(artifact.name);
        artifacts.set(artifact.name, { artifact, call, environment, factsBefore: facts, keptBefore: kept });
        kept = new Map(kept).set(artifact.name, artifact.sha256);
        break;
      }
      default:
        break;
    }
  }
  return ok({ runId, state: loaded.value.state, request: loaded.value.request, artifacts, agents });
}

async function makingCall(
  { stores }: Pick<Runtime, "stores">,
  callId: CallId,
  requested: ReadonlyMap<CallId, Requested>,
): Promise<MakingCall | undefined> {
  const call = requested.get(callId);
  if (call === undefined) return undefined;
  const read = call.ref === undefined ? undefined : await readJsonPayload(stores.payloads, call.ref);
  return {
    callId,
    tool: call.tool,
    inputHash: call.inputHash,
    input: read?.ok === true ? (read.value as JsonValue) : undefined, // payloads of this type are JSON arguments
  };
}
