import type { KernelMemory } from "./kernel-memory.ts";

/**
 * The inner loop of histogram boosting as a WebAssembly function, assembled here: wasm memory needs no bounds checks and
 * its vector instructions add gradient and hessian at once, so that V8 runs it three times as fast as the same loop over
 * typed arrays. In JavaScript it would read, for one or for two features at a time,
 *
 *   for (let i = 0; i < count; i++) {
 *     const bin = histogram + 24 * bins[rows[i]];       // [gradient, hessian, rows] as three doubles
 *     f64[bin] += pairs[2 * i];
 *     f64[bin + 8] += pairs[2 * i + 1];
 *     f64[bin + 16] += 1;
 *   }
 *
 * Sums run in row order, so the result does not depend on how features are shared out among threads.
 */
export interface HistogramKernel {
  /**
   * Adds rows to the histogram of one feature; all arguments but `count` are byte addresses in the memory. Plain
   * numbers, as WebAssembly takes no objects.
   */
  addOne(rows: number, pairs: number, count: number, bins: number, histogram: number): void;
  /** Copies the pair of each row, from all pairs in the order of rows, one behind the other to `ordered`. */
  gather(rows: number, count: number, pairs: number, ordered: number): void;
  /** The same for two features, which reads rows and pairs once. */
  addTwo(rows: number, pairs: number, count: number, first: FeatureAddress, second: FeatureAddress): void;
}

/** Byte addresses of a feature's column of bins and of its first bin in the histogram. */
export interface FeatureAddress {
  readonly bins: number;
  readonly histogram: number;
}

/** The part of the WebAssembly API used here; TypeScript declares it only together with a browser's. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** Bytes of one bin: sum of gradients, sum of hessians, number of rows. */
export const BIN_BYTES = 24;
const PAIR_BYTES = 16;
const ROW_BYTES = 4;
const UNROLLED = 4;

/** A kernel over a memory; without WebAssembly the plain loop does the same sums, only slower. */
export function createHistogramKernel(memory: KernelMemory): HistogramKernel {
  if (memory.kind === "plain") return createPlainKernel(memory.buffer);
  const module = new WebAssembly.Module(moduleBytes(memory.isShared));
  const instance = new WebAssembly.Instance(module, { m: { memory: memory.memory } });
  // The module below exports exactly these functions.
  const { one4, one1, two4, two1, gather } = instance.exports as Record<
    "one4" | "one1" | "two4" | "two1" | "gather",
    (...numbers: number[]) => void
  >;
  return {
    gather: (rows, count, pairs, ordered) => {
      if (count > 0) gather(rows, rows + count * ROW_BYTES, pairs, ordered);
    },
    addOne: (rows, pairs, count, bins, histogram) => {
      const whole = count - (count % UNROLLED);
      const [middle, end] = [pairs + whole * PAIR_BYTES, pairs + count * PAIR_BYTES];
      if (whole > 0) one4(rows, pairs, middle, bins, histogram);
      if (whole < count) one1(rows + whole * ROW_BYTES, middle, end, bins, histogram);
    },
    addTwo: (rows, pairs, count, { bins, histogram }, second) => {
      const whole = count - (count % UNROLLED);
      const [middle, end] = [pairs + whole * PAIR_BYTES, pairs + count * PAIR_BYTES];
      if (whole > 0) two4(rows, pairs, middle, bins, histogram, second.bins, second.histogram);
      if (whole === count) return;
      two1(rows + whole * ROW_BYTES, middle, end, bins, histogram, second.bins, second.histogram);
    },
  };
}

function createPlainKernel(buffer: ArrayBufferLike): HistogramKernel {
  const bytes = new Uint8Array(buffer);
  const integers = new Uint32Array(buffer, 0, buffer.byteLength >> 2);
  const doubles = new Float64Array(buffer, 0, buffer.byteLength >> 3);
  const addOne: HistogramKernel["addOne"] = (rows, pairs, count, bins, histogram) => {
    const [firstRow, firstPair, firstBin] = [rows / ROW_BYTES, pairs / 8, histogram / 8];
    for (let place = 0; place < count; place++) {
      const bin = firstBin + 3 * bytes[bins + integers[firstRow + place]!]!;
      doubles[bin]! += doubles[firstPair + 2 * place]!;
      doubles[bin + 1]! += doubles[firstPair + 2 * place + 1]!;
      doubles[bin + 2]! += 1;
    }
  };
  return {
    gather: (rows, count, pairs, ordered) => {
      const [firstRow, all, target] = [rows / ROW_BYTES, pairs / 8, ordered / 8];
      for (let place = 0; place < count; place++) {
        const row = integers[firstRow + place]!;
        doubles[target + 2 * place] = doubles[all + 2 * row]!;
        doubles[target + 2 * place + 1] = doubles[all + 2 * row + 1]!;
      }
    },
    addOne,
    addTwo: (rows, pairs, count, first, second) => {
      addOne(rows, pairs, count, first.bins, first.histogram);
      addOne(rows, pairs, count, second.bins, second.histogram);
    },
  };
}

const I32 = 0x7f;
const V128 = 0x7b;
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const LOOP = [0x03, 0x40];
const END = 0x0b;
const MEMORY_IMPORT = 0x02;
/** Largest number of 64 KiB pages: what 32-bit addresses reach. */
export const MAXIMAL_PAGES = 65_536;

const ROWS = 0;
const PAIRS = 1;
const PAIRS_END = 2;

/** Parameters 3 and 4 are bins and histogram of the first feature, 5 and 6 of the second; the rest are locals. */
interface Shape {
  readonly features: 1 | 2;
  readonly unrolled: number;
}

