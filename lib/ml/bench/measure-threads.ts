import { createHash } from "node:crypto";
import { boostingParameters } from "../learn/boosting/boosting-parameters.ts";
import { trainBoosting } from "../learn/boosting/train-boosting.ts";
import { createRandom } from "../random.ts";
import type { Matrix } from "../score/preparation.ts";

/**
 * Trains on 1,000,000 drawn rows x 30 columns (or `rows` from the command line) with one and with two threads in turn;
 * prints wall and processor seconds of each, the ratio of the medians, and whether the trees are the same.
 */

const [rowCount = 1_000_000, rounds = 20, repeats = 3] = process.argv.slice(2).map(Number);
const COLUMNS = 30;

function drawMatrix(): { matrix: Matrix; target: Float64Array } {
  const random = createRandom(1);
  const target = new Float64Array(rowCount);
  const columns = Array.from({ length: COLUMNS }, (_, index) => {
    const values = new Float64Array(rowCount);
    for (let row = 0; row < rowCount; row++) {
      const value = random.normal();
      values[row] = index % 5 === 0 ? Math.round(value * 10) : value;
      if (index < 10) target[row]! += value * (index % 3 === 0 ? 1 : -0.5);
    }
    return { name: `c${index}`, source: `c${index}`, levels: null, values };
  });
  for (let row = 0; row < rowCount; row++) target[row] = target[row]! + random.normal() > 0 ? 1 : 0;
  return { matrix: { rowCount, columns }, target };
}

const { matrix, target } = drawMatrix();
const runs = new Map<number, { wall: number; processor: number }[]>([
  [1, []],
  [2, []],
]);
const digests = new Set<string>();
for (let repeat = 0; repeat < repeats; repeat++) {
  for (const [threads, times] of runs) {
    const before = process.cpuUsage();
    const start = performance.now();
    const { ensemble } = trainBoosting({
      training: { matrix, target, weights: null },
      validation: null,
      loss: "logistic",
      classCount: 2,
      parameters: boostingParameters({ rounds }),
      seed: 0,
      threads,
    });
    const { user, system } = process.cpuUsage(before);
    times.push({ wall: (performance.now() - start) / 1000, processor: (user + system) / 1e6 });
    digests.add(createHash("sha256").update(JSON.stringify(ensemble)).digest("hex"));
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const rows = [...runs].map(([threads, times]) => ({
  threads,
  "wall s": Math.round(median(times.map(({ wall }) => wall)) * 1000) / 1000,
  "processor s": Math.round(median(times.map(({ processor }) => processor)) * 1000) / 1000,
}));
console.table(rows);
console.log(
  `two threads are ${(rows[0]!["wall s"] / rows[1]!["wall s"]).toFixed(2)} times as fast; ${digests.size === 1 ? "the trees are the same" : "THE TREES DIFFER"}`,
);
