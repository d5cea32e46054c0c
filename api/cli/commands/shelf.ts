import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { fail } from "#core/contract/failure.ts";
import { nearestName } from "#core/registry/nearest-name.ts";
import { loadWorkflow } from "#lib/manifests/load-workflows.ts";
import { loadShelf, type Shelf } from "../../boot/load-shelf.ts";
import { type CommandContext, reportFailure, reportThrown } from "../command-context.ts";
import { table } from "../terminal.ts";

/** Looking at the shelf needs no home and makes none. */
export async function withShelf(
  context: CommandContext,
  work: (shelf: Shelf) => void | Promise<void>,
): Promise<void> {
  const shelf = await loadShelf({ environment: context.environment });
  if (!shelf.ok) {
    reportFailure(context, shelf.failure);
    return;
  }
  try {
    await work(shelf.value);
  } catch (error) {
    reportThrown(context, error);
  }
}

export function addAgentsCommand(agents: Command, context: CommandContext): void {
  agents
    .command("list")
    .description("every agent with its team and tier")
    .option("--json", "JSON instead of a table")
    .action((flags: { json?: boolean }) =>
      withShelf(context, (shelf) => {
        const all = shelf.agents.list();
        if (flags.json === true) {
          context.terminal.json(
            all.map(({ manifest, hash }) => ({
              ...manifest,
              hash,
              playbook: manifest.playbook !== undefined,
            })),
          );
          return;
        }
        const cells = all.map(({ manifest }) => [
          manifest.id,
          manifest.team,
          manifest.tier,
          String(manifest.tools.length),
          manifest.description,
        ]);
        context.terminal.data(
          table(["agent", "team", "tier", "tools", "description"], cells, context.terminal.columns),
        );
      }),
    );
  agents
    .command("show")
    .description("an agent's manifest and prompt")
    .argument("<agent>")
    .option("--json", "JSON with the prompt inside")
    .action((id: string, flags: { json?: boolean }) =>
      withShelf(context, (shelf) => {
        const agent = shelf.agents.get(id);
        if (agent === undefined) {
          reportUnknown(context, "agent", { name: id, known: shelf.agents.names() });
          return;
        }
        const { manifest, hash, prompt } = agent;
        if (flags.json === true) context.terminal.json({ ...manifest, hash, prompt });
        else context.terminal.data(`${JSON.stringify({ ...manifest, hash }, null, 2)}\n\n${prompt}`);
      }),
    );
}

export function addWorkflowsCommand(workflows: Command, context: CommandContext): void {
  workflows
    .command("list")
    .description("every workflow that a run can follow")
    .option("--json", "JSON instead of a table")
    .action((flags: { json?: boolean }) =>
      withShelf(context, (shelf) => {
        const all = shelf.workflows.list();
        if (flags.json === true) {
          context.terminal.json(
            all.map(({ workflow, hash }) => ({
              id: workflow.id,
              version: workflow.version,
              description: workflow.description,
              nodes: workflow.nodes.length,
              hash,
            })),
          );
          return;
        }
        const cells = all.map(({ workflow }) => [
          workflow.id,
          workflow.version,
          String(workflow.nodes.length),
          workflow.description,
        ]);
        context.terminal.data(
          table(["workflow", "version", "nodes", "description"], cells, context.terminal.columns),
        );
      }),
    );
  workflows
    .command("show")
    .description("a workflow's nodes and edges")
    .argument("<workflow>")
    .option("--json", "JSON on one line")
    .action((id: string, flags: { json?: boolean }) =>
      withShelf(context, (shelf) => {
        const graph = shelf.workflows.get(id);
        if (graph === undefined) {
          reportUnknown(context, "workflow", { name: id, known: shelf.workflows.names() });
          return;
        }
        const shown = { ...graph.workflow, hash: graph.hash };
        if (flags.json === true) context.terminal.json(shown);
        else context.terminal.data(JSON.stringify(shown, null, 2));
      }),
    );
  workflows
    .command("validate")
    .description("check a workflow file without starting anything")
    .argument("<file>")
    .action((file: string) =>
      withShelf(context, async (shelf) => {
        if ((await stat(file).catch(() => undefined))?.isFile() !== true) {
          reportFailure(context, fail("not-found", `there is no file ${file}; check the path`).failure);
          return;
        }
        const graph = await loadWorkflow(file, { agents: shelf.agents.names() }).catch((error: unknown) =>
          fail(
            "not-found",
            `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
          ),
        );
        if (graph.ok)
          context.terminal.data(
            `${file}: ${graph.value.workflow.id} ${graph.value.workflow.version} is valid (${graph.value.workflow.nodes.length} nodes, ${graph.value.hash.slice(0, 12)})`,
          );
        else reportFailure(context, graph.failure);
      }),
    );
}

/** Reports a name that is not on the shelf, with the one that was most likely meant. */
export function reportUnknown(
  context: CommandContext,
  noun: string,
  what: { name: string; known: readonly string[] },
): void {
  const nearest = nearestName(what.name, what.known);
  reportFailure(
    context,
    fail(
      "not-found",
      `there is no ${noun} ${what.name}${nearest === undefined ? "." : `; did you mean ${nearest}?`} Known: ${what.known.join(", ")}`,
    ).failure,
  );
}
