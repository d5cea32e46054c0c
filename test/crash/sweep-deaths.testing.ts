import { isDeepStrictEqual } from "node:util";
import { createCrashSetting, type CrashSetting, type CrashSize } from "./crash-setting.testing.ts";
import { runTrial, type Trial } from "./crash-trial.testing.ts";
import { type PlannedDeath, type PlanOptions, planDeaths, planLetterDeaths } from "./plan-deaths.testing.ts";

export interface SweepOptions extends PlanOptions {
  size: CrashSize;
  /** Also kill the run round its letter while a person answers its gates, which takes many processes. Default true. */
  attended?: boolean;
  /** Trials at a time. */
  parallel: number;
  /** Hears of each trial as it ends. */
  onRow?: (row: SweepRow, progress: { done: number; of: number }) => void;
}

/** One trial: how it died and what is different. */
export interface SweepRow {
  planned: PlannedDeath;
  trial: Trial | undefined;
  /** Empty when the run ended like the one that nobody disturbed. */
  differences: string[];
}

export interface SweepReport {
  /** The run that nobody disturbed. */
  calm: Trial;
  rows: SweepRow[];
}

/** Tries every planned death of a run and compares how it ended with one that had none. */
export async function sweepDeaths(options: SweepOptions): Promise<SweepReport> {
  const setting = await createCrashSetting(options.size);
  try {
    const calm = await runTrial(setting, { name: "calm", approve: "auto" });
    // A second one: what differs between these two is no effect of a death.
    const control = await runTrial(setting, { name: "control", approve: "auto" });
    const unstable = [...calm.faults, ...differencesOf(calm, control)];
    if (unstable.length > 0 || calm.deaths > 0 || calm.outcome.letters.length !== 1)
      throw new Error(`two undisturbed runs do not end alike: ${unstable.join("; ")}`);
    const alone = planDeaths(control, options);
    if (options.attended === false) {
      return { calm, rows: await tryAll(setting, alone, { ...options, calm: { auto: calm, ask: calm } }) };
    }
    // Documents say who decided, so that runs with a person at their gates have their own measure.
    const attended = await runTrial(setting, { name: "attended", approve: "ask" });
    if (attended.outcome.status !== "succeeded" || attended.faults.length > 0)
      throw new Error(`the run with a person at its gates failed: ${attended.faults.join("; ")}`);
    const planned = [...planLetterDeaths(attended), ...alone];
    const rows = await tryAll(setting, planned, { ...options, calm: { auto: calm, ask: attended } });
    return { calm, rows };
  } finally {
    setting.remove();
  }
}

async function tryAll(
  setting: CrashSetting,
  planned: readonly PlannedDeath[],
  options: SweepOptions & { calm: Record<"auto" | "ask", Trial> },
): Promise<SweepRow[]> {
  const left = [...planned];
  const rows: SweepRow[] = [];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const row = await tryOne(setting, next, options.calm[next.approve]);
      rows.push(row);
      options.onRow?.(row, { done: rows.length, of: planned.length });
    }
  };
  await Promise.all(Array.from({ length: options.parallel }, work));
  return rows;
}

async function tryOne(setting: CrashSetting, planned: PlannedDeath, calm: Trial): Promise<SweepRow> {
  try {
    const trial = await runTrial(setting, planned);
    const differences = [...trial.faults, ...differencesOf(calm, trial)];
    // A process that was to die at an exact place and did not is a test that tested nothing.
    if (planned.death !== undefined && trial.deaths !== 1)
      differences.push(`${trial.deaths} deaths, 1 was planned`);
    return { planned, trial, differences };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { planned, trial: undefined, differences: [message] };
  }
}

/** What is different between two runs, in words. */
export function differencesOf(calm: Trial, { outcome, abandoned }: Trial): string[] {
  const found: string[] = [];
  if (outcome.status !== calm.outcome.status) found.push(`status ${outcome.status}`);
  if (!isDeepStrictEqual(outcome.metrics, calm.outcome.metrics)) found.push("other metrics");
  const missing = calm.outcome.artifacts.filter((line) => !outcome.artifacts.includes(line));
  if (missing.length > 0) found.push(`other artifacts: ${missing.join(", ")}`);
  if (outcome.artifacts.length !== calm.outcome.artifacts.length)
    found.push(`${outcome.artifacts.length} artifacts instead of ${calm.outcome.artifacts.length}`);
  if (!isDeepStrictEqual(outcome.notices, calm.outcome.notices))
    found.push(`notices that took effect: ${outcome.notices.join(", ")}`);
  // Automatic approval does not repeat what may have happened: then, and only then, a letter may be missing.
  const mayMiss = abandoned > 0 && outcome.letters.length === 0 && calm.approve === "auto";
  if (!isDeepStrictEqual(outcome.letters, calm.outcome.letters) && !mayMiss)
    found.push(`${outcome.letters.length} letters`);
  return found;
}
