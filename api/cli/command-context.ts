import { type Failure, FailureError, failureFrom, type Result } from "#core/contract/failure.ts";
import type { OpenedRuntime, RuntimeOptions } from "../boot/open-runtime.ts";
import { exitCode, exitCodeOf } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";

/** What every command works with. */
export interface CommandContext {
  terminal: Terminal;
  environment: NodeJS.ProcessEnv;
  /** Set by a command; the process ends with it. */
  setExitCode(code: number): void;
  /** Makes the runtime; the composition root's own unless a caller has another composition. */
  open(options: RuntimeOptions): Promise<Result<OpenedRuntime>>;
}

/** Reports a failure and sets the exit code that belongs to it. */
export function reportFailure(context: CommandContext, failure: Failure): void {
  context.terminal.failure(failure);
  context.setExitCode(exitCodeOf(failure.code));
}

/**
 * Opens the home, runs the work, closes everything. Expected failures are reported in a line; what is thrown
 * otherwise is a defect and is reported as one, with exit code 4.
 */
export async function withRuntime(
  context: CommandContext,
  options: { deployment?: string | undefined },
  work: (opened: OpenedRuntime) => Promise<void>,
): Promise<void> {
  await withOpened(
    context,
    context.open({ environment: context.environment, deploymentFolder: options.deployment }),
    work,
  );
}

/** The same for anything that is opened and closed. */
export async function withOpened<Opened extends { close(): Promise<void> }>(
  context: CommandContext,
  opening: Promise<Result<Opened>>,
  work: (opened: Opened) => Promise<void>,
): Promise<void> {
  const opened = await opening;
  if (!opened.ok) {
    reportFailure(context, opened.failure);
    return;
  }
  try {
    await work(opened.value);
  } catch (error) {
    reportThrown(context, error);
  } finally {
    await opened.value.close();
  }
}

/** What a command did not expect: its own words for a Failure, a defect otherwise. */
export function reportThrown(context: CommandContext, error: unknown): void {
  const failure = failureFrom(error);
  if (error instanceof FailureError) {
    reportFailure(context, failure);
    return;
  }
  context.terminal.failure({ ...failure, message: `a defect stopped this command: ${failure.message}` });
  if (context.environment["SWARM_DEBUG"] && error instanceof Error) context.terminal.talk(error.stack ?? "");
  context.setExitCode(exitCode.failed);
}
