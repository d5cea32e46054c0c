import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const command = join(root, "bin/swarm.mjs");

/** How one command line ended, as a shell sees it. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface SwarmOptions {
  home: string;
  /** Added to an environment in which nothing of Swarm or a provider is set. */
  environment?: Record<string, string>;
  cwd?: string;
  input?: string;
}

/** A command line at work. */
export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves when the text was written to one of the two streams; rejects when the process ends before. */
  saw(text: string | RegExp): Promise<void>;
}

/** Folders that live as long as the tests of one file. */
export function createFolders(): { make(name: string): string; removeAll(): void } {
  const made: string[] = [];
  return {
    make(name) {
      const folder = mkdtempSync(join(tmpdir(), `swarm-${name}-`));
      made.push(folder);
      return folder;
    },
    removeAll() {
      for (const folder of made) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The environment of a person who has set nothing. */
export function plainEnvironment(options: SwarmOptions): Record<string, string> {
  const { PATH = "", HOME = "", NODE_COMPILE_CACHE } = process.env;
  return {
    PATH,
    HOME,
    ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }),
    SWARM_HOME: options.home,
    ...options.environment,
  };
}

/** Starts `swarm` with these words, in a process of its own and without a terminal. */
export function startSwarm(words: readonly string[], options: SwarmOptions): Running {
  const child = spawn(process.execPath, [command, ...words], {
    cwd: options.cwd ?? root,
    env: plainEnvironment(options),
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end(options.input ?? "");
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    for (const listener of listeners) listener();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    for (const listener of listeners) listener();
  });
  const ended = once(child, "close").then(
    ([code, signal]): Ended => ({
      code: code as number | null, // the two arguments of "close", as node documents them
      signal: signal as NodeJS.Signals | null,
      stdout,
      stderr,
    }),
  );
  return {
    child,
    ended,
    saw: (text) =>
      new Promise((resolve, reject) => {
        const isThere = (): boolean =>
          typeof text === "string"
            ? stdout.includes(text) || stderr.includes(text)
            : text.test(stdout) || text.test(stderr);
        const look = (): void => {
          if (!isThere()) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
        void ended.then(() => {
          if (!isThere()) reject(new Error(`the process ended without saying ${text}: ${stdout}${stderr}`));
        });
      }),
  };
}

/** Runs one command line to its end. */
export const swarm = (words: readonly string[], options: SwarmOptions): Promise<Ended> =>
  startSwarm(words, options).ended;

/** The last line of stdout, where results are; tests name the members that they look at. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what is parsed has the type that a test says
export function lastJson<Value = Record<string, unknown>>({ stdout }: Ended): Value {
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  return JSON.parse(line) as Value; // see above
}

/** Names of all files below a folder; none where there is no folder. */
export function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}
