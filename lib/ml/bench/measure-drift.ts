import { spawnSync } from "node:child_process";
import { buildReferenceProfile } from "../drift/profile/build-reference-profile.ts";
import { createDriftAccumulator } from "../drift/profile/drift-accumulator.ts";
import { createFrame, type Frame } from "../frame/frame.ts";
import { createRandom } from "../random.ts";
import type { Column } from "../score/column.ts";

/**
 * Prints the processor seconds that comparing 1,000 columns x 100,000 rows with a stored profile takes on one thread: 900 columns
 * of numbers, 100 of categories, in parts of 10,000 rows, of which one is in memory at a time. Making the rows is not
 * counted. With SWARM_PYTHON set to a Python that has scipy, three columns are compared there with scipy's tests, from
 * rows in memory. `--columns N` and `--rows N` change the size.
 */

const PART_ROWS = 10_000;
const CATEGORIES = ["a", "b", "c", "d", "e", "f", "g", "h"];

function sizeFrom(name: string, usual: number): number {
  const place = process.argv.indexOf(name);
  return place < 0 ? usual : Number(process.argv[place + 1]);
}

function makeColumn(index: number, rows: number, seed: number): Column {
  const random = createRandom(seed * 100_003 + index);
  const name = `column ${index}`;
  if (index % 10 === 9) {
    const codes = Int32Array.from({ length: rows }, () => random.integer(CATEGORIES.length + 1) - 1);
    return { kind: "categorical", name, codes, dictionary: CATEGORIES };
  }
  const draw: () => number = [
    () => random.normal(),
    () => Math.exp(random.normal()),
    () => random.integer(100),
    () => (random.uniform() < 0.05 ? NaN : random.uniform()),
  ][index % 4]!;
  return { kind: "numeric", name, values: Float64Array.from({ length: rows }, draw) };
}

function makeFrame(columns: number, rows: number, seed: number): Frame {
  return createFrame(Array.from({ length: columns }, (_, index) => makeColumn(index, rows, seed)));
}

function secondsOf<Result>(work: () => Result): { seconds: number; result: Result } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, result };
}

const SCIPY = `
import json, time, numpy
from scipy import stats
generator = numpy.random.default_rng(1)
seconds = []
for _ in range(3):
    reference, current = generator.normal(size=(2, ROWS))
    start = time.process_time()
    edges = numpy.unique(numpy.quantile(reference, numpy.linspace(0.1, 0.9, 9)))
    for part in (reference, current):
        numpy.bincount(numpy.searchsorted(edges, part), minlength=len(edges) + 1)
    stats.ks_2samp(reference, current, method="asymp")
    stats.wasserstein_distance(reference, current)
    stats.ttest_ind(reference, current, equal_var=False)
    seconds.append(time.process_time() - start)
print(json.dumps(min(seconds)))
`;

function scipySeconds(rows: number): number | null {
  const python = process.env.SWARM_PYTHON;
  if (python === undefined) return null;
  const { stdout, status, stderr } = spawnSync(python, ["-c", SCIPY.replace("ROWS", String(rows))], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${python} failed: ${stderr}`);
  return Number(stdout);
}

const columns = sizeFrom("--columns", 1000);
const rows = sizeFrom("--rows", 100_000);
const reference = makeFrame(columns, PART_ROWS, 1);
const built = secondsOf(() => buildReferenceProfile(reference));
const text = JSON.stringify(built.result);
const stored = secondsOf(() => createDriftAccumulator(built.result));
let counting = 0;
for (let start = 0; start < rows; start += PART_ROWS) {
  const part = makeFrame(columns, Math.min(PART_ROWS, rows - start), 2 + start / PART_ROWS);
  counting += secondsOf(() => stored.result.add(part)).seconds;
}
const reported = secondsOf(() => stored.result.report());
const scipy = scipySeconds(rows);
const round = (value: number): number => Math.round(value * 100) / 100;
console.table({
  [`${columns} columns x ${rows} rows`]: {
    "profile s": round(built.seconds),
    "profile MB": round(text.length / 1e6),
    "count s": round(counting),
    "report s": round(reported.seconds),
    "compare s": round(stored.seconds + counting + reported.seconds),
    "peak MB": round(process.resourceUsage().maxRSS / 1024),
    "scipy s for as many columns": scipy === null ? "-" : round(scipy * columns),
  },
});
