import type { Command } from "commander";
import { compareRuns } from "#core/run/compare/compare-runs.ts";
import { readComparedRun } from "#core/run/compare/compared-run.ts";
import { type CommandContext, reportFailure, withRuntime } from "../command-context.ts";
import { comparisonText } from "../comparison-text.ts";
import { exitCode } from "../exit-code.ts";
import { parseRunId } from "../parse-run-id.ts";

/** `swarm runs diff`: ends with 0 when the artifacts are equal and with 1 when they are not, as diff(1) does. */
export function addDiff(runs: Command, context: CommandContext): void {
  runs
    .command("diff")
    .description("what differs between two runs, and the recorded reason; exit code 1 when artifacts differ")
    .argument("<left>", "a run")
    .argument("<right>", "the run to hold against it")
    .option("--json", "JSON instead of text")
    .action((left: string, right: string, flags: { json?: boolean }) =>
      withRuntime(context, {}, async ({ runtime }) => {
        const leftId = parseRunId(context, left);
        const rightId = leftId === undefined ? undefined : parseRunId(context, right);
        if (leftId === undefined || rightId === undefined) return;
        const mine = await readComparedRun(runtime, leftId);
        const theirs = mine.ok ? await readComparedRun(runtime, rightId) : mine;
        if (!mine.ok || !theirs.ok) {
          if (!theirs.ok) reportFailure(context, theirs.failure);
          return;
        }
        const comparison = compareRuns(mine.value, theirs.value);
        if (flags.json === true) context.terminal.json(comparison);
        else context.terminal.data(comparisonText(comparison));
        context.setExitCode(comparison.verdict === "equal" ? exitCode.done : exitCode.different);
      }),
    );
}
