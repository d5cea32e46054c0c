import type { Command } from "commander";
import { fail } from "#core/contract/failure.ts";
import { requestCancel } from "#core/run/cancel-run.ts";
import { loadRun } from "#core/run/load-run.ts";
import { localUser } from "../../boot/local-user.ts";
import { openTables } from "../../boot/open-stores.ts";
import { RunStatus } from "../../contract/pipeline.ts";
import { rowText } from "../../views/row-text.ts";
import { type CommandContext, reportFailure, withOpened, withRuntime } from "../command-context.ts";
import { numberOption } from "../number-option.ts";
import { parseRunId } from "../parse-run-id.ts";
import { reportedRun } from "../reported-run.ts";
import { requestText, summaryText } from "../run-summary.ts";
import { table } from "../terminal.ts";
import { watchRun } from "../watch-run.ts";
import { codeOf, driveAndReport } from "./run.ts";
import { addDiff } from "./runs-diff.ts";

export function addRunsCommand(runs: Command, context: CommandContext): void {
  addList(runs, context);
  addShow(runs, context);
  addDiff(runs, context);
  addFollow(runs, context);
  addCancel(runs, context);
  addResume(runs, context);
}

function addList(runs: Command, context: CommandContext): void {
  runs
    .command("list")
    .description("runs, newest first")
    .option("--status <status>", `only runs with this status: ${RunStatus.options.join(", ")}`)
    .option("--limit <number>", "most rows, up to 1000", "50")
    .option("--json", "JSON instead of a table")
    .action(async (flags: { status?: string; limit: string; json?: boolean }) => {
      const limit = numberOption("--limit", flags.limit, {
        whole: true,
        least: 1,
        most: 1000,
        words: "a whole number from 1 to 1000",
      });
      if (!limit.ok) {
        reportFailure(context, limit.failure);
        return;
      }
      const status = RunStatus.optional().safeParse(flags.status);
      if (!status.success) {
        const message = `--status is ${JSON.stringify(flags.status)}; it can be ${RunStatus.options.join(", ")}`;
        reportFailure(context, fail("invalid-input", message).failure);
        return;
      }
      await withOpened(context, openTables(context.environment), async ({ stores }) => {
        const query = {
          ...(status.data === undefined ? {} : { where: { status: status.data } }),
          orderBy: { column: "created_at", direction: "descending" as const },
          limit: limit.value ?? 50,
        };
        const rows = stores === undefined ? [] : (await stores.projections.list("runs", query)).rows;
        if (flags.json === true) {
          context.terminal.json(rows);
          return;
        }
        if (rows.length === 0) {
          context.terminal.talk("no runs; start one with: swarm run, or look at: swarm demo");
          return;
        }
        const cells = rows.map((row) =>
          ["run_id", "status", "node", "open_gates", "created_at", "failure_message"].map((name) =>
            rowText(row, name),
          ),
        );
        context.terminal.data(
          table(["run", "status", "node", "gates", "created", "failure"], cells, context.terminal.columns),
        );
      });
    });
}

function addShow(runs: Command, context: CommandContext): void {
  runs
    .command("show")
    .description("what was asked, how it stands, what it made, what to do next")
    .argument("<run>")
    .option("--json", "JSON instead of text")
    .action((text: string, flags: { json?: boolean }) =>
      withRuntime(context, {}, async (opened) => {
        const runId = parseRunId(context, text);
        if (runId === undefined) return;
        const result = await reportedRun(opened, runId);
        if (!result.ok) {
          reportFailure(context, result.failure);
          return;
        }
        if (flags.json === true) {
          context.terminal.json(result.value);
          return;
        }
        const loaded = await loadRun(opened.runtime, runId);
        if (loaded.ok) {
          const { createdAt, createdBy } = loaded.value.state;
          context.terminal.data(requestText(loaded.value.request, { createdAt, by: createdBy.id }));
        }
        context.terminal.data(summaryText(result.value).trimStart());
      }),
    );
}

