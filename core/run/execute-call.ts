import type { NewEvent } from "#core/contract/event.ts";
import { type Failure, failure, failureFrom } from "#core/contract/failure.ts";
import type { Sha256 } from "#core/contract/ids.ts";
import { JsonObject, JsonValue } from "#core/contract/json.ts";
import type { Artifact } from "#core/contract/artifact.ts";
import type { ToolDefinition } from "#core/contract/tool-definition.ts";
import { sha256 } from "#core/events/hash.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import type { CallState } from "#core/events/run-state.ts";
import { actorOfCall, type CallProgress } from "./call-progress.ts";
import { type CallOutcome, recordCallEnd } from "./record-call-end.ts";
import { isTransfer } from "./resolve-tool.ts";
import { DetachedError, type RunSession } from "./run-session.ts";
import { createCallContext } from "./tool-context.ts";

export interface Execution {
  input: JsonValue;
  inputHash: Sha256;
  attempt: number;
  /** Events to write together with the intent. */
  pending: NewEvent[];
}

/** How long a tool that ignores its signal is waited for before its end is recorded without it. */
const GRACE_MS = 2000;

/**
 * Runs a call: the intent is on the disk before the tool is entered, artifacts and result are recorded in one
 * commit after POST_TOOL. When this process detaches, nothing is recorded and `repeat` settles the call later.
 */
export async function executeCall(
  session: RunSession,
  call: CallState,
  tool: ToolDefinition,
  execution: Execution,
): Promise<CallProgress> {
  const idempotencyKey = sha256(`${session.state.runId}/${call.callId}`);
  await session.append(
    [
      ...execution.pending,
      newRunEvent(
        "tool.started",
        {
          callId: call.callId,
          tool: call.tool,
          attempt: execution.attempt,
          inputHash: execution.inputHash,
          idempotencyKey,
          effect: tool.effect,
          repeat: tool.repeat,
        },
        { actor: actorOfCall(call) },
      ),
    ],
    "full",
  );
  if (isTransfer(call.tool)) return session.delegate(call, execution.input);
  const startedAt = session.runtime.clock.now();
  const ran = await runTool(session, call, tool, { ...execution, idempotencyKey });
  await recordCallEnd(session, call, {
    ...ran,
    millis: Math.max(0, Math.round(session.runtime.clock.now() - startedAt)),
  });
  return "ended";
}

async function runTool(
  session: RunSession,
  call: CallState,
  tool: ToolDefinition,
  options: Execution & { idempotencyKey: string },
): Promise<{ outcome: CallOutcome; kept: Artifact[] }> {
  const timeout = AbortSignal.timeout(tool.timeoutMs);
  const signal = AbortSignal.any([session.signal, timeout]);
  const made = createCallContext(session, call, { ...options, signal });
  const failedWith = (reason: Failure) => ({
    outcome: { ok: false, failure: reason } as const,
    kept: made.kept,
  });
  try {
    // The recorded arguments are what the schema gave out; parsing them again restores its types.
    const input: unknown = tool.input.parse(options.input);
    const outcome = await untilAborted(tool.run(input, made.context), signal);
    if (session.detached.aborted) throw new DetachedError("this process lets go while a tool runs");
    if (outcome.ok) {
      const parsed = tool.output.safeParse(outcome.output);
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        return failedWith(
          failure(
            "tool-output-invalid",
            `${tool.name} returned something its own schema refuses at ${issue?.path.join(".") ?? "?"}: ${issue?.message ?? "unknown"}. This is a defect of the tool.`,
          ),
        );
      }
      const output = JsonValue.parse(JSON.parse(JSON.stringify(parsed.data)));
      return { outcome: { ok: true, output, facts: JsonObject.parse(outcome.facts ?? {}) }, kept: made.kept };
    }
    return { outcome, kept: made.kept };
  } catch (error) {
    if (session.detached.aborted || error instanceof DetachedError) {
      throw error instanceof DetachedError
        ? error
        : new DetachedError("this process lets go while a tool runs");
    }
    if (session.cancelled.aborted) {
      return failedWith(failure("cancelled", "the run was cancelled"));
    }
    if (timeout.aborted) {
      const seconds = Math.round(tool.timeoutMs / 1000);
      return failedWith(failure("timed-out", `${tool.name} did not end within ${seconds} s`));
    }
    return failedWith(failureFrom(error, "tool-failed"));
  } finally {
    await made.dispose();
  }
}

/** Resolves with the work, or rejects a short while after the signal aborts when the work does not react. */
function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    let grace: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      grace = setTimeout(() => {
        reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
      }, GRACE_MS);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(grace);
      signal.removeEventListener("abort", onAbort);
    });
  });
}
