import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A started serving app and what it wrote to its log so far. */
export interface ServingProcess {
  url: string;
  log: Record<string, unknown>[];
  child: ChildProcess;
  /** Sends SIGTERM and waits; gives the exit code. */
  stop(): Promise<number | null>;
}

/** Starts the command and waits until it logs that it listens. Rejects with its errors when it ends before. */
export async function startServing(
  command: readonly [string, ...string[]],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<ServingProcess> {
  const [program, ...parameters] = command;
  const child = spawn(program, parameters, {
    ...options,
    env: { PORT: "0", HOST: "127.0.0.1", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log: Record<string, unknown>[] = [];
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const entry = JSON.parse(line) as Record<string, unknown>; // every line of the log is an object
      log.push(entry);
      if (entry.event === "listening" && typeof entry.port === "number") resolve(entry.port);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${errors}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    log,
    child,
    async stop() {
      if (child.exitCode !== null) return child.exitCode;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
      return child.exitCode;
    },
  };
}
