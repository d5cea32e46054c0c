import { type Command, Option } from "commander";
import { fail } from "#core/contract/failure.ts";
import type { GateDecision } from "#core/contract/gate.ts";
import { GateId, RunId } from "#core/contract/ids.ts";
import { type GateView, resolveGate, viewGate } from "#core/run/resolve-gate.ts";
import { gateWord } from "#core/run/run-result.ts";
import type { OpenedRuntime } from "../../boot/open-runtime.ts";
import { localUser } from "../../boot/local-user.ts";
import { openTables } from "../../boot/open-stores.ts";
import { rowText } from "../../views/row-text.ts";
import { type CommandContext, reportFailure, withOpened, withRuntime } from "../command-context.ts";
import { gateText } from "../gate-text.ts";
import { parseInput } from "../parse-input.ts";
import { parseRunId } from "../parse-run-id.ts";
import { table } from "../terminal.ts";

interface DecideFlags {
  reason?: string;
  /** The older word for the reason. */
  comment?: string;
  inputHash?: string;
  input?: string;
}

export function addGatesCommand(gates: Command, context: CommandContext): void {
  gates
    .command("list")
    .description("gates that wait for a decision, oldest first")
    .option("--all", "decided ones too")
    .option("--run <run>", "only this run's")
    .option("--json", "JSON instead of a table")
    .action((flags: { all?: boolean; run?: string; json?: boolean }) =>
      withOpened(context, openTables(context.environment), async ({ stores }) => {
        const runId = flags.run === undefined ? undefined : parseRunId(context, flags.run);
        if (flags.run !== undefined && runId === undefined) return;
        const query = {
          where: {
            ...(flags.all === true ? {} : { state: "open" }),
            ...(runId === undefined ? {} : { run_id: runId }),
          },
          orderBy: { column: "opened_at", direction: "ascending" as const },
          limit: 1000,
        };
        const rows = stores === undefined ? [] : (await stores.projections.list("gates", query)).rows;
        if (flags.json === true) {
          context.terminal.json(rows);
          return;
        }
        if (rows.length === 0) {
          context.terminal.talk(
            flags.all === true
              ? "no gates"
              : "no gate waits for a person; decided ones: swarm gates list --all",
          );
          return;
        }
        const cells = rows.map((row) =>
          ["gate_id", "kind", "state", "subject", "run_id", "reason"].map((name) => rowText(row, name)),
        );
        context.terminal.data(
          table(["gate", "kind", "state", "before", "run", "reason"], cells, context.terminal.columns),
        );
      }),
    );
  gates
    .command("show")
    .description("exactly what is approved, and its inputHash")
    .argument("<gate>")
    .option("--json", "JSON instead of text")
    .action((text: string, flags: { json?: boolean }) =>
      withRuntime(context, {}, async (opened) => {
        const found = await findGate(context, opened, text);
        if (found === undefined) return;
        const { gate, shown } = found.view;
        if (flags.json === true) context.terminal.json({ ...gate, shown });
        else context.terminal.data(gateText(found.view));
      }),
    );
  addDecision(gates, context, {
    name: "approve",
    decision: "approved",
    description: "let it through, exactly as shown",
  });
  addDecision(gates, context, {
    name: "reject",
    decision: "rejected",
    description: "stop it; the reason goes to the agent",
  });
  addDecision(gates, context, {
    name: "edit",
    decision: "edited",
    description: "let it through with other arguments",
  });
}

function addDecision(
  gates: Command,
  context: CommandContext,
  what: { name: string; decision: GateDecision; description: string },
): void {
  const command = gates
    .command(what.name)
    .description(what.description)
    .argument("<gate>")
    .option("--reason <text>", "why, for the record and for the agent")
    .addOption(new Option("--comment <text>", "the same as --reason").hideHelp())
    .option("--input-hash <hash>", "the inputHash you were shown; refused if the gate stands before another");
  if (what.decision === "edited")
    command.requiredOption("--input <json>", "the new arguments as JSON, or @FILE");
  command.action((text: string, flags: DecideFlags) =>
    withRuntime(context, {}, async (opened) => {
      const found = await findGate(context, opened, text);
      if (found === undefined) return;
      const input = flags.input === undefined ? undefined : await parseInput(context, flags.input);
      if (flags.input !== undefined && input === undefined) return;
      const reason = flags.reason ?? flags.comment;
      const resolved = await resolveGate(opened.runtime, {
        runId: found.runId,
        gateId: found.view.gate.gateId,
        decision: what.decision,
        inputHash: flags.inputHash ?? found.view.gate.inputHash,
        by: localUser(),
        ...(reason === undefined ? {} : { comment: reason }),
        ...(input === undefined ? {} : { input }),
      });
      if (!resolved.ok) {
        reportFailure(context, resolved.failure);
        return;
      }
      context.terminal.talk(
        `gate ${resolved.value.gateId} is ${gateWord(resolved.value)}. A running server goes on by itself; otherwise: swarm runs resume ${found.runId}`,
      );
    }),
  );
}

async function findGate(
  context: CommandContext,
  { runtime }: OpenedRuntime,
  text: string,
): Promise<{ runId: RunId; view: GateView } | undefined> {
  const gateId = GateId.safeParse(text);
  const row = gateId.success ? await runtime.stores.projections.get("gates", gateId.data) : undefined;
  if (!gateId.success || row === undefined) {
    reportFailure(
      context,
      fail("not-found", `there is no gate ${text}; see what waits with: swarm gates list`).failure,
    );
    return undefined;
  }
  const runId = RunId.parse(row["run_id"]);
  const view = await viewGate(runtime, runId, gateId.data);
  if (view.ok) return { runId, view: view.value };
  reportFailure(context, view.failure);
  return undefined;
}
