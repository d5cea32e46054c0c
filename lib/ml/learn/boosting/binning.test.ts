import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Matrix } from "../../score/preparation.ts";
import { binColumn, fitBinning } from "./binning.ts";
import { createHistogramKernel, createPlainKernel } from "./histogram-kernel.ts";

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
          const results = [createHistogramKernel(16_384), createPlainKernel(16_384)].map((kernel) => {
            const { buffer } = kernel;
            new Uint8Array(buffer, 64, rows.length).set(rows.map(([bin]) => bin));
            new Uint32Array(buffer, 256, rows.length).set(rows.map((_, row) => rows.length - 1 - row));
            new Float64Array(buffer, 512, rows.length).set(rows.map(([, value]) => value));
            new Float64Array(buffer, 1024, rows.length).set(rows.map(([, value]) => value / 3));
            kernel.add(64, 256, 512, 1024, rows.length, 2048);
            return new Float64Array(buffer, 2048, 255 * 3).slice();
          });
          expect(results[0]).toEqual(results[1]);
          expect(results[0]!.reduce((sum, value, place) => sum + (place % 3 === 2 ? value : 0), 0)).toBe(
            rows.length,
          );
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
