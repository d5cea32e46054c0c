import { freePort } from "../cli/free-port.testing.ts";
import { type Running, startSwarm } from "../cli/swarm-process.testing.ts";

/** A `swarm serve` in a process of its own that can be killed and started again at the same address. */
export interface ConsoleServer {
  url: string;
  start(): Promise<void>;
  /** SIGKILL: nothing is written, closed or said goodbye to. */
  kill(): Promise<void>;
  stop(): Promise<void>;
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
