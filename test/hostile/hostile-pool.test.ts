import { open, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPool, type Pool, frameFromRows, writeParquet } from "#lib/ml/index.ts";

const GIGABYTE = 1e9;
let folder: string;
let pool: Pool;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "swarm-hostile-pool-"));
  pool = createPool({ size: 1, memoryMegabytes: 1000 });
});
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true, force: true });
});

/** The one worker answers as if nothing had happened. */
async function expectAlive(): Promise<void> {
  const { frame } = await pool.run("read-csv", { source: { text: "a,y\n1,x\n2,z\n" } });
  expect(frame.rowCount).toBe(2);
}

describe("a worker that was given a bad file", () => {
  it.each([
    ["nothing", "", "bad-data"],
    ["an open quote", 'a,y\n"1,2\n', "bad-data"],
    ["a ragged row", "a,y\n1,2,3\n", "bad-data"],
    ["a name twice", "a,a\n1,2\n", "bad-data"],
  ])("refuses %s and does the next task", async (_, text, code) => {
    await expect(pool.run("read-csv", { source: { text } })).rejects.toMatchObject({ name: "MlError", code });
    await expectAlive();
  });

  it("refuses a folder, a missing file and a spoilt Parquet file, and does the next task", async () => {
    const parquet = writeParquet(frameFromRows(Array.from({ length: 50 }, (_, row) => ({ a: row + 0.5 }))));
    const spoilt = parquet.map((byte, index) => (index > 40 && index < 200 ? 0xff : byte));
    await expect(pool.run("read-csv", { source: { path: folder } })).rejects.toMatchObject({
      code: "bad-data",
    });
    await expect(pool.run("read-csv", { source: { path: join(folder, "none") } })).rejects.toMatchObject({
      code: "bad-data",
    });
    await expect(pool.run("read-parquet", { source: { bytes: spoilt } })).rejects.toMatchObject({
      code: "bad-data",
    });
    await expectAlive();
  });

  it("refuses a record that never ends before it takes the memory of it", async () => {
    const path = join(folder, "endless.csv");
    await writeFile(path, `a,y\n"${"x".repeat(80_000_000)}`);
    await expect(pool.run("read-csv", { source: { path } })).rejects.toThrow(
      /longer than 64 MB.*closing quote/,
    );
    await expectAlive();
  }, 60_000);

  it("refuses a file of 2 GB whose columns would pass a limit of 1 GB, saying what to do", async () => {
    const path = join(folder, "large.csv");
    const file = await open(path, "w");
    // Short fields take the most memory for their text: the limit is met within the first 300 MB.
    await file.write(`${Array.from({ length: 50 }, (_, index) => `c${index}`).join(",")}\n`);
    const block = `${"7,".repeat(49)}7\n`.repeat(10_000);
    for (let written = 0; written < 300; written += 1) await file.write(block);
    // The rest is a hole that no reader should come to.
    await file.truncate(2 * GIGABYTE);
    await file.close();
    const failed = await pool.run("read-csv", { source: { path } }).catch((error: unknown) => error);
    await rm(path);
    expect(failed).toMatchObject({ name: "MlError", code: "out-of-memory" });
    expect(String(failed)).toMatch(/more than the limit of 1000 MB.*fewer columns or rows/);
    await expectAlive();
  }, 120_000);
});