function addFollow(runs: Command, context: CommandContext): void {
  runs
    .command("follow")
    .description("watch a run that another process drives; Ctrl-C ends the watching only")
    .argument("<run>")
    .action((text: string) =>
      withRuntime(context, {}, async (opened) => {
        const runId = parseRunId(context, text);
        if (runId === undefined) return;
        const loaded = await loadRun(opened.runtime, runId);
        if (!loaded.ok) {
          reportFailure(context, loaded.failure);
          return;
        }
        const stop = new AbortController();
        process.once("SIGINT", () => {
          stop.abort();
        });
        const view = watchRun(opened.runtime, runId, { terminal: context.terminal, signal: stop.signal });
        const stream = { kind: "run", id: runId } as const;
        const ends = /^run\.(succeeded|failed|cancelled|paused)$/;
        const { log } = opened.runtime.stores;
        const { phase, lastSeq } = loaded.value.state;
        if (phase.status === "queued" || phase.status === "running") {
          for await (const events of log.followStream(stream, { afterSeq: lastSeq, signal: stop.signal })) {
            if (events.some((event) => ends.test(event.type))) break;
          }
        }
        stop.abort();
        await view.finished;
        const result = await reportedRun(opened, runId);
        if (!result.ok) return;
        context.terminal.talk(summaryText(result.value));
        const { status } = result.value;
        // Somebody who only stopped watching has nothing to be told by the exit code.
        if (status !== "running" && status !== "queued") context.setExitCode(codeOf(result.value));
      }),
    );
}

function addCancel(runs: Command, context: CommandContext): void {
  runs
    .command("cancel")
    .description("ask a run to end; what it made stays")
    .argument("<run>")
    .option("--reason <text>", "why, for the record", "")
    .action((text: string, flags: { reason: string }) =>
      withRuntime(context, {}, async (opened) => {
        const runId = parseRunId(context, text);
        if (runId === undefined) return;
        const asked = await requestCancel(opened.runtime, { runId, by: localUser(), reason: flags.reason });
        if (!asked.ok) {
          reportFailure(context, asked.failure);
          return;
        }
        const { seq } = await opened.runtime.stores.log.streamHead({ kind: "run", id: runId });
        const holder = await opened.runtime.stores.leases.holder(runId);
        if (holder?.alive === true) {
          context.terminal.talk(`asked run ${runId} to end; the process that drives it will stop its work`);
          return;
        }
        // Nobody drives it: its end is recorded here and now.
        const result = await driveAndReport(context, opened, {
          runId,
          reason: "resume",
          json: false,
          afterSeq: seq,
        });
        if (result?.status === "cancelled") context.setExitCode(0);
      }),
    );
}

function addResume(runs: Command, context: CommandContext): void {
  runs
    .command("resume")
    .description("go on after a crash, a Ctrl-C or an answered gate")
    .argument("<run>")
    .option("--json", "last line of stdout is the result as JSON")
    .option("--deployment <folder>", "the deployment that the run was started with")
    .action((text: string, flags: { json?: boolean; deployment?: string }) =>
      withRuntime(context, { deployment: flags.deployment }, async (opened) => {
        const runId = parseRunId(context, text);
        if (runId === undefined) return;
        const before = await loadRun(opened.runtime, runId);
        if (!before.ok) {
          reportFailure(context, before.failure);
          return;
        }
        const { status } = before.value.state.phase;
        if (status === "succeeded" || status === "failed" || status === "cancelled") {
          context.terminal.talk(
            `run ${runId} has ended already (${status}); there is nothing to go on with. This is how it ended:`,
          );
        }
        await driveAndReport(context, opened, {
          runId,
          reason: status === "waiting" ? "gate" : "resume",
          json: flags.json === true,
          afterSeq: before.value.state.lastSeq,
        });
      }),
    );
}
