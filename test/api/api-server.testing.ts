import { openRuntime, type OpenedRuntime } from "#api/boot/open-runtime.ts";
import { serve, type ServeOptions } from "#api/boot/serve.ts";
import { freePort } from "../cli/free-port.testing.ts";
import { type Running, startSwarm } from "../cli/swarm-process.testing.ts";
import type { ApiHome } from "./api-home.testing.ts";

/** The real server in this process, on a free port. */
export interface ServerHere {
  url: string;
  opened: OpenedRuntime;
  /** What the server told its operator. */
  told: string[];
  stop(): Promise<void>;
}

export async function serveHere(home: ApiHome, more: Partial<ServeOptions> = {}): Promise<ServerHere> {
  const opened = await openRuntime({ environment: home.environment, deploymentFolder: home.deployment });
  if (!opened.ok) throw new Error(opened.failure.message);
  const told: string[] = [];
  const server = await serve(opened.value, {
    host: "127.0.0.1",
    port: 0,
    maxConcurrent: 2,
    report: (message) => told.push(message),
    ...more,
  });
  if (!server.ok) {
    await opened.value.close();
    throw new Error(server.failure.message);
  }
  return {
    url: server.value.url,
    opened: opened.value,
    told,
    async stop() {
      await server.value.stop();
      await opened.value.close();
    },
  };
}

/** `swarm serve` in a process of its own that can be killed and comes back at the same address. */
export interface ServerProcess {
  url: string;
  start(): Promise<void>;
  /** SIGKILL: nothing is written, closed or said goodbye to. */
  kill(): Promise<void>;
  /** SIGTERM; the exit code and what it said. */
  stop(): Promise<{ code: number | null; stderr: string }>;
}

export async function createServerProcess(home: ApiHome): Promise<ServerProcess> {
  const port = await freePort();
  let running: Running | undefined;
  const end = async (signal: NodeJS.Signals): Promise<{ code: number | null; stderr: string }> => {
    const server = running;
    running = undefined;
    if (server === undefined) return { code: null, stderr: "" };
    server.child.kill(signal);
    return server.ended;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    async start() {
      running = startSwarm(
        ["serve", "--port", String(port), "--json", "--deployment", home.deployment],
        home,
      );
      await running.saw('"url"');
    },
    async kill() {
      await end("SIGKILL");
    },
    stop: () => end("SIGTERM"),
  };
}
