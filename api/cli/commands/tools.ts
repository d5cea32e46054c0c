import { join } from "node:path";
import type { Command } from "commander";
import { Role } from "#core/contract/actor.ts";
import { fail, type Result } from "#core/contract/failure.ts";
import { RunId } from "#core/contract/ids.ts";
import type { ToolDefinition } from "#core/contract/tool-definition.ts";
import { callByHand } from "#core/run/call-by-hand.ts";
import { type LoadedRun, loadRun } from "#core/run/load-run.ts";
import type { OfferedTool } from "#core/run/offered-tool.ts";
import type { Runtime } from "#core/run/runtime.ts";
import type { Shelf } from "../../boot/load-shelf.ts";
import { shippedTool } from "../../boot/shipped-tool.ts";
import { localUser } from "../../boot/local-user.ts";
import { type CommandContext, reportFailure, withRuntime } from "../command-context.ts";
import { exitCodeOf } from "../exit-code.ts";
import { table } from "../terminal.ts";
import { numberOption, seedRange } from "../number-option.ts";
import { parseInput } from "../parse-input.ts";
import { createSampleResolver } from "../resolve-samples.ts";
import { reportUnknown, withShelf } from "./shelf.ts";

interface CallFlags {
  input: string;
  agent?: string;
  role?: string;
  run?: string;
  seed?: string;
}

/** The same samples whatever the seed of the call is that they are made for. */
const SAMPLE_SEED = 0;

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
    .requiredOption(
      "--input <json>",
      "arguments as JSON, or @FILE; sample:NAME stands for a sample that is made first",
    )
    .option("--agent <id>", "decide as if this agent called")
    .option("--role <role>", "decide as if the caller had this role")
    .option(
      "--run <id>",
      "see this run's facts, approvals and artifacts; `latest` is the newest of the home, fact:PATH in the input stands for one of its facts",
    )
    .option("--seed <number>", "seed of what is random (0, or that of the named run)")
    .addHelpText("after", ({ command }) => exampleOf(command.args[0]))
    .action(async (name: string, flags: CallFlags) => {
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
      await withRuntime(context, {}, async ({ runtime, samples, home }) => {
        const stop = new AbortController();
        for (const signal of ["SIGINT", "SIGTERM"] as const) {
          process.once(signal, () => {
            stop.abort(new Error(signal));
          });
        }
        const user = localUser();
        const run = flags.run === undefined ? undefined : await namedRun(runtime, flags.run);
        if (run?.ok === false) {
          reportFailure(context, run.failure);
          return;
        }
        const caller = {
          by: user.kind === "user" ? { ...user, role: role.data } : user,
          signal: stop.signal,
        };
        const resolveSamples = createSampleResolver({
          samples,
          facts: run?.value.state.facts,
          folder: join(home.root, "samples"),
          call: (tool, given) => callByHand(runtime, { ...caller, tool, input: given, seed: SAMPLE_SEED }),
          announce: (line) => {
            context.terminal.talk(line);
          },
        });
        const resolved = await resolveSamples(input);
        if (!resolved.ok) {
          reportFailure(context, resolved.failure);
          return;
        }
        const made = await callByHand(runtime, {
          ...caller,
          ...(run === undefined ? {} : { run: run.value }),
          tool: name,
          input: resolved.value,
          ...(flags.agent === undefined ? {} : { agent: flags.agent }),
          ...(seed.value === undefined && run !== undefined ? {} : { seed: seed.value ?? 0 }),
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

const NEWEST = "latest";

/** A run by its id, or the newest one of the home. */
async function namedRun(runtime: Runtime, name: string): Promise<Result<LoadedRun>> {
  if (name === NEWEST) {
    const { rows } = await runtime.stores.projections.list("runs", {
      orderBy: { column: "created_at", direction: "descending" },
      limit: 1,
    });
    const newest = rows[0]?.["run_id"];
    if (typeof newest !== "string")
      return fail("not-found", "this home holds no run yet; start one with: swarm demo");
    return loadRun(runtime, RunId.parse(newest));
  }
  const parsed = RunId.safeParse(name);
  if (parsed.success) return loadRun(runtime, parsed.data);
  return fail("invalid-input", `${name} is no run id; give ${NEWEST} or an id from: swarm runs list`);
}

/** What the help of one tool adds: what the tool does, and a call that runs as it stands. */
function exampleOf(name: string | undefined): string {
  const tool = name === undefined ? undefined : shippedTool(name);
  if (tool === undefined) return "";
  const title = tool.needsRun === true ? "Runs as it stands after `swarm demo`:" : "Runs as it stands:";
  const example = tool.example === undefined ? [] : ["", title, `  ${exampleCall(tool)}`];
  return ["", `${tool.name}: ${tool.description}`, ...example].join("\n");
}

/** A shell takes everything between single quotes as it is, but for the quote itself. */
function exampleCall({ name, example, needsRun }: ToolDefinition): string {
  const run = needsRun === true ? ` --run ${NEWEST}` : "";
  return `swarm tools call ${name}${run} --input '${JSON.stringify(example).replaceAll("'", String.raw`'\''`)}'`;
}

/** Tools that a person can call; handing work over needs a run around it. */
const handTools = (shelf: Shelf): OfferedTool[] =>
  shelf.tools.list().filter((tool) => tool.definition.group !== "delegation");

function toolJson({ definition, offer, outputSchema }: OfferedTool) {
  const { name, group, description, effect, repeat, parallel, timeoutMs, example } = definition;
  return {
    name,
    group,
    description,
    input: offer.inputSchema,
    output: outputSchema,
    ...(example === undefined ? {} : { example }),
    effect,
    repeat,
    parallel,
    timeoutMs,
  };
}
