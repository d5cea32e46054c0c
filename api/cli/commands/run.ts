import type { Command } from "commander";
import { type Failure, fail, ok, type Result } from "#core/contract/failure.ts";
import type { RunId } from "#core/contract/ids.ts";
import { startRun } from "#core/run/start-run.ts";
import type { OpenedRuntime } from "../../boot/open-runtime.ts";
import { prepareRequest, type StartOptions } from "../../boot/start-request.ts";
import { localUser } from "../../boot/local-user.ts";
import { describeOwner } from "../../boot/process-owner.ts";
import { type CommandContext, reportFailure, withRuntime } from "../command-context.ts";
import { exitCode, exitCodeOf } from "../exit-code.ts";
import { followDrive } from "../follow-drive.ts";
import { numberOption, seedRange } from "../number-option.ts";
import type { ReportedRun } from "../reported-run.ts";
import { nextStep, summaryText } from "../run-summary.ts";

interface RunFlags {
  data: string;
  target: string;
  protected?: string;
  timeColumn?: string;
  workflow?: string;
  deployment?: string;
  provider?: string;
  model?: string;
  approve: string;
  seed?: string;
  budgetUsd?: string;
  runId?: string;
  json?: boolean;
}

export function addRunCommand(command: Command, context: CommandContext): void {
  command
    .argument("<problem>", "what shall be predicted, and why, in a sentence")
    .requiredOption("--data <file>", "CSV or Parquet file")
    .requiredOption("--target <column>", "column to predict")
    .option("--protected <columns>", "columns to audit fairness by, comma-separated")
    .option("--time-column <column>", "split by time: the newest rows are held out")
    .option("--workflow <id>", "workflow to follow")
    .option("--deployment <folder>", "deployment with its own policies, limits and workflows")
    .option("--provider <id>", "provider for every agent")
    .option("--model <name>", "model for every agent")
    .option(
      "--approve <how>",
      "ask: gates wait for a person; auto: the system approves, on the record",
      "ask",
    )
    .option("--seed <number>", "seed of everything random; drawn and recorded when absent")
    .option("--budget-usd <amount>", "most that model calls may cost")
    .option("--run-id <id>", "choose the run's id")
    .option("--json", "last line of stdout is the result as JSON")
    .action(async (problem: string, flags: RunFlags) => {
      const options = startOptions(problem, flags);
      if (!options.ok) {
        reportFailure(context, options.failure);
        return;
      }
      await withRuntime(context, { deployment: flags.deployment }, async (opened) => {
        await runToEnd(context, opened, { ...options.value, json: flags.json === true });
      });
    });
}

/** Starts a run, follows it, lets a person at the terminal answer gates, and reports. */
export async function runToEnd(
  context: CommandContext,
  opened: OpenedRuntime,
  options: StartOptions & { json: boolean },
): Promise<ReportedRun | undefined> {
  const request = await prepareRequest(opened, options);
  if (!request.ok) {
    reportFailure(context, request.failure);
    return undefined;
  }
  const started = await startRun(opened.runtime, {
    request: request.value,
    by: localUser(),
    ...(options.runId === undefined ? {} : { runId: options.runId }),
  });
  if (!started.ok) {
    reportFailure(context, started.failure);
    return undefined;
  }
  return driveAndReport(context, opened, { runId: started.value, reason: "resume", json: options.json });
}

/** Drives a run from where it stands and reports its result with the exit code that belongs to it. */
export async function driveAndReport(
  context: CommandContext,
  opened: OpenedRuntime,
  options: { runId: RunId; reason: "resume" | "gate" | "recovery"; json: boolean; afterSeq?: number },
): Promise<ReportedRun | undefined> {
  const { terminal } = context;
  let { reason, afterSeq } = options;
  for (;;) {
    const driven = await followDrive(opened, options.runId, {
      terminal,
      reason,
      ...(afterSeq === undefined ? {} : { afterSeq }),
    });
    if (!driven.ok) {
      reportFailure(context, heldInWords(driven.failure, options.runId));
      return undefined;
    }
    const { outcome, result } = driven.value;
    if (outcome === "waiting" && terminal.canPrompt && !options.json) {
      // Prompts are loaded only where somebody can answer.
      const { answerGates } = await import("../answer-gates.ts");
      if (await answerGates(context, opened, options.runId)) {
        reason = "gate";
        afterSeq = result.events;
        continue;
      }
    }
    if (options.json) {
      terminal.json(result);
      // Who reads the JSON sees the gates in it; who reads the talk would see a run that stopped for no reason.
      const next = nextStep(result);
      if (next !== undefined) terminal.talk(`to go on: ${next}`);
    } else terminal.talk(summaryText(result));
    context.setExitCode(codeOf(result));
    return result;
  }
}

/** Who holds a run that cannot be driven, and what to do instead; other failures as they are. */
function heldInWords(failure: Failure, runId: RunId): Failure {
  const owner = failure.details?.["owner"];
  const expiresAt = failure.details?.["expiresAt"];
  if (failure.code !== "conflict" || typeof owner !== "string" || typeof expiresAt !== "string")
    return failure;
  return {
    ...failure,
    message: `run ${runId} is driven by ${describeOwner(owner)}, which holds its lease until ${expiresAt} and renews it. Watch it with: swarm runs follow ${runId}`,
  };
}

/** The exit code that tells how a run stands. */
export function codeOf(result: ReportedRun): number {
  switch (result.status) {
    case "succeeded":
      return exitCode.done;
    case "waiting":
      return exitCode.waiting;
    case "cancelled":
      return exitCode.cancelled;
    case "failed":
      return result.failure === undefined ? exitCode.failed : exitCodeOf(result.failure.code);
    default:
      // Let go in mid-run: it can be resumed, and it is not done.
      return exitCode.failed;
  }
}

function startOptions(problem: string, flags: RunFlags): Result<StartOptions> {
  if (flags.approve !== "ask" && flags.approve !== "auto") {
    return fail("invalid-input", `--approve is ${JSON.stringify(flags.approve)}; it can be ask or auto`);
  }
  const seed = numberOption("--seed", flags.seed, seedRange);
  if (!seed.ok) return seed;
  const budgetUsd = numberOption("--budget-usd", flags.budgetUsd, {
    whole: false,
    least: Number.MIN_VALUE,
    most: Number.MAX_VALUE,
    words: "an amount in US dollars above 0, like 2.50",
  });
  if (!budgetUsd.ok) return budgetUsd;
  return ok({
    problem,
    data: { path: flags.data },
    target: flags.target,
    protected: (flags.protected ?? "")
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    timeColumn: flags.timeColumn,
    workflow: flags.workflow,
    provider: flags.provider,
    model: flags.model,
    approve: flags.approve,
    seed: seed.value,
    budgetUsd: budgetUsd.value,
    runId: flags.runId,
  });
}
