import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { sweepDeaths, type SweepRow } from "./sweep-deaths.testing.ts";

const HELP = `Kills the demo's run at every STEP-th event with SIGKILL, takes it up, and compares how it ended.

  npm run crash-test -- [--step 5] [--from 1] [--random 20] [--size whole|small|short] [--parallel N]

A run is killed behind each STEP-th event, before each STEP-th tool's end is on record, inside its effects outside,
and at random moments. Every artifact must have the same digest as in a run that nobody disturbed, the log must
verify, and no effect may have happened twice. Exit code 1 when anything differs.`;

const { values: options } = parseArgs({
  options: {
    step: { type: "string", default: "5" },
    from: { type: "string", default: "1" },
    random: { type: "string", default: "20" },
    size: { type: "string", default: "whole" },
    parallel: { type: "string", default: String(Math.min(4, availableParallelism())) },
    help: { type: "boolean", default: false },
  },
});

function count(name: "step" | "from" | "random" | "parallel", least: number): number {
  const value = Number(options[name]);
  if (!Number.isInteger(value) || value < least) {
    console.error(`--${name} is ${options[name]}; it is a whole number from ${least}`);
    process.exit(2);
  }
  return value;
}

function tell({ planned, trial, differences }: SweepRow, { done, of }: { done: number; of: number }): void {
  const cells = [
    `${done}/${of}`.padStart(9),
    planned.kind.padEnd(14),
    planned.where.padEnd(34),
    String(trial?.lives ?? "-").padStart(5),
    String(trial?.events ?? "-").padStart(6),
    String(trial?.outcome.artifacts.length ?? "-").padStart(9),
    String(trial?.repeats ?? "-").padStart(7),
    String(trial?.abandoned ?? "-").padStart(9),
    ` ${differences.length === 0 ? "same" : `DIFFERENT: ${differences.join("; ")}`}`,
  ];
  console.log(cells.join(" "));
}

async function sweep(size: "whole" | "small" | "short"): Promise<void> {
  const startedAt = performance.now();
  console.log(
    `${"".padStart(9)} ${"killed".padEnd(14)} ${"where".padEnd(34)} lives events artifacts repeats abandoned  outcome`,
  );
  const { calm, rows } = await sweepDeaths({
    size,
    step: count("step", 1),
    from: count("from", 1),
    random: count("random", 0),
    parallel: count("parallel", 1),
    onRow: tell,
  });
  const different = rows.filter(({ differences }) => differences.length > 0);
  const deaths = rows.reduce((sum, { trial }) => sum + (trial?.deaths ?? 0), 0);
  const repeats = rows.reduce((sum, { trial }) => sum + (trial?.repeats ?? 0), 0);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(
    `${rows.length} runs of ${calm.events} events, ${deaths} processes killed, ${rows.length - different.length} ended the same (${calm.outcome.artifacts.length} artifacts each), ${different.length} different; ${repeats} keyed calls were repeated, no effect happened twice${different.length === 0 ? "" : " where it says same"}. ${seconds} s`,
  );
  process.exitCode = different.length === 0 ? 0 : 1;
}

const { size } = options;
if (options.help) console.log(HELP);
else if (size === "whole" || size === "small" || size === "short") await sweep(size);
else {
  console.error(`--size is ${size}; it can be whole, small or short`);
  process.exitCode = 2;
}
