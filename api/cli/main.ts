import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import type { CommandContext } from "./command-context.ts";
import { exitCode } from "./exit-code.ts";
import { addExamples } from "./help-examples.ts";
import { createTerminal } from "./terminal.ts";

/** A command and how to get it: what a command needs is loaded only when that command is meant. */
interface CommandEntry {
  name: string;
  description: string;
  load(): Promise<(command: Command, context: CommandContext) => void>;
}

const entries: readonly CommandEntry[] = [
  {
    name: "run",
    description: "start a run and follow it to its end or to a gate",
    load: async () => (await import("./commands/run.ts")).addRunCommand,
  },
  {
    name: "demo",
    description: "the whole job on built-in data: who will default on a loan? No key, no network",
    load: async () => (await import("./commands/demo.ts")).addDemoCommand,
  },
  {
    name: "runs",
    description: "list, show, compare, follow, cancel and resume runs",
    load: async () => (await import("./commands/runs.ts")).addRunsCommand,
  },
  {
    name: "gates",
    description: "see what waits for a person, and decide",
    load: async () => (await import("./commands/gates.ts")).addGatesCommand,
  },
  {
    name: "tools",
    description: "the typed tools: list, show, call one by hand",
    load: async () => (await import("./commands/tools.ts")).addToolsCommand,
  },
  {
    name: "agents",
    description: "the agents: who they are and what they may use",
    load: async () => (await import("./commands/shelf.ts")).addAgentsCommand,
  },
  {
    name: "workflows",
    description: "the workflows: list, show, check a file",
    load: async () => (await import("./commands/shelf.ts")).addWorkflowsCommand,
  },
  {
    name: "log",
    description: "check the event log, sign it, export it for outsiders",
    load: async () => (await import("./commands/log.ts")).addLogCommand,
  },
  {
    name: "serve",
    description: "API, WebSocket and console on one port; takes up runs that were left",
    load: async () => (await import("./commands/serve.ts")).addServeCommand,
  },
  {
    name: "doctor",
    description: "what is there, what is missing, and how to get it; keys by name only",
    load: async () => (await import("./commands/doctor.ts")).addDoctorCommand,
  },
];

const EXAMPLES_AND_EXIT_CODES = `
Examples:
  swarm demo
  swarm run "Who earns more than 50K a year?" --data adult.csv --target income --protected sex,race
  swarm gates list
  swarm runs --help

Data goes to stdout, talk to stderr. SWARM_HOME (.swarm here) holds everything that is kept.
Exit codes: 0 done, 1 compared and different, 2 usage or bad input, 3 waiting at a gate, 4 failed, 5 cancelled, 6 refused by
policy or guardrail, 7 a required part is missing.`;

/** Runs one command line and gives the exit code that the process ends with. */
export async function main(
  args: readonly string[],
  options: { open?: CommandContext["open"] } = {},
): Promise<number> {
  let code: number = exitCode.done;
  const { stdin, stdout, stderr, env: environment } = process;
  const terminal = createTerminal({ stdin, stdout, stderr, environment });
  const context: CommandContext = {
    terminal,
    environment,
    setExitCode: (next) => {
      code = next;
    },
    open: options.open ?? (async (how) => (await import("../boot/open-runtime.ts")).openRuntime(how)),
  };
  const program = createProgram(terminal);
  const words = args.filter((word) => !word.startsWith("-"));
  const wanted = words[0] === "help" ? words[1] : words[0];
  try {
    for (const entry of entries) {
      const command = program.command(entry.name).description(entry.description);
      if (entry.name !== wanted) continue;
      (await entry.load())(command, context);
      addExamples(command);
    }
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.badInput;
    const { reportThrown } = await import("./command-context.ts");
    reportThrown(context, error);
  }
  return code;
}

function installedVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version; // our own package's
}

function createProgram(terminal: ReturnType<typeof createTerminal>): Command {
  return new Command("swarm")
    .version(installedVersion(), "-V, --version", "the version of this installation")
    .description("Agents that build governed machine-learning models. Everything they do is on the record.")
    .configureOutput({
      writeOut: (text) => {
        terminal.data(text.trimEnd());
      },
      writeErr: (text) => {
        terminal.talk(text.trimEnd());
      },
      outputError: (text, write) => {
        write(text.replace(/^error: /, "swarm: "));
      },
    })
    .showHelpAfterError("Add --help to see how it is used.")
    .showSuggestionAfterError()
    .addHelpText("after", EXAMPLES_AND_EXIT_CODES)
    .exitOverride();
}
