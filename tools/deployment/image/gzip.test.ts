import { gunzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gzip } from "./gzip.ts";

async function* source(chunks: readonly Uint8Array[]) {
  yield* chunks;
}

async function compress(chunks: readonly Uint8Array[]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const signal = new AbortController().signal;
  for await (const part of gzip(source(chunks), { level: 6, signal })) parts.push(part);
  return Buffer.concat(parts);
}

describe("gzip", () => {
  it("is undone by any gunzip", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 6 }), async (chunks) => {
        expect(gunzipSync(await compress(chunks))).toEqual(Buffer.concat(chunks));
      }),
      { numRuns: 30 },
    );
  });

  it("states neither a time nor an operating system in its header", async () => {
    const bytes = await compress([Uint8Array.of(1, 2, 3)]);
    expect([...bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  });

  it("passes on an error of its source", async () => {
    async function* broken() {
      yield Uint8Array.of(1);
      throw new Error("the disk is gone");
    }
    const drain = async () => {
      for await (const _ of gzip(broken(), { level: 1, signal: new AbortController().signal }));
    };
    await expect(drain()).rejects.toThrow("the disk is gone");
  });

  it("stops when the signal fires", async () => {
    const stop = new AbortController();
    async function* endless() {
      for (let count = 0; count < 1e6; count += 1) {
        if (count === 3) stop.abort();
        yield new Uint8Array(1024);
      }
    }
    const drain = async () => {
      for await (const _ of gzip(endless(), { level: 1, signal: stop.signal }));
    };
    await expect(drain()).rejects.toThrow(/abort/i);
  });
});
