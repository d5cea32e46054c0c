// Builds the console into dashboard/dist when it is missing or older than its sources; `--force` builds always.
// It runs on any Node as npm's `prepare` step, so it must not stop an install: without Vite it says so and goes.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = join(root, "dashboard/dist/index.html");
const vite = join(root, "node_modules/vite/bin/vite.js");
const ownNode = join(root, "node_modules/node/bin/node");
/** What the bundle is made from: the console, and the schemas and the fold that it shares with the server. */
const sources = [
  "dashboard/index.html",
  "dashboard/vite.config.ts",
  "dashboard/public",
  "dashboard/src",
  "api/contract",
  "core/contract",
  "core/events",
  "package-lock.json",
];

/** @param {string} path */
function newestChange(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return readdirSync(path).reduce(
    (newest, name) => Math.max(newest, newestChange(join(path, name))),
    mtimeMs,
  );
}

function isFresh() {
  if (!existsSync(built)) return false;
  const builtAt = statSync(built).mtimeMs;
  return sources
    .map((path) => join(root, path))
    .every((path) => !existsSync(path) || newestChange(path) <= builtAt);
}

const isForced = process.argv.includes("--force");
if (!isForced && isFresh()) {
  // Nothing to say: the console is as new as its sources.
} else if (!existsSync(vite)) {
  console.log("console: not built, because Vite is not installed; `npm ci` without --omit=dev builds it");
  if (isForced) process.exitCode = 7;
} else {
  const startedAt = Date.now();
  const node = existsSync(ownNode) ? ownNode : process.execPath;
  const run = spawnSync(node, [vite, "build", join(root, "dashboard"), "--logLevel", "error"], {
    cwd: root,
    encoding: "utf8",
  });
  if (run.status === 0) {
    console.log(`console: built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  } else {
    const said = `${run.stdout ?? ""}${run.stderr ?? ""}${run.error?.message ?? ""}`.trim();
    console.error(`console: the build failed; the command line works without it. ${said}`);
    // An install goes on; a build that was asked for has failed.
    if (isForced) process.exitCode = 4;
  }
}
