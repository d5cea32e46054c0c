#!/usr/bin/env node
// The one file that must run on any Node: it finds a Node new enough for the rest and starts it there.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const NEEDED = 24;

if (Number(process.versions.node.split(".")[0]) >= NEEDED) {
  // Half of a short command's time is reading its own source. The cache lies in the installation, not in a shared
  // temporary folder where others could put code.
  const { enableCompileCache } = await import("node:module");
  enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/swarm", import.meta.url)));
  const { main } = await import(new URL("../api/cli/main.ts", import.meta.url).href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  const own = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
  if (!existsSync(own)) {
    console.error(
      `swarm needs Node ${NEEDED} or newer; this is ${process.versions.node}. Run \`npm ci\` in the folder of Swarm, which installs one beside it, or install Node ${NEEDED}.`,
    );
    process.exitCode = 7;
  } else {
    // Ctrl-C and a closed terminal reach the child by themselves; this process only waits for it.
    process.on("SIGINT", () => {});
    process.on("SIGHUP", () => {});
    const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
      stdio: "inherit",
    });
    process.on("SIGTERM", () => child.kill("SIGTERM"));
    child.on("exit", (code, signal) => {
      process.exitCode = code ?? 128 + constants.signals[signal];
    });
  }
}
