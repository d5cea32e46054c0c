import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Death } from "./crash-process.testing.ts";
import type { CrashSetting } from "./crash-setting.testing.ts";

const script = fileURLToPath(new URL("./crash-process.testing.ts", import.meta.url));

/** One process from its start to its end. */
export interface Life {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** From its first words to its end. */
  millis: number;
}

export interface LifeOptions {
  home: string;
  noticeUrl: string;
  letterFile: string;
  /** A death from inside, at an exact place. */
  death?: Death;
  /** Or one from outside, so many milliseconds after the process began to speak. */
  killAfterMs?: number;
}

/** Runs one command line in a process of its own, which may be killed on its way. */
export async function live(
  setting: CrashSetting,
  words: readonly string[],
  options: LifeOptions,
): Promise<Life> {
  const child = spawn(process.execPath, [script, ...words], {
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "",
      SWARM_HOME: options.home,
      SWARM_CACHE: setting.cache,
      // Documents print this time in every run.
      SOURCE_DATE_EPOCH: "1700000000",
      NODE_COMPILE_CACHE: `${setting.cache}-compiled`,
      SWARM_TEST_SHELF: setting.shelf,
      SWARM_TEST_NOTICES: options.noticeUrl,
      SWARM_TEST_LETTERS: options.letterFile,
      ...(options.death === undefined ? {} : { SWARM_TEST_DEATH: JSON.stringify(options.death) }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  let spokeAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    spokeAt ??= performance.now();
    if (options.killAfterMs !== undefined)
      timer ??= setTimeout(() => child.kill("SIGKILL"), options.killAfterMs);
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null]; // as node documents
  clearTimeout(timer);
  return { code, signal, stdout, stderr, millis: spokeAt === undefined ? 0 : performance.now() - spokeAt };
}
