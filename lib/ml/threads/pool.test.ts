import { afterAll, describe, expect, it } from "vitest";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { frameFromRows } from "../frame/frame-rows.ts";
import { trainModel } from "../learn/train-model.ts";
import { encodeModel } from "../model/encode-model.ts";
import { createRandom } from "../random.ts";
import type { TimedProgress } from "./messages.ts";
import { createPool } from "./pool.ts";

const random = createRandom(1);
const frame = frameFromRows(
  Array.from({ length: 3000 }, () => {
    const x = random.normal();
    return { x, y: random.normal(), label: x > 0 ? "yes" : "no" };
  }),
);
const training = { training: frame, target: "label", algorithm: "gradient-boosting", seed: 0 } as const;
const endless = { ...training, parameters: { rounds: 100_000 } };

const pool = createPool({ size: 2 });
afterAll(() => pool.close());

describe("a pool", () => {
  it("runs tasks on threads with the result of the same work done here", async () => {
    const [first, second] = await Promise.all([
      pool.run("train-model", training),
      pool.run("train-model", training),
    ]);
    const here = encodeModel(trainModel(training).model);
    expect(encodeModel(first.model)).toEqual(here);
    expect(encodeModel(second.model)).toEqual(here);
  });

  it("reports progress with a rate and the time that is left", async () => {
    const seen: TimedProgress[] = [];
    await pool.run("train-model", training, { onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toMatchObject({ stage: "train", done: 100, total: 100 });
    expect(seen.at(-1)!.rowsPerSecond).toBeGreaterThan(1000);
    expect(seen.at(-1)!.remainingMilliseconds).toBe(0);
    expect(seen[0]!.remainingMilliseconds).toBeGreaterThan(0);
  });

  it("stops endless work at the signal and goes on with the next task", async () => {
    const stopper = new AbortController();
    const stopAtFirstReport = (): void => {
      stopper.abort();
    };
    const run = pool.run("train-model", endless, { signal: stopper.signal, onProgress: stopAtFirstReport });
    await expect(run).rejects.toMatchObject({ name: "MlError", code: "cancelled" });
    expect(await pool.run("fingerprint-rows", { frame })).toHaveLength(64);
  });

  it("takes waiting work out of the queue when it is cancelled, and refuses cancelled work", async () => {
    const single = createPool({ size: 1 });
    const running = new AbortController();
    const waiting = new AbortController();
    const first = single.run("train-model", endless, { signal: running.signal });
    const second = single.run("fingerprint-rows", { frame }, { signal: waiting.signal });
    waiting.abort();
    await expect(second).rejects.toMatchObject({ code: "cancelled" });
    running.abort();
    await expect(first).rejects.toMatchObject({ code: "cancelled" });
    await expect(single.run("fingerprint-rows", { frame }, { signal: waiting.signal })).rejects.toMatchObject(
      { code: "cancelled" },
    );
    await single.close();
  });

  it("passes typed errors on with their details", async () => {
    const failing = pool.run("read-csv", { source: { text: "a,b\n1\n" } });
    await expect(failing).rejects.toMatchObject({
      name: "MlError",
      code: "bad-data",
      details: { row: 1, expected: 2 },
    });
    await expect(pool.run("read-csv", { source: { path: "/nowhere.csv" } })).rejects.toMatchObject({
      code: "bad-data",
    });
  });

  it("refuses input that cannot be sent and stays usable", async () => {
    const input = {
      source: { text: "a\n1\n" },
      options: { maxRows: 1, names: [(() => "") as unknown as string] },
    };
    await expect(pool.run("read-csv", input)).rejects.toMatchObject({ code: "bad-argument" });
    expect((await pool.run("read-csv", { source: { text: "a\n1\n" } })).frame.rowCount).toBe(1);
  });

  it("refuses work that would take more memory than the limit, and goes on", async () => {
    const small = createPool({ size: 1, memoryMegabytes: 0.2 });
    await expect(small.run("train-model", training)).rejects.toMatchObject({
      code: "out-of-memory",
      message: expect.stringMatching(/limit of 1 MB.*Use fewer rows/) as string,
    });
    expect(await small.run("fingerprint-rows", { frame })).toHaveLength(64);
    await small.close();
  });

  it("survives a worker that runs out of memory", async () => {
    const small = createPool({ size: 1, heapMegabytes: 24 });
    const text = `x\n${Array.from({ length: 400_000 }, (_, row) => `some longer text number ${row}`).join("\n")}\n`;
    await expect(small.run("read-csv", { source: { text } })).rejects.toMatchObject({
      code: "out-of-memory",
    });
    expect((await small.run("read-csv", { source: { text: "a\n1\n" } })).frame.rowCount).toBe(1);
    await small.close();
  });

  it("cancels everything when it is closed, and takes nothing more", async () => {
    const closing = createPool({ size: 1 });
    const run = closing.run("train-model", endless);
    const waiting = closing.run("fingerprint-rows", { frame });
    const outcomes = Promise.allSettled([run, waiting]);
    await closing.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(closing.run("fingerprint-rows", { frame })).rejects.toMatchObject({ code: "bad-argument" });
  });

  it("lets the process end while its workers are idle", async () => {
    const entry = fileURLToPath(new URL("./pool.ts", import.meta.url));
    const script =
      `const { createPool } = await import(${JSON.stringify(entry)});` +
      `await createPool({ size: 2 }).run("read-csv", { source: { text: "a\\n1\\n" } });`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: "ignore" });
    const code = await new Promise((resolve) => child.on("exit", resolve));
    expect(code).toBe(0);
  });
});
