import type { NewEvent } from "#core/contract/event.ts";
import { type Failure, FailureError, fail, failure, ok, type Result } from "#core/contract/failure.ts";
import type { RunId } from "#core/contract/ids.ts";
import type { LeaseToken } from "#core/contract/lease.ts";
import { hashOfJson } from "#core/events/hash.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import type { RunState } from "#core/events/run-state.ts";
import { nextStep } from "#core/workflow/next-step.ts";
import type { WorkflowGraph } from "#core/workflow/workflow-graph.ts";
import { runAgent } from "./agent-loop.ts";
import { hasEnded } from "./cancel-run.ts";
import { createConversationFiles } from "./conversation-files.ts";
import { delegateCall } from "./delegate.ts";
import { loadRun } from "./load-run.ts";
import { RunLimitError } from "./run-limits.ts";
import { enterEvent, runNode } from "./run-node.ts";
import { createRunSession, DetachedError, type RunSession, systemActor } from "./run-session.ts";
import type { Runtime } from "./runtime.ts";

/** Where a drive left the run. `detached`: this process let go and another drive goes on later. */
export type DriveOutcome = "succeeded" | "failed" | "cancelled" | "waiting" | "detached";

/** Why a run is taken up again; the first drive of a run is always "first". */
export type DriveReason = "recovery" | "gate" | "resume";

const actor = systemActor("driver");

/**
 * Drives a run until it ends or waits for a person: takes the lease, folds the log, asks the plan for the next
 * step, does it, again. It is the start, the way on after a gate, and the recovery after a crash: each only finds
 * a different state. Failures: `not-found`; `conflict` while another driver holds the run; `stale-precondition` when workflow or
 * deployment are not those that the run was created with.
 */
export async function driveRun(
  runtime: Runtime,
  runId: RunId,
  options: { reason: DriveReason; detach: AbortSignal },
): Promise<Result<DriveOutcome>> {
  const before = await loadRun(runtime, runId);
  if (!before.ok) return before;
  if (hasEnded(before.value.state)) return ok(endedAs(before.value.state));
  const graph = frozenWorkflow(runtime, before.value.state);
  // A run that shall end needs no plan: it can be cancelled when its workflow is gone.
  if (!graph.ok && !before.value.state.cancelRequested) return graph;
  const lease = await runtime.stores.leases.acquire(runId, {
    owner: runtime.owner,
    ttlMs: runtime.leaseTtlMs,
  });
  if (!lease.ok) return lease;

  const detach = new AbortController();
  const cancel = new AbortController();
  const letGo = (reason: string): void => {
    if (!detach.signal.aborted) detach.abort(new DetachedError(reason));
  };
  const onDetach = (): void => {
    letGo("the process shuts down");
  };
  options.detach.addEventListener("abort", onDetach, { once: true });
  if (options.detach.aborted) onDetach();
  const keeper = keepLease(runtime, lease.value, letGo);
  // Folded again under the lease: what happened since the first look counts.
  const loaded = await loadRun(runtime, runId);
  if (!loaded.ok) throw new FailureError(loaded.failure);
  const conversations = createConversationFiles(runtime, runId, (ref) => session.payload(ref));
  conversations.see(loaded.value.events);
  const session = createRunSession({
    runtime,
    stream: { kind: "run", id: runId },
    state: loaded.value.state,
    request: loaded.value.request,
    role: loaded.value.state.createdBy.kind === "user" ? loaded.value.state.createdBy.role : "operator",
    cancelled: cancel.signal,
    detached: detach.signal,
    lease: keeper.token,
    onEvents: (events) => {
      conversations.see(events);
    },
    delegate: (own) => (call, input) => delegateCall(own, call, { input, runAgent }),
  });
  const watching = watchForCancel(session, cancel, detach.signal);
  try {
    return ok(await drive(session, graph.ok ? graph.value : undefined, options.reason));
  } catch (error) {
    if (error instanceof DetachedError) return ok("detached");
    throw error;
  } finally {
    options.detach.removeEventListener("abort", onDetach);
    letGo("the drive has ended");
    keeper.stop();
    await watching;
    await conversations.flush();
    await runtime.stores.leases.release(keeper.token());
  }
}

/** The workflow that the run was created with; `stale-precondition` when it or the deployment is another one now. */
function frozenWorkflow(runtime: Runtime, { runId, workflow, deployment }: RunState): Result<WorkflowGraph> {
  const graph = runtime.workflows.get(workflow.id);
  if (graph === undefined || graph.hash !== workflow.hash) {
    return fail(
      "stale-precondition",
      `run ${runId} was created with workflow ${workflow.id} ${workflow.version}, which is ${graph === undefined ? "gone" : "different now"}; restore that file and resume, or cancel the run`,
    );
  }
  if (runtime.deployment.configHash !== deployment.configHash) {
    return fail(
      "stale-precondition",
      `run ${runId} was created under deployment ${deployment.id}, and this is ${runtime.deployment.id === deployment.id ? "a changed one" : runtime.deployment.id}: its policies hold for the whole run. Resume with that deployment as it was, or cancel the run`,
    );
  }
  return ok(graph);
}

