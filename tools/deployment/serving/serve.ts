import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadServedModel } from "./served-model.ts";
import { createServingServer } from "./serving-server.ts";

/**
 * The process of a packaged model. Settings come from the environment: PORT (8080), HOST (0.0.0.0), MAX_BODY_BYTES
 * (16 MiB), MAX_ROWS (10000), DRAIN_SECONDS (0): how long after SIGTERM it goes on answering while it says that it
 * is not ready, for balancers that learn late. Exit codes: 0 after SIGTERM or SIGINT, 1 when it cannot start.
 */
function main(): void {
  const log = (entry: Readonly<Record<string, string | number>>) => {
    process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`);
  };
  const settings = {
    port: setting("PORT", 8080),
    maxBodyBytes: setting("MAX_BODY_BYTES", 16 * 2 ** 20),
    maxRows: setting("MAX_ROWS", 10_000),
    drainSeconds: setting("DRAIN_SECONDS", 0),
  };
  const model = readModel();
  const { server, drain, unready } = createServingServer({
    model,
    maxBodyBytes: settings.maxBodyBytes,
    maxRows: settings.maxRows,
    log,
    now: () => performance.now(),
    residentBytes: () => process.memoryUsage.rss(),
  });

  let isStopping = false;
  const stop = async (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    log({ level: "info", event: "stopping", signal });
    unready();
    if (settings.drainSeconds > 0) {
      await new Promise((resolve) => setTimeout(resolve, settings.drainSeconds * 1000));
    }
    // Requests that hang longer than any sane client waits must not keep the process from ending.
    setTimeout(() => server.closeAllConnections(), 10_000).unref();
    await drain();
    log({ level: "info", event: "stopped" });
    process.exitCode = 0;
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      stop(signal).catch(() => process.exit(1));
    });
  }
  server.on("error", (error) => {
    process.stderr.write(`The server cannot listen: ${error.message}\n`);
    process.exit(1);
  });
  server.listen(settings.port, process.env.HOST ?? "0.0.0.0", () => {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : settings.port;
    log({ level: "info", event: "listening", port, model: model.name, digest: model.digest });
  });
}

/** The files lie beside this folder: `model.json`, its digest in the format of sha256sum, and its name. */
function readModel() {
  const file = (name: string) => readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)));
  const [digest = ""] = file("model.sha256").toString("utf8").split(" ");
  const name = file("model.name").toString("utf8").trim();
  return loadServedModel(file("model.json"), { name, digest });
}

function setting(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${name} must be a whole number, not "${text}"`);
  return value;
}

try {
  main();
} catch (error) {
  process.stderr.write(
    `The server does not start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
}
