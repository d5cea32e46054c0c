import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { serve as listen, type WebSocketServerLike } from "@hono/node-server";
import { WebSocketServer } from "ws";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import { createApp } from "./create-app.ts";
import { localUser } from "./local-user.ts";
import type { OpenedRuntime } from "./open-runtime.ts";
import { recordCheckpoint } from "./record-checkpoint.ts";
import { createSupervisor } from "./supervisor.ts";

export interface RunningServer {
  url: string;
  stop(): Promise<void>;
}

const CHECKPOINT_EVERY_MS = 60_000;

/**
 * Starts API, sockets and console on one port, takes up what earlier processes left, and keeps runs going. Failure
 * `conflict` when the port is taken.
 */
export async function serve(
  opened: OpenedRuntime,
  options: { host: string; port: number; maxConcurrent: number; report: (message: string) => void },
): Promise<Result<RunningServer>> {
  const supervisor = createSupervisor(opened.runtime, {
    maxConcurrent: options.maxConcurrent,
    onError: (runId, error) => {
      options.report(`run ${runId}: ${error instanceof Error ? error.message : String(error)}`);
    },
  });
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  }; // our own manifest
  const app = createApp(
    {
      opened,
      activeRuns: () => supervisor.active(),
      caller: localUser,
      version,
    },
    {
      hosts: ["localhost", "127.0.0.1", "[::1]", options.host],
      console: fileURLToPath(new URL("../../dashboard/dist", import.meta.url)),
      report: (error) => {
        options.report(error instanceof Error ? (error.stack ?? error.message) : String(error));
      },
    },
  );
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  // The same object under the types of two packages.
  const websocket = { server: sockets as unknown as WebSocketServerLike };
  const started = await new Promise<Result<{ port: number; close: () => Promise<void> }>>((resolve) => {
    const server = listen(
      { fetch: app.fetch, hostname: options.host, port: options.port, websocket },
      ({ port }) => {
        resolve(
          ok({
            port,
            close: () =>
              new Promise((done) => {
                for (const client of sockets.clients) client.close(1012, "the server restarts; reconnect");
                server.close(() => {
                  done();
                });
                if ("closeAllConnections" in server)
                  setTimeout(() => server.closeAllConnections(), 500).unref();
              }),
          }),
        );
      },
    );
    server.once("error", (error: NodeJS.ErrnoException) => {
      resolve(
        error.code === "EADDRINUSE"
          ? fail("conflict", `port ${options.port} on ${options.host} is taken; choose another with --port`)
          : fail(
              "storage-failed",
              `the server cannot listen on ${options.host}:${options.port}: ${error.message}`,
            ),
      );
    });
  });
  if (!started.ok) return started;
  await supervisor.start();
  const timer = setInterval(() => {
    void recordCheckpoint(opened).then((signed) => {
      if (!signed.ok) options.report(`checkpoint: ${signed.failure.message}`);
    });
  }, CHECKPOINT_EVERY_MS);
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  return ok({
    url: `http://${host}:${started.value.port}`,
    async stop() {
      clearInterval(timer);
      await supervisor.stop();
      await started.value.close();
      await recordCheckpoint(opened);
    },
  });
}
