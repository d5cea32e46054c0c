import type { RunId } from "#core/contract/ids.ts";
import { requestCancel } from "#core/run/cancel-run.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { loadRun } from "#core/run/load-run.ts";
import { resolveGate } from "#core/run/resolve-gate.ts";
import type { Runtime } from "#core/run/runtime.ts";
import { startRun } from "#core/run/start-run.ts";
import { operator, toyRequest } from "#test/run/toy-runtime.ts";
import { demoRequest } from "./record-run.ts";

const bytes = new TextEncoder().encode("age,income,sex,default\n41,52000,f,0\n");
const detach = new AbortController().signal;

/** Fills an empty server with a finished run, a failed one, a cancelled one and one that waits for a person. */
export async function seedRuns(runtime: Runtime): Promise<void> {
  const { sha256 } = await runtime.stores.artifacts.put(bytes);
  const start = async (problem: string, name: string, approve: "ask" | "auto", maxToolCalls = 400) => {
    const started = await startRun(runtime, {
      request: toyRequest({
        ...demoRequest,
        protected: [...demoRequest.protected],
        problem,
        approve,
        data: { sha256, name, bytes: 1_204_551 },
        limits: { maxToolCalls },
      }),
      by: operator,
    });
    if (!started.ok) throw new Error(started.failure.message);
    return started.value;
  };
  const drive = (runId: RunId) => driveRun(runtime, runId, { reason: "resume", detach });

  const [cancelled, limited, done, rejected, waiting] = await Promise.all([
    start("Estimate the residual value of leased cars.", "leases_2026.csv", "ask"),
    start("Flag insurance claims that deserve a second look before payment.", "claims.csv", "auto", 9),
    start(demoRequest.problem, "credit_applications.csv", "auto"),
    start("Rank job applications by fit for the first interview.", "applications.csv", "ask"),
    start("Who is likely to cancel the contract next quarter, and why?", "contracts.parquet", "ask"),
  ]);
  await requestCancel(runtime, { runId: cancelled, by: operator, reason: "wrong file" });
  await Promise.all([cancelled, limited, done, rejected, waiting].map(drive));
  const loaded = await loadRun(runtime, rejected);
  if (!loaded.ok) throw new Error(loaded.failure.message);
  for (const { gate } of loaded.value.state.gates.values()) {
    const { gateId, inputHash } = gate;
    await resolveGate(runtime, {
      runId: rejected,
      gateId,
      decision: "rejected",
      inputHash,
      by: operator,
      comment: "not before the works council has seen it",
    });
  }
  await drive(rejected);
}
