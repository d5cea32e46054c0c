import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { openLog } from "#api/boot/open-log.ts";
import { verifyLog } from "#core/ops/verify-log.ts";
import { type Life, type LifeOptions, live } from "./crash-life.testing.ts";
import type { Death } from "./crash-process.testing.ts";
import type { CrashSetting } from "./crash-setting.testing.ts";
import { openOutsideWorld, readLetters } from "./outside-effects.testing.ts";

/** The run's result as the command line prints it, as far as trials look at it. */
const Result = z.object({
  status: z.string(),
  workDir: z.string(),
  metrics: z.record(z.string(), z.unknown()),
  events: z.number(),
  gates: z.array(z.object({ id: z.string(), kind: z.string(), state: z.string() })),
  artifacts: z.array(z.object({ kind: z.string(), path: z.string(), sha256: z.string() })),
});
type Result = z.infer<typeof Result>;

/** What stays of a run: equal for every way there. */
export interface Outcome {
  status: string;
  metrics: Record<string, unknown>;
  /** Name below the run's folder and digest, in the order of their making. */
  artifacts: string[];
  /** Effects outside, each as often as it happened. */
  notices: string[];
  letters: string[];
}

export interface Trial {
  approve: "ask" | "auto";
  outcome: Outcome;
  events: number;
  /** Processes that the run took. */
  lives: number;
  /** Processes that were killed. */
  deaths: number;
  /** Calls that were interrupted where nobody can tell whether they had their effect. */
  abandoned: number;
  /** Requests under a key that the service knew already. */
  repeats: number;
  /** What is wrong with this run by itself: its log, its folder. Empty when nothing is. */
  faults: string[];
  /** Time that the first process was at work. */
  millis: number;
  /** The run's events, to plan deaths by. */
  story: { seq: number; type: string; tool: string | undefined }[];
}

export interface TrialOptions {
  name: string;
  /** Who answers at gates; a person is played by this test. */
  approve: "ask" | "auto";
  death?: Death;
  killAfterMs?: number;
}

/** Enough for one death and for every gate that a person answers. */
const MOST_LIVES = 8;

/** Starts the run, lets it die as told, takes it up until it has ended, and looks at what stayed. */
export async function runTrial(setting: CrashSetting, options: TrialOptions): Promise<Trial> {
  const home = setting.makeHome(options.name);
  const letterFile = join(setting.folder, `${options.name}.letters`);
  const outside = await openOutsideWorld();
  const usual = { home, letterFile, noticeUrl: outside.url };
  try {
    const words = [...setting.words, "--approve", options.approve];
    const first = await live(setting, words, { ...usual, ...fateOf(options) });
    const lives = [first];
    for (let last = first; last.code !== 0; last = lives.at(-1) ?? first) {
      if (lives.length >= MOST_LIVES) throw new Error(`${options.name} does not end: ${told(lives)}`);
      if (last.code === 3) await answerGates(setting, resultOf(last), usual);
      else if (last.signal !== "SIGKILL") throw new Error(`${options.name} broke off: ${told(lives)}`);
      // Where a person answers, the place to die at may lie behind a gate, in a later process.
      const fate = lives.some(({ signal }) => signal === "SIGKILL") ? {} : fateOf(options);
      const next = await live(setting, ["runs", "resume", setting.runId, "--json"], { ...usual, ...fate });
      // Killed before the run was created: there is nothing to take up, and it is started again.
      lives.push(isUnknownRun(next) ? await live(setting, words, usual) : next);
    }
    const result = resultOf(lives.at(-1) ?? first);
    const outcome: Outcome = {
      status: result.status,
      metrics: result.metrics,
      artifacts: result.artifacts.map(
        ({ path, sha256 }) => `${path.slice(result.workDir.length + 1)} ${sha256}`,
      ),
      notices: [...outside.notices],
      letters: readLetters(letterFile).map(({ text }) => text),
    };
    const story = await readStory(home, setting.runId);
    return {
      approve: options.approve,
      outcome,
      events: result.events,
      lives: lives.length,
      deaths: lives.filter(({ signal }) => signal === "SIGKILL").length,
      abandoned: story.events.filter(({ type }) => type === "tool.abandoned").length,
      repeats: outside.requests.length - outside.notices.length,
      faults: [...story.faults, ...folderFaults(result)],
      millis: first.millis,
      story: story.events,
    };
  } finally {
    await outside.close();
    rmSync(home, { recursive: true, force: true });
    rmSync(letterFile, { force: true });
  }
}

const fateOf = ({ death, killAfterMs }: TrialOptions): Pick<LifeOptions, "death" | "killAfterMs"> => ({
  ...(death === undefined ? {} : { death }),
  ...(killAfterMs === undefined ? {} : { killAfterMs }),
});
const isUnknownRun = ({ code, stderr }: Life): boolean => code === 2 && stderr.includes("[not-found]");
const told = (lives: readonly Life[]): string =>
  lives.map(({ code, signal, stderr }) => `${code ?? signal}: ${stderr.slice(-600)}`).join("\n---\n");
const resultOf = ({ stdout }: Life): Result =>
  Result.parse(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? ""));

/**
 * Does what a person does whom the run waits for: approves what was made, and where a letter was interrupted looks
 * in the file, lets the call run again when nothing was written, and goes on without when it was.
 */
async function answerGates(
  setting: CrashSetting,
  { gates }: Result,
  usual: { home: string; letterFile: string; noticeUrl: string },
): Promise<void> {
  for (const { id, kind } of gates.filter(({ state }) => state === "open")) {
    // The workflow's own gates are of other kinds: this one asks about an interrupted call.
    const isDone = kind === "manual" && readLetters(usual.letterFile).length > 0;
    const words = ["gates", isDone ? "reject" : "approve", id, "--comment", "looked at"];
    const decided = await live(setting, words, usual);
    if (decided.code !== 0) throw new Error(`gate ${id} cannot be answered: ${decided.stderr}`);
  }
}

/** The run's events, and what `swarm log verify` has against this home. */
async function readStory(home: string, runId: string): Promise<{ events: Trial["story"]; faults: string[] }> {
  const opened = await openLog({ SWARM_HOME: home });
  if (!opened.ok) return { events: [], faults: [opened.failure.message] };
  try {
    const { stores, key, checkpoints } = opened.value;
    const report = await verifyLog({
      integrity: stores.integrity,
      keys: [key],
      checkpoints,
      expectKept: true,
    });
    const events = await stores.log.read({ kind: "run", id: runId });
    const faults = report.ok ? [] : [`log: ${report.firstBad.fault} at position ${report.firstBad.position}`];
    if (report.checkpoints === 0) faults.push("log: no checkpoint was signed");
    return {
      events: events.map(({ seq, type, data }) => ({
        seq,
        type,
        tool: typeof data["tool"] === "string" ? data["tool"] : undefined,
      })),
      faults,
    };
  } finally {
    await opened.value.close();
  }
}

/** Files of the run's folder that are missing or hold other bytes than the log says. */
function folderFaults({ artifacts }: Result): string[] {
  const newest = new Map(artifacts.map(({ path, sha256 }) => [path, sha256]));
  return [...newest].flatMap(([path, sha256]) => {
    if (!existsSync(path)) return [`folder: ${path} is missing`];
    const found = createHash("sha256").update(readFileSync(path)).digest("hex");
    return found === sha256 ? [] : [`folder: ${path} has other bytes`];
  });
}
