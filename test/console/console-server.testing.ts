import { once } from "node:events";
import { createServer } from "node:net";
import { type Running, startSwarm } from "../cli/swarm-process.testing.ts";

/** A `swarm serve` in a process of its own that can be killed and started again at the same address. */
export interface ConsoleServer {
  url: string;
  start(): Promise<void>;
  /** SIGKILL: nothing is written, closed or said goodbye to. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** A port that nothing listens on now; the server comes back to it after a kill, as a deployed one would. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}

export async function createConsoleServer(home: string): Promise<ConsoleServer> {
  const port = await freePort();
  let running: Running | undefined;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const server = running;
    running = undefined;
    if (server === undefined) return;
    process.kill(server.child.pid ?? 0, signal);
    await server.ended;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    async start() {
      running = startSwarm(["serve", "--port", String(port)], { home });
      await running.saw(`http://127.0.0.1:${port}`);
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}
