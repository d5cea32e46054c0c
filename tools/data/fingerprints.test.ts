import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { frameFromRows, writeCsv, writeParquet } from "#lib/ml/index.ts";
import { loanRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { loadDataset } from "./load-dataset.ts";

interface Output {
  fingerprints: { bytes: string; rows: string };
  csv: { encoding: string; hasByteOrderMark: boolean; delimiter: string } | null;
}

const frame = frameFromRows(
  loanRows(300).map((row, index) => ({ ...row, age: index % 9 === 0 ? null : row.age })),
);

async function load(name: string, content: string | Uint8Array) {
  const bench = createToolBench();
  const path = join(await bench.context.artifacts.scratch(), name);
  await writeFile(path, content);
  const output = await bench.succeed<Output>(loadDataset, { source: path, target: "defaulted" });
  return { ...output, path };
}

describe("the two fingerprints of a dataset", () => {
  it("are of the file and of the rows: the same table as CSV and as Parquet shares the second alone", async () => {
    const csv = await load("loans.csv", writeCsv(frame));
    const parquet = await load("loans.parquet", writeParquet(frame));
    expect(parquet.fingerprints.rows).toBe(csv.fingerprints.rows);
    expect(parquet.fingerprints.bytes).not.toBe(csv.fingerprints.bytes);
    expect(csv.fingerprints.rows).not.toBe(csv.fingerprints.bytes);
  });

  it("agree, the first of them, with sha256sum", async () => {
    for (const [name, content] of [
      ["loans.csv", writeCsv(frame)],
      ["loans.parquet", writeParquet(frame)],
    ] as const) {
      const { fingerprints, path } = await load(name, content);
      const { stdout, error } = spawnSync("sha256sum", [path], { encoding: "utf8" });
      if (error !== undefined) throw new Error("sha256sum is missing; install coreutils", { cause: error });
      expect(stdout.split(" ")[0]).toBe(fingerprints.bytes);
    }
  });

  it("tell another dress of the same rows from a change in them", async () => {
    const plain = await load("plain.csv", writeCsv(frame));
    const dressed = await load(
      "dressed.csv",
      `\uFEFF${writeCsv(frame, { delimiter: ";" }).replaceAll("\n", "\r\n")}`,
    );
    expect(dressed.fingerprints.rows).toBe(plain.fingerprints.rows);
    expect(dressed.csv).toEqual({ encoding: "utf-8", hasByteOrderMark: true, delimiter: ";" });
    const changed = await load("changed.csv", writeCsv(frame).replace(",north,", ",south,"));
    expect(changed.fingerprints.rows).not.toBe(plain.fingerprints.rows);
  });
});
