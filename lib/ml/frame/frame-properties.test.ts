import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Column } from "../score/column.ts";
import { shuffledIndices, createRandom } from "../random.ts";
import { categoricalColumn } from "./column-from-texts.ts";
import { fingerprintRows } from "./fingerprint-rows.ts";
import { concatFrames, createFrame, selectRows, sliceRows, type Frame } from "./frame.ts";
import { readCsv } from "./read-csv.ts";
import { readParquet } from "./read-parquet.ts";
import { writeCsv } from "./write-csv.ts";
import { writeParquet } from "./write-parquet.ts";

const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const label = fc
  .string({ minLength: 1, maxLength: 8, unit: "grapheme" })
  .filter((text) => text.isWellFormed() && !text.includes("\0"))
  .map((text) => `v${text}`);
const day = fc.integer({ min: -20_000, max: 40_000 }).map((days) => days * 86_400_000);
const orNaN = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: NaN, freq: 5 });

/** A frame with one column of each kind, at least one value present in each. */
const frames: fc.Arbitrary<Frame> = fc
  .array(fc.tuple(orNaN(number), fc.option(label), fc.constantFrom(0, 1, 255), orNaN(day)), {
    minLength: 1,
    maxLength: 40,
  })
  .map((rows) => {
    const all = [...rows, [1, "vx", 1, 0] as const];
    const columns: Column[] = [
      { kind: "numeric", name: 'n, "1"', values: Float64Array.from(all, (row) => row[0]) },
      categoricalColumn(
        "kind",
        all.map((row) => row[1]),
      ),
      { kind: "boolean", name: "flag", values: Uint8Array.from(all, (row) => row[2]) },
      {
        kind: "date",
        name: "day",
        values: Float64Array.from(all, (row) => row[3]),
        precision: "day",
        order: "year-first",
      },
    ];
    return createFrame(columns);
  });

describe("frames", () => {
  it("come back from CSV text as they were", async () => {
    await fc.assert(
      fc.asyncProperty(frames, fc.constantFrom(",", ";", "\t", "|"), async (frame, delimiter) => {
        const { frame: back } = await readCsv({ text: writeCsv(frame, { delimiter }) }, { delimiter });
        expect(back).toEqual(frame);
      }),
      { numRuns: 60 },
    );
  });

  it("come back from Parquet as they were, from bytes that are always the same", async () => {
    await fc.assert(
      fc.asyncProperty(frames, async (frame) => {
        const bytes = writeParquet(frame);
        expect(writeParquet(frame)).toEqual(bytes);
        expect(await readParquet({ bytes })).toEqual(frame);
      }),
      { numRuns: 40 },
    );
  });

  it("have a fingerprint that ignores format, column order and unused categories, but not values or row order", async () => {
    await fc.assert(
      fc.asyncProperty(frames, async (frame) => {
        const fingerprint = fingerprintRows(frame);
        const { frame: fromCsv } = await readCsv({ text: writeCsv(frame) });
        expect(fingerprintRows(fromCsv)).toBe(fingerprint);
        expect(fingerprintRows(await readParquet({ bytes: writeParquet(frame) }))).toBe(fingerprint);
        expect(fingerprintRows(createFrame(frame.columns.toReversed()))).toBe(fingerprint);
        expect(fingerprintRows(sliceRows(frame, 0, frame.rowCount - 1))).not.toBe(fingerprint);
        const doubled = concatFrames([frame, frame]);
        expect(fingerprintRows(sliceRows(doubled, 0, frame.rowCount))).toBe(fingerprint);
      }),
      { numRuns: 30 },
    );
  });

  it("select and concatenate without loss", () => {
    fc.assert(
      fc.property(frames, fc.integer(), (frame, seed) => {
        const order = shuffledIndices(frame.rowCount, createRandom(seed));
        const shuffled = selectRows(frame, order);
        const back = new Uint32Array(order.length);
        for (const [place, index] of order.entries()) back[index] = place;
        expect(selectRows(shuffled, back)).toEqual(frame);
        const middle = frame.rowCount >> 1;
        const joined = concatFrames([sliceRows(frame, 0, middle), sliceRows(frame, middle, frame.rowCount)]);
        expect(fingerprintRows(joined)).toBe(fingerprintRows(frame));
      }),
      { numRuns: 40 },
    );
  });
});
