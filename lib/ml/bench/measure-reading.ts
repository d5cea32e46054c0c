import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { columnLength, type Column } from "../score/column.ts";
import { readCsv } from "../frame/read-csv.ts";
import { createRandom } from "../random.ts";

/*
 * How long reading 1,000,000 rows x 30 columns takes and how much memory beside the columns:
 *   npx node lib/ml/bench/measure-reading.ts [rows]
 */
const rows = Number(process.argv[2] ?? 1_000_000);
const NUMBERS = 24;
const CATEGORIES = 6;

function* lines(): Generator<string> {
  const random = createRandom(1);
  const names = [
    ...Array.from({ length: NUMBERS }, (_, index) => `n${index}`),
    ...Array.from({ length: CATEGORIES }, (_, index) => `c${index}`),
  ];
  yield `${names.join(",")}\n`;
  for (let start = 0; start < rows; start += 1000) {
    let text = "";
    for (let row = start; row < Math.min(rows, start + 1000); row++) {
      for (let index = 0; index < NUMBERS; index++) {
        const value = random.uniform() * (index + 1);
        text += `${index % 3 === 0 ? Math.floor(value * 10) : value.toFixed(4)},`;
      }
      for (let index = 0; index < CATEGORIES; index++) {
        text += `v${random.integer(5 + 20 * index)}${index === CATEGORIES - 1 ? "\n" : ","}`;
      }
    }
    yield text;
  }
}

function columnBytes(column: Column): number {
  if (column.kind === "categorical") return column.codes.byteLength;
  return column.kind === "text" ? columnLength(column) * 8 : column.values.byteLength;
}

const folder = mkdtempSync(join(tmpdir(), "swarm-reading-"));
const path = join(folder, "large.csv");
try {
  await pipeline(Readable.from(lines()), createWriteStream(path));
  const before = process.memoryUsage().rss;
  const processor = process.cpuUsage();
  const start = performance.now();
  const { frame } = await readCsv({ path });
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(processor);
  const peak = process.resourceUsage().maxRSS * 1024;
  const columns = frame.columns.reduce((sum, column) => sum + columnBytes(column), 0);
  console.table({
    "file MB": Math.round(statSync(path).size / 1e6),
    "columns MB": Math.round(columns / 1e6),
    "peak resident MB, process included": Math.round(peak / 1e6),
    "resident before reading MB": Math.round(before / 1e6),
    "wall s": Math.round(wall * 100) / 100,
    "processor s": Math.round((user + system) / 1e4) / 100,
    "MB of text per s": Math.round(statSync(path).size / 1e6 / wall),
  });
} finally {
  rmSync(folder, { recursive: true });
}
