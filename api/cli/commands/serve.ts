import type { Command } from "commander";
import { fail } from "#core/contract/failure.ts";
import { serve } from "../../boot/serve.ts";
import { type CommandContext, reportFailure, withRuntime } from "../command-context.ts";

interface ServeFlags {
  host: string;
  port: string;
  deployment?: string;
  maxConcurrent: string;
  json?: boolean;
}

export function addServeCommand(command: Command, context: CommandContext): void {
  command
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option("--port <port>", "0 for any free one", "8000")
    .option("--deployment <folder>", "deployment with its own policies, limits and workflows")
    .option("--max-concurrent <number>", "runs at work at once; others queue", "4")
    .option("--json", "first line of stdout is {url, pid}")
    .action((flags: ServeFlags) => {
      const port = Number(flags.port);
      const maxConcurrent = Number(flags.maxConcurrent);
      if (
        !Number.isInteger(port) ||
        port < 0 ||
        port > 65_535 ||
        !Number.isInteger(maxConcurrent) ||
        maxConcurrent < 1
      ) {
        reportFailure(
          context,
          fail("invalid-input", "--port must be 0 to 65535 and --max-concurrent at least 1").failure,
        );
        return undefined;
      }
      return withRuntime(context, { deployment: flags.deployment }, async (opened) => {
        const { terminal } = context;
        const server = await serve(opened, {
          host: flags.host,
          port,
          maxConcurrent,
          report: (message) => {
            terminal.talk(message);
          },
        });
        if (!server.ok) {
          reportFailure(context, server.failure);
          return;
        }
        if (flags.json === true) terminal.json({ url: server.value.url, pid: process.pid });
        else
          terminal.data(
            `Swarm is at ${server.value.url} (API documentation: ${server.value.url}/docs). Ctrl-C stops it; runs go on when it is started again.`,
          );
        await new Promise<void>((resolve) => {
          process.once("SIGINT", resolve);
          process.once("SIGTERM", resolve);
        });
        terminal.talk("stopping; runs stay as they are");
        await server.value.stop();
      });
    });
}
