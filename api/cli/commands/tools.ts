import type { Command } from "commander";
import { Role } from "#core/contract/actor.ts";
import { fail } from "#core/contract/failure.ts";
import { callByHand } from "#core/run/call-by-hand.ts";
import type { OfferedTool } from "#core/run/offered-tool.ts";
import type { Shelf } from "../../boot/load-shelf.ts";
import { localUser } from "../../boot/local-user.ts";
import { type CommandContext, reportFailure, withRuntime } from "../command-context.ts";
import { exitCodeOf } from "../exit-code.ts";
import { table } from "../terminal.ts";
import { numberOption, seedRange } from "../number-option.ts";
import { parseInput } from "../parse-input.ts";
import { reportUnknown, withShelf } from "./shelf.ts";

export function addToolsCommand(tools: Command, context: CommandContext): void {
  tools
    .command("list")
    .description("every tool with what it may touch")
    .option("--json", "JSON with schemas instead of a table")
    .action((flags: { json?: boolean }) =>
      withShelf(context, (shelf) => {
        const all = handTools(shelf);
        if (flags.json === true) {
          context.terminal.json(all.map(toolJson));
          return;
        }
        const cells = all.map(({ definition }) => [
          definition.name,
          definition.group,
          definition.effect,
          definition.repeat,
          definition.description.split(". ")[0] ?? "",
        ]);
        context.terminal.data(
          table(["tool", "group", "effect", "repeat", "description"], cells, context.terminal.columns),
        );
      }),
    );
  tools
    .command("show")
    .description("one tool with its JSON Schemas")
    .argument("<name>")
    .option("--json", "JSON on one line")
    .action((name: string, flags: { json?: boolean }) =>
      withShelf(context, (shelf) => {
        const tool = shelf.tools.get(name);
        if (tool === undefined) {
          const known = handTools(shelf).map(({ definition }) => definition.name);
          reportUnknown(context, "tool", { name, known });
        } else if (flags.json === true) {
          context.terminal.json(toolJson(tool));
        } else {
          context.terminal.data(JSON.stringify(toolJson(tool), null, 2));
        }
      }),
    );
  tools
    .command("call")
    .description("one tool through the same door as an agent's call")
    .argument("<name>")
    .requiredOption("--input <json>", "arguments as JSON, or @FILE")
    .option("--agent <id>", "decide as if this agent called")
    .option("--role <role>", "decide as if the caller had this role")
    .option("--seed <number>", "seed of what is random", "0")
    .action(async (name: string, flags: { input: string; agent?: string; role?: string; seed: string }) => {
      const input = await parseInput(context, flags.input);
      if (input === undefined) return;
      const role = Role.safeParse(flags.role ?? "operator");
      if (!role.success) {
        reportFailure(
          context,
          fail("invalid-input", `--role is ${flags.role}; it can be ${Role.options.join(", ")}`).failure,
        );
        return;
      }
      const seed = numberOption("--seed", flags.seed, seedRange);
      if (!seed.ok) {
        reportFailure(context, seed.failure);
        return;
      }
      await withRuntime(context, {}, async ({ runtime }) => {
        const stop = new AbortController();
        for (const signal of ["SIGINT", "SIGTERM"] as const) {
          process.once(signal, () => {
            stop.abort(new Error(signal));
          });
        }
        const user = localUser();
        const made = await callByHand(runtime, {
          tool: name,
          input,
          by: user.kind === "user" ? { ...user, role: role.data } : user,
          ...(flags.agent === undefined ? {} : { agent: flags.agent }),
          seed: seed.value ?? 0,
          signal: stop.signal,
        });
        const { end, decision, millis, callId } = made;
        if (end.ok) {
          context.terminal.json({
            ok: true,
            output: end.output,
            artifacts: made.artifacts,
            decision,
            millis,
            callId,
          });
          return;
        }
        context.terminal.json({ ok: false, failure: end.failure, decision, callId });
        context.terminal.failure(end.failure);
        context.setExitCode(exitCodeOf(end.failure.code));
      });
    });
}

/** Tools that a person can call; handing work over needs a run around it. */
const handTools = (shelf: Shelf): OfferedTool[] =>
  shelf.tools.list().filter((tool) => tool.definition.group !== "delegation");

function toolJson({ definition, offer, outputSchema }: OfferedTool) {
  const { name, group, description, effect, repeat, parallel, timeoutMs } = definition;
  return {
    name,
    group,
    description,
    input: offer.inputSchema,
    output: outputSchema,
    effect,
    repeat,
    parallel,
    timeoutMs,
  };
}