async function drive(
  session: RunSession,
  graph: WorkflowGraph | undefined,
  reason: DriveReason,
): Promise<DriveOutcome> {
  const { state, runtime } = session;
  await runtime.folders.place(state.runId, [...state.artifacts.values()]);
  const driveNumber = state.drives + 1;
  const { sha256, record } = await runtime.environment();
  const before = state.environments?.at(-1)?.record;
  const isAsBefore = before !== undefined && hashOfJson(before) === hashOfJson(record);
  await session.append([
    newRunEvent(
      "run.started",
      { drive: driveNumber, reason: driveNumber === 1 ? "first" : reason },
      { actor },
    ),
    ...(isAsBefore
      ? []
      : [
          newRunEvent(
            "run.environment-recorded",
            { drive: driveNumber, sha256, environment: record },
            { actor },
          ),
        ]),
  ]);
  try {
    for (;;) {
      if (session.state.cancelRequested) return await endRun(session, { kind: "cancelled" });
      if (graph === undefined) throw new Error("only a run that was cancelled goes on without its workflow");
      const plan = nextStep(graph, session.state);
      if (plan.kind === "finish") return await endRun(session, { kind: "succeeded" });
      if (plan.kind === "fail") {
        return await endRun(
          session,
          session.cancelled.aborted ? { kind: "cancelled" } : { kind: "failed", failure: plan.failure },
        );
      }
      if (plan.enter.length > 0) await session.append(plan.enter.map((entry) => enterEvent(graph, entry)));
      const running = session.state.visits.filter((visit) => visit.status === "running");
      const progress = await Promise.allSettled(running.map((visit) => runNode(session, graph, visit)));
      for (const one of progress) if (one.status === "rejected") throw one.reason;
      const allWait = progress.every((one) => one.status === "fulfilled" && one.value === "waiting");
      if (!allWait) continue;
      // An answer may have come while the last branch was still working.
      if (await session.sync()) continue;
      const gates = [...session.state.gates.values()].flatMap(({ gate }) =>
        gate.state === "open" ? [gate.gateId] : [],
      );
      await session.append([newRunEvent("run.paused", { gates }, { actor })], "full");
      return "waiting";
    }
  } catch (error) {
    if (session.detached.aborted || error instanceof DetachedError) throw error;
    if (session.state.cancelRequested) return endRun(session, { kind: "cancelled" });
    if (error instanceof RunLimitError) return endRun(session, { kind: "failed", failure: error.failure });
    const reason = error instanceof FailureError ? error.failure : undefined;
    // A store that cannot be written can record no failure either: the error goes up and the run stays resumable.
    if (reason?.code === "storage-failed") throw error;
    return endRun(session, {
      kind: "failed",
      failure:
        reason ??
        failure(
          "internal",
          `the run stopped at a defect: ${error instanceof Error ? error.message : String(error)}`,
        ),
    });
  }
}

type End = { kind: "succeeded" } | { kind: "cancelled" } | { kind: "failed"; failure: Failure };

async function endRun(session: RunSession, end: End): Promise<DriveOutcome> {
  const events: NewEvent[] = [];
  for (const { gate } of session.state.gates.values()) {
    if (gate.state !== "open") continue;
    events.push(
      newRunEvent("gate.withdrawn", { gateId: gate.gateId, reason: `the run has ${end.kind}` }, { actor }),
    );
  }
  events.push(
    end.kind === "failed"
      ? newRunEvent("run.failed", { failure: end.failure }, { actor })
      : newRunEvent(end.kind === "succeeded" ? "run.succeeded" : "run.cancelled", {}, { actor }),
  );
  await session.append(events, "full");
  return end.kind;
}

function endedAs(state: RunState): DriveOutcome {
  const { status } = state.phase;
  return status === "succeeded" || status === "failed" || status === "cancelled" ? status : "waiting";
}

/** Renews the lease at a third of its life; a lost lease lets the run go at once. */
function keepLease(
  runtime: Runtime,
  first: LeaseToken,
  letGo: (reason: string) => void,
): { token: () => LeaseToken; stop: () => void } {
  let current = first;
  const timer = setInterval(() => {
    void runtime.stores.leases.renew(current, runtime.leaseTtlMs).then(
      (renewed) => {
        if (renewed.ok) current = renewed.value;
        else letGo(renewed.failure.message);
      },
      (error: unknown) => {
        letGo(error instanceof Error ? error.message : String(error));
      },
    );
  }, runtime.leaseTtlMs / 3);
  timer.unref();
  return {
    token: () => current,
    stop: () => {
      clearInterval(timer);
    },
  };
}

/** Aborts running work as soon as somebody, in whatever process, asks for the end. */
async function watchForCancel(
  session: RunSession,
  cancel: AbortController,
  until: AbortSignal,
): Promise<void> {
  const stopIfAsked = (): void => {
    if (session.state.cancelRequested && !cancel.signal.aborted)
      cancel.abort(new Error("the run was cancelled"));
  };
  stopIfAsked();
  const { stream } = session;
  const { log } = session.runtime.stores;
  for await (const events of log.followStream(stream, { afterSeq: session.state.lastSeq, signal: until })) {
    if (!events.some((event) => event.type === "run.cancel-requested")) continue;
    await session.sync();
    stopIfAsked();
  }
}
