import type { Actor } from "#core/contract/actor.ts";
import type { IdempotencyRecord } from "#core/contract/event-log.ts";
import { ok, type Result } from "#core/contract/failure.ts";
import { fail } from "#core/contract/failure.ts";
import { RunId, Sha256 } from "#core/contract/ids.ts";
import { RunRequest } from "#core/contract/run-request.ts";
import { hashOfJson } from "#core/events/hash.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import { nearestName } from "#core/registry/nearest-name.ts";
import type { Runtime } from "./runtime.ts";

/**
 * Creates a run: freezes workflow, deployment and request by hash and appends run.created. Nothing runs yet; a
 * driver takes it up. The data must already lie in the artifact store. Failures: `invalid-input` (unknown
 * workflow or provider), `conflict` (the run id is taken).
 */
export async function startRun(
  runtime: Runtime,
  options: {
    request: RunRequest;
    by: Actor;
    runId?: string;
    /** Committed with the run: a repeat finds it instead of starting a second one. */
    idempotency?: IdempotencyRecord;
  },
): Promise<Result<RunId>> {
  const { request } = options;
  const graph = runtime.workflows.get(request.workflow);
  if (graph === undefined) {
    const nearest = nearestName(request.workflow, runtime.workflows.names());
    return fail(
      "invalid-input",
      `there is no workflow ${request.workflow}${nearest === undefined ? "" : `; did you mean ${nearest}?`} Known: ${runtime.workflows.names().join(", ")}.`,
      { details: { workflow: request.workflow } },
    );
  }
  if (request.provider !== undefined) {
    const provider = runtime.providers.get(request.provider);
    if (provider === undefined) {
      return fail(
        "invalid-input",
        `there is no provider ${request.provider}. Known: ${runtime.providers.names().join(", ")}.`,
      );
    }
    const availability = provider.availability();
    if (!availability.usable)
      return fail("missing-part", `provider ${request.provider}: ${availability.detail}`);
  }
  const runId = RunId.safeParse(options.runId ?? runtime.ids.next("run"));
  if (!runId.success) {
    return fail(
      "invalid-input",
      `${String(options.runId)} is no run id; it looks like run_ and 6 to 40 letters or digits`,
    );
  }
  const frozen = RunRequest.parse(request);
  const committed = await runtime.stores.log.commit({
    appends: [
      {
        stream: { kind: "run", id: runId.data },
        expectedSeq: 0,
        events: [
          newRunEvent(
            "run.created",
            {
              workflow: { id: graph.workflow.id, version: graph.workflow.version, hash: graph.hash },
              deployment: {
                id: runtime.deployment.id,
                configHash: Sha256.parse(runtime.deployment.configHash),
              },
              requestHash: hashOfJson(frozen),
              dataSha256: frozen.data.sha256,
              approve: frozen.approve,
              seed: frozen.seed,
              ...(frozen.documentTime === undefined ? {} : { documentTime: frozen.documentTime }),
            },
            { actor: options.by, payload: { mediaType: "application/json", json: frozen } },
          ),
        ],
      },
    ],
    durability: "full",
    ...(options.idempotency === undefined ? {} : { idempotency: options.idempotency }),
  });
  if (!committed.ok) {
    if (committed.failure.code !== "conflict") return committed;
    return fail(
      "conflict",
      `run ${runId.data} exists already; choose another id or look at it with: swarm runs show ${runId.data}`,
    );
  }
  return ok(runId.data);
}
