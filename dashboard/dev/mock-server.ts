import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { extname } from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createSupervisor } from "#api/boot/supervisor.ts";
import type { Clock } from "#core/contract/clock.ts";
import { createDemoRuntime } from "./demo-runtime.ts";
import { createMockApi } from "./mock-api.ts";
import { serveSockets } from "./mock-sockets.ts";
import { seedRuns } from "./seed-runs.ts";

/**
 * A stand-in for `swarm serve` that plays whole runs in memory: `node dashboard/dev/mock-server.ts [PORT] [SPEED]`.
 * It serves dashboard/dist with the content policy of the real server. POST /dev/down?seconds=N drops every
 * connection and refuses new ones for that long, as a restart would.
 */
const port = Number(process.argv[2] ?? 8000);
const speed = Number(process.argv[3] ?? 1);

const clock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) reject(new Error("aborted"));
      const timer = setTimeout(resolve, milliseconds);
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(new Error("aborted"));
      });
    }),
};

// The runs of the past are made at once, those of the present take their time.
let pace = 1000;
const runtime = await createDemoRuntime({ clock, speed: () => pace });
await seedRuns(runtime);
pace = speed;
const supervisor = createSupervisor(runtime, {
  maxConcurrent: 4,
  onError: (runId, error) => {
    console.error(runId, error);
  },
});
await supervisor.start();

let downUntil = 0;
const isDown = (): boolean => Date.now() < downUntil;
const types: Record<string, string> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".html": "text/html; charset=utf-8",
};
const dist = new URL("../dist/", import.meta.url);

const app = new Hono();
app.post("/dev/down", (context) => {
  downUntil = Date.now() + Number(context.req.query("seconds") ?? 5) * 1000;
  sockets.dropAll();
  return context.text("down");
});
app.use("*", async (context, next) => {
  if (isDown()) return context.text("down", 503);
  return next();
});
app.route("/api/v1", createMockApi(runtime));
app.get("*", async (context) => {
  const path = context.req.path.slice(1);
  const file = /^(assets\/|theme\.js)/.test(path) ? path : "index.html";
  const body = await readFile(new URL(file, dist)).catch(() => undefined);
  if (body === undefined) return context.text("build the console first: npx vite build dashboard", 404);
  return context.body(new Uint8Array(body), 200, {
    "content-type": types[extname(file)] ?? "application/octet-stream",
    "content-security-policy": "default-src 'self'",
    "cache-control": file.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache",
  });
});

const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" });
// The adapter's type covers HTTP/2 too; without options it makes a plain HTTP server.
const sockets = serveSockets(server as Server, runtime, isDown);
console.log(`http://127.0.0.1:${port}`);
