import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Matrix } from "../../score/preparation.ts";
import { binColumn, fitBinning } from "./binning.ts";
import { createHistogramKernel } from "./histogram-kernel.ts";
import { allocateKernelMemory, allocatePlainMemory } from "./kernel-memory.ts";

function matrixOf(values: Float64Array): Matrix {
  return { rowCount: values.length, columns: [{ name: "x", source: "x", levels: null, values }] };
}

describe("the histogram kernel", () => {
  it("adds up the same to the last bit with and without WebAssembly", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(254), fc.double({ min: -1e6, max: 1e6, noNaN: true })), {
          minLength: 1,
          maxLength: 40,
        }),
        (rows) => {
          const memories = [
            allocateKernelMemory(32_768, { isShared: false }),
            allocateKernelMemory(32_768, { isShared: true }),
            allocatePlainMemory(32_768, { isShared: false }),
          ];
          expect(memories.map(({ kind }) => kind)).toEqual(["wasm", "wasm", "plain"]);
          const results = memories.map((memory) => {
            const { buffer } = memory;
            const kernel = createHistogramKernel(memory);
            new Uint8Array(buffer, 64, rows.length).set(rows.map(([bin]) => bin));
            new Uint8Array(buffer, 128, rows.length).set(rows.map(([bin]) => 254 - bin));
            new Uint32Array(buffer, 256, rows.length).set(rows.map((_, row) => rows.length - 1 - row));
            const pairs = rows.flatMap(([, value]) => [value, value / 3]);
            new Float64Array(buffer, 512, 2 * rows.length).set(pairs);
            kernel.addOne(256, 512, rows.length, 64, 2048);
            const [first, second] = [
              { bins: 64, histogram: 10_240 },
              { bins: 128, histogram: 20_480 },
            ];
            kernel.addTwo(256, 512, rows.length, first, second);
            const histogramAt = (place: number) => new Float64Array(buffer, place, 255 * 3).slice();
            expect(histogramAt(10_240)).toEqual(histogramAt(2048));
            kernel.gather(256, rows.length, 512, 28_160);
            const gathered = new Float64Array(buffer, 28_160, 2 * rows.length);
            expect(gathered).toEqual(
              Float64Array.from(rows.toReversed().flatMap(([, value]) => [value, value / 3])),
            );
            return [...histogramAt(2048), ...histogramAt(20_480)];
          });
          expect(results[1]).toEqual(results[0]);
          expect(results[2]).toEqual(results[0]);
          const counted = results[0]!.reduce((sum, value, place) => sum + (place % 3 === 2 ? value : 0), 0);
          expect(counted).toBe(2 * rows.length);
        },
      ),
    );
  });
});

describe("binning", () => {
  it("puts each value in the bin between its limits", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.double({ noNaN: true }),
            fc.integer({ min: -3, max: 3 }),
            fc.constantFrom(Infinity, -Infinity),
          ),
          {
            minLength: 1,
            maxLength: 80,
          },
        ),
        fc.integer({ min: 2, max: 12 }),
        (values, maximalBins) => {
          const column = { values: Float64Array.from(values) };
          const [binning] = fitBinning(matrixOf(column.values), maximalBins, 0).features;
          const bins = new Uint8Array(values.length);
          binColumn(column.values, binning!, bins);
          expect(binning!.binCount).toBeLessThanOrEqual(maximalBins);
          for (const [row, value] of values.entries()) {
            const bin = bins[row]!;
            expect(bin === 0 || value > binning!.limits[bin - 1]!).toBe(true);
            expect(bin === binning!.binCount - 1 || value <= binning!.limits[bin]!).toBe(true);
          }
        },
      ),
    );
  });

  it("parts any two distinct values when there are few", () => {
    const close = [1, 1 + Number.EPSILON, 1 + 2 * Number.EPSILON, 5e-324, 0];
    const column = { values: Float64Array.from(close) };
    const [binning] = fitBinning(matrixOf(column.values), 255, 0).features;
    const bins = new Uint8Array(close.length);
    binColumn(column.values, binning!, bins);
    expect(Array.from(bins)).toEqual([2, 3, 4, 1, 0]);
  });
});
