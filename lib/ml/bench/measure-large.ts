import { mkdtempSync, openSync, rmSync, writeSync, closeSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { readCsv } from "../frame/read-csv.ts";
import { trainModel } from "../learn/train-model.ts";
import { profileFrame } from "../profile/profile-frame.ts";
import { createRandom } from "../random.ts";

const ROWS = 1_000_000;
const NUMBERS = 24;
const CATEGORIES = 6;

interface Step {
  readonly step: string;
  readonly "wall s": number;
  readonly "processor s": number;
  readonly "resident MB": number;
}

/** Reads, profiles and trains on 1,000,000 rows x 30 columns of drawn data; says how long it takes and how much memory. */
export async function measureLarge(): Promise<Step[]> {
  const folder = mkdtempSync(join(tmpdir(), "swarm-ml-"));
  const path = join(folder, "large.csv");
  try {
    const steps: Step[] = [];
    steps.push((await timed("write the file", () => writeSample(path))).step);
    const read = await timed("read", () => readCsv({ path }));
    const { frame } = read.result;
    steps.push(read.step, (await timed("profile", () => profileFrame(frame))).step);
    const learner = { algorithm: "gradient-boosting", threads: availableParallelism() } as const;
    const options = { training: frame, target: "label", seed: 0, ...learner };
    steps.push((await timed("train 100 rounds", () => trainModel(options))).step);
    return steps;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function timed<Result>(
  step: string,
  work: () => Result | Promise<Result>,
): Promise<{ step: Step; result: Result }> {
  const start = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return {
    result,
    step: {
      step,
      "wall s": Math.round(performance.now() - start) / 1000,
      "processor s": Math.round((user + system) / 1e3) / 1000,
      "resident MB": Math.round(process.memoryUsage().rss / 1e6),
    },
  };
}

function writeSample(path: string): void {
  const random = createRandom(1);
  const file = openSync(path, "w");
  const names = [
    ...Array.from({ length: NUMBERS }, (_, index) => `n${index}`),
    ...Array.from({ length: CATEGORIES - 1 }, (_, index) => `c${index}`),
  ];
  writeSync(file, `${names.join(",")},label\n`);
  let text = "";
  for (let row = 0; row < ROWS; row++) {
    let sum = 0;
    for (let index = 0; index < NUMBERS; index++) {
      const value = random.uniform() * (index + 1);
      if (index < 8) sum += value / (index + 1);
      text += `${index % 3 === 0 ? Math.floor(value * 10) : value.toFixed(4)},`;
    }
    for (let index = 0; index < CATEGORIES - 1; index++) text += `v${random.integer(5 + 20 * index)},`;
    text += sum + random.normal() > 4.5 ? "yes\n" : "no\n";
    if (row % 5000 === 4999) {
      writeSync(file, text);
      text = "";
    }
  }
  writeSync(file, text);
  closeSync(file);
}
