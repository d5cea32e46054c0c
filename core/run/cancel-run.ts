import type { Actor } from "#core/contract/actor.ts";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { RunId } from "#core/contract/ids.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import type { RunState } from "#core/events/run-state.ts";
import { loadRun } from "./load-run.ts";
import type { Runtime } from "./runtime.ts";

export const hasEnded = (state: RunState): boolean =>
  state.phase.status === "succeeded" || state.phase.status === "failed" || state.phase.status === "cancelled";

/**
 * Asks a run to end. Its driver, wherever it runs, stops work in progress and records the end; a run without a
 * driver is ended when somebody drives it next. Asking twice is no error. Failures: `not-found`, `conflict` for a
 * run that ended.
 */
export async function requestCancel(
  runtime: Runtime,
  options: { runId: RunId; by: Actor; reason: string },
): Promise<Result<"requested">> {
  const loaded = await loadRun(runtime, options.runId);
  if (!loaded.ok) return loaded;
  const { state } = loaded.value;
  if (hasEnded(state)) return fail("conflict", `run ${options.runId} has already ${state.phase.status}`);
  if (state.cancelRequested) return ok("requested");
  const committed = await runtime.stores.log.commit({
    appends: [
      {
        stream: { kind: "run", id: options.runId },
        events: [
          newRunEvent(
            "run.cancel-requested",
            {},
            {
              actor: options.by,
              payload: { mediaType: "application/json", json: { reason: options.reason } },
            },
          ),
        ],
      },
    ],
    durability: "full",
  });
  return committed.ok ? ok("requested") : committed;
}