const FUNCTIONS: readonly (readonly [string, Shape])[] = [
  ["one4", { features: 1, unrolled: UNROLLED }],
  ["one1", { features: 1, unrolled: 1 }],
  ["two4", { features: 2, unrolled: UNROLLED }],
  ["two1", { features: 2, unrolled: 1 }],
];

function parameterCount({ features }: Shape): number {
  return 3 + 2 * features;
}

function moduleBytes(isShared: boolean): Uint8Array<ArrayBuffer> {
  const counts = [...FUNCTIONS.map(([, shape]) => parameterCount(shape)), GATHER_PARAMETERS];
  const types = counts.map((count) => [0x60, ...vector(Array.from({ length: count }, () => [I32])), 0]);
  const names = [...FUNCTIONS.map(([name]) => name), "gather"];
  const bodies = [...FUNCTIONS.map(([, shape]) => functionBody(shape)), gatherBody()];
  const limits = [isShared ? 0x03 : 0x01, 0x00, ...unsigned(MAXIMAL_PAGES)];
  const imported = [...text("m"), ...text("memory"), MEMORY_IMPORT, ...limits];
  return Uint8Array.from([
    ...HEADER,
    ...section(1, vector(types)),
    ...section(2, vector([imported])),
    ...section(3, vector(names.map((_, index) => [index]))),
    ...section(7, vector(names.map((name, index) => [...text(name), 0x00, index]))),
    ...section(10, vector(bodies)),
  ]);
}

/** A loop over `unrolled` rows at a time until the pair address reaches the end. */
function functionBody(shape: Shape): number[] {
  const { unrolled } = shape;
  const steps = Array.from({ length: unrolled }, (_, index) => addRow(shape, index)).flat();
  const locals = vector([
    [...unsigned(2), I32],
    [...unsigned(1), V128],
  ]);
  const body = [
    ...locals,
    ...LOOP,
    ...steps,
    ...advance(ROWS, ROW_BYTES * unrolled),
    ...advance(PAIRS, PAIR_BYTES * unrolled),
    ...repeatWhileBelow(PAIRS, PAIRS_END),
    END,
    END,
  ];
  return [...unsigned(body.length), ...body];
}

/** Parameters: rows, where they end, all pairs, ordered pairs. */
const GATHER_PARAMETERS = 4;

function gatherBody(): number[] {
  const [rows, end, pairs, ordered] = [0, 1, 2, 3];
  const pairAddress = [...read(pairs), ...read(rows), 0x28, 0x02, 0x00, ...constant(4), 0x74, 0x6a];
  // v128[ordered] = v128[pairs + 16 * row]
  const copyPair = [...read(ordered), ...pairAddress, ...loadVector(0), 0xfd, 0x0b, 0x03, 0x00];
  const body = [
    0x00,
    ...LOOP,
    ...copyPair,
    ...advance(rows, ROW_BYTES),
    ...advance(ordered, PAIR_BYTES),
    ...repeatWhileBelow(rows, end),
    END,
    END,
  ];
  return [...unsigned(body.length), ...body];
}

function addRow(shape: Shape, index: number): number[] {
  const row = parameterCount(shape);
  const pair = row + 2;
  const loadRow = [...read(ROWS), 0x28, 0x02, ...unsigned(ROW_BYTES * index), ...write(row)];
  const loadPair = [...read(PAIRS), ...loadVector(PAIR_BYTES * index), ...write(pair)];
  const features = Array.from({ length: shape.features }, (_, feature) =>
    addToBin({ row, pair, bins: 3 + 2 * feature, histogram: 4 + 2 * feature }),
  );
  return [...loadRow, ...loadPair, ...features.flat()];
}

function addToBin(locals: {
  readonly row: number;
  readonly pair: number;
  readonly bins: number;
  readonly histogram: number;
}): number[] {
  const bin = locals.row + 1;
  const loadBin = [...read(locals.bins), ...read(locals.row), 0x6a, 0x2d, 0x00, 0x00];
  // bin = histogram + 24 * bins[row]
  const address = [...read(locals.histogram), ...loadBin, ...constant(BIN_BYTES), 0x6c, 0x6a, ...write(bin)];
  // v128[bin] += pair
  const sum = [...read(bin), ...loadVector(0), ...read(locals.pair), 0xfd, 0xf0, 0x01];
  const addPair = [...read(bin), ...sum, 0xfd, 0x0b, 0x03, 0x00];
  // f64[bin + 16] += 1
  const count = [...read(bin), 0x2b, 0x03, 16, ...one(), 0xa0];
  const addCount = [...read(bin), ...count, 0x39, 0x03, 16];
  return [...address, ...addPair, ...addCount];
}

function one(): number[] {
  return [0x44, ...new Uint8Array(Float64Array.of(1).buffer)];
}

function read(local: number): number[] {
  return [0x20, local];
}

function write(local: number): number[] {
  return [0x21, local];
}

function loadVector(offset: number): number[] {
  return [0xfd, 0x00, 0x03, ...unsigned(offset)];
}

function advance(local: number, step: number): number[] {
  return [...read(local), ...constant(step), 0x6a, ...write(local)];
}

/** br_if to the start of the loop when the first local is below the second, unsigned. */
function repeatWhileBelow(local: number, limit: number): number[] {
  return [...read(local), ...read(limit), 0x49, 0x0d, 0x00];
}

/** i32.const of a number from 0 to 8191, as signed LEB128. */
function constant(value: number): number[] {
  return value < 64 ? [0x41, value] : [0x41, (value & 0x7f) | 0x80, value >> 7];
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function text(value: string): number[] {
  return [value.length, ...new TextEncoder().encode(value)];
}
