import { readJsonPayload } from "#core/contract/event-log.ts";
import { ok, type Result } from "#core/contract/failure.ts";
import type { RunId } from "#core/contract/ids.ts";
import { loadRun } from "#core/run/load-run.ts";
import { type RunResult, runResult } from "#core/run/run-result.ts";
import type { OpenedRuntime } from "../boot/open-runtime.ts";

/** A gate with who decided and the words that were given; both absent while it is open. */
export interface ReportedGate {
  id: string;
  kind: string;
  state: string;
  by?: string;
  comment?: string;
}

/** A run's result with what people said at its gates: the last line of `swarm run --json`. */
export interface ReportedRun extends RunResult {
  gates: ReportedGate[];
}

/** The run's result as it stands in the log. Comments are content: an erased one is simply not there. */
export async function reportedRun(opened: OpenedRuntime, runId: RunId): Promise<Result<ReportedRun>> {
  const { runtime } = opened;
  const loaded = await loadRun(runtime, runId);
  if (!loaded.ok) return loaded;
  const { state } = loaded.value;
  const gates: ReportedGate[] = [];
  const result = runResult(state, { workDir: runtime.folders.path(runId), now: runtime.clock.now() });
  for (const { gate, answerRef } of state.gates.values()) {
    const row = result.gates.find(({ id }) => id === gate.gateId);
    if (row === undefined) continue;
    const answer =
      answerRef === undefined ? undefined : await readJsonPayload(runtime.stores.payloads, answerRef);
    const comment = answer?.ok === true ? (answer.value as { comment?: string }).comment : undefined; // written by resolveGate
    gates.push({
      ...row,
      ...(gate.state === "resolved" ? { by: gate.resolvedBy.id } : {}),
      ...(comment === undefined || comment === "" ? {} : { comment }),
    });
  }
  return ok({ ...result, gates });
}
