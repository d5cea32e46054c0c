import { Artifact } from "#core/contract/artifact.ts";
import { FailureError, failure } from "#core/contract/failure.ts";
import { Sha256 } from "#core/contract/ids.ts";
import type { JsonObject } from "#core/contract/json.ts";
import type { ToolArtifacts, ToolContext } from "#core/contract/tool-definition.ts";
import type { CallState } from "#core/events/run-state.ts";
import { runRecord } from "./run-record.ts";
import type { RunSession } from "./run-session.ts";

export interface CallContext {
  context: ToolContext;
  /** What the tool kept so far: recorded together with the call's end, or not at all. */
  kept: Artifact[];
  /** Removes the scratch folder, if one was made. */
  dispose(): Promise<void>;
}

/** The hands of one call: reads by digest, keeps by name, and nothing that outlives the call by itself. */
export function createCallContext(
  session: RunSession,
  call: CallState,
  options: { attempt: number; idempotencyKey: string; signal: AbortSignal },
): CallContext {
  const { runtime } = session;
  const store = runtime.stores.artifacts;
  const kept: Artifact[] = [];
  let hasScratch = false;
  const digest = (text: string): Sha256 => {
    const parsed = Sha256.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new FailureError(
      failure(
        "invalid-input",
        `${JSON.stringify(text)} is no digest; give the 64 hex digits that an earlier step returned`,
      ),
    );
  };
  const artifacts: ToolArtifacts = {
    read: (sha256) => store.read(digest(sha256)),
    async readJson(sha256) {
      const bytes = await store.read(digest(sha256));
      return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
    },
    path: (sha256) => store.path(digest(sha256)),
    async put({ name, kind, mediaType, content, inputs }) {
      const stored = await store.put(
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
      const artifact = Artifact.parse({ ...stored, kind, name, mediaType, inputs });
      kept.push(artifact);
      return artifact;
    },
    importFile(path) {
      if (session.request === undefined) return runtime.importFile(path);
      throw new FailureError(
        failure(
          "forbidden",
          `a run reads only the data that was copied in at its start; name it by its digest ${session.request.data.sha256} instead of a path`,
        ),
      );
    },
    scratch() {
      hasScratch = true;
      return runtime.scratch.create(call.callId);
    },
  };
  const context: ToolContext = {
    run: session.request && runRecord(session.state, session.request),
    callId: call.callId,
    agent: call.agent,
    attempt: options.attempt,
    idempotencyKey: options.idempotencyKey,
    seed: session.state.seed,
    signal: options.signal,
    documentTime: session.state.documentTime ?? session.state.createdAt,
    settings: runtime.deployment.settings,
    artifacts,
    environment: () => runtime.environment(),
    compute: runtime.compute,
    backends: runtime.backends,
    tracker: runtime.tracker,
    signer: runtime.signer,
    progress(update) {
      runtime.live.publish(session.state.runId, {
        kind: "tool-progress",
        callId: call.callId,
        tool: call.tool,
        progress: update as unknown as JsonObject, // text and finite numbers only
      });
    },
  };
  return {
    context,
    kept,
    async dispose() {
      if (hasScratch) await runtime.scratch.remove(call.callId);
    },
  };
}
