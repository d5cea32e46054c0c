import { mkdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { FailureError, failure } from "#core/contract/failure.ts";

/** The folders of one installation's state. Two homes never share anything. */
export interface Home {
  root: string;
  runs: string;
  keys: string;
  checkpoints: string;
  scratch: string;
  /** What can be made again: SWARM_CACHE names one that several homes may share. */
  cache: string;
}

/** SWARM_HOME, or `.swarm` in the current folder. Makes nothing. */
export function findHome(environment: NodeJS.ProcessEnv): Home {
  const root = resolve(environment["SWARM_HOME"] || ".swarm");
  return {
    root,
    runs: join(root, "runs"),
    keys: join(root, "keys"),
    checkpoints: join(root, "checkpoints"),
    scratch: join(root, "scratch"),
    cache: resolve(environment["SWARM_CACHE"] || join(root, "cache")),
  };
}

/**
 * The places for checkpoints: the home's own folder, and the one that SWARM_CHECKPOINTS names, best on another disk
 * or machine, because whoever can write the home can replace what lies inside it.
 */
export function checkpointFolders(home: Home, environment: NodeJS.ProcessEnv): string[] {
  const outside = environment["SWARM_CHECKPOINTS"];
  return outside ? [home.checkpoints, resolve(outside)] : [home.checkpoints];
}

/**
 * The home with its folders made, readable by their owner only. Throws a FailureError `storage-failed` that says
 * which folder cannot be used.
 */
export async function openHome(environment: NodeJS.ProcessEnv): Promise<Home> {
  const home = findHome(environment);
  try {
    for (const folder of Object.values(home)) await makeFolder(folder);
  } catch (error) {
    throw new FailureError(
      failure(
        "storage-failed",
        `the home folder ${home.root} cannot be used (${error instanceof Error ? error.message : String(error)}); set SWARM_HOME to a folder that you can write`,
      ),
      { cause: error },
    );
  }
  return home;
}

/**
 * Makes a folder and those above it, one after the other: Node's own recursive way never ends where the system
 * refuses a folder without a reason, as below /proc.
 */
async function makeFolder(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found?.isDirectory() === true) return;
  if (found !== undefined) throw new Error(`${path} is a file`);
  if (dirname(path) !== path) await makeFolder(dirname(path));
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it at this moment.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}
