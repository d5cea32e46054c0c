import type { RunId } from "#core/contract/ids.ts";
import { requestCancel } from "#core/run/cancel-run.ts";
import { type DriveOutcome, type DriveReason, driveRun } from "#core/run/drive-run.ts";
import { failureFrom, ok, type Result } from "#core/contract/failure.ts";
import type { OpenedRuntime } from "../boot/open-runtime.ts";
import { recordCheckpoint } from "../boot/record-checkpoint.ts";
import { localUser } from "../boot/local-user.ts";
import { type ReportedRun, reportedRun } from "./reported-run.ts";
import type { Terminal } from "./terminal.ts";
import { watchRun } from "./watch-run.ts";

/**
 * Drives a run in this process and shows it. The first Ctrl-C asks the run to end, the second lets it go: it stays
 * as it is, for `swarm runs resume`. SIGTERM and a closed terminal let go at once.
 */
export async function followDrive(
  opened: OpenedRuntime,
  runId: RunId,
  options: { terminal: Terminal; reason: DriveReason; afterSeq?: number },
): Promise<Result<{ outcome: DriveOutcome; result: ReportedRun }>> {
  const { runtime } = opened;
  const { terminal } = options;
  const detach = new AbortController();
  const watch = new AbortController();
  let interrupts = 0;
  const onInterrupt = (): void => {
    interrupts += 1;
    if (interrupts > 1) {
      terminal.talk(`left as it is; go on with: swarm runs resume ${runId}`);
      detach.abort();
      return;
    }
    terminal.talk("asking the run to end; press Ctrl-C again to leave it as it is and go");
    requestCancel(runtime, { runId, by: localUser(), reason: "Ctrl-C" }).then(
      (asked) => {
        if (!asked.ok) terminal.failure(asked.failure);
      },
      (error: unknown) => {
        terminal.failure(failureFrom(error));
      },
    );
  };
  const onTerminate = (): void => {
    detach.abort();
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onTerminate);
  process.on("SIGHUP", onTerminate);
  const view = watchRun(runtime, runId, {
    terminal,
    signal: watch.signal,
    ...(options.afterSeq === undefined ? {} : { afterSeq: options.afterSeq }),
  });
  try {
    const driven = await driveRun(runtime, runId, { reason: options.reason, detach: detach.signal });
    if (!driven.ok) return driven;
    await signLog(opened, terminal);
    const result = await reportedRun(opened, runId);
    return result.ok ? ok({ outcome: driven.value, result: result.value }) : result;
  } finally {
    watch.abort();
    await view.finished;
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onTerminate);
    process.off("SIGHUP", onTerminate);
  }
}

/** A drive's end is under a signature; that it could not be signed does not change how the run ended. */
async function signLog(opened: OpenedRuntime, terminal: Terminal): Promise<void> {
  const signed = await recordCheckpoint(opened);
  // Another process signed at this moment: its checkpoint or the next one covers this run.
  if (signed.ok || signed.failure.code === "conflict") return;
  terminal.talk(`the log could not be signed: ${signed.failure.message}`);
}
