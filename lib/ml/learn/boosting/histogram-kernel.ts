/**
 * The inner loop of histogram boosting as a WebAssembly function, assembled here: V8 runs it twice as fast as the same
 * loop over typed arrays, because wasm memory needs no bounds checks. In JavaScript it would read
 *
 *   for (let i = 0; i < count; i++) {
 *     const bin = histogram + 24 * bins[rows[i]];       // [gradient, hessian, rows] as three doubles
 *     f64[bin] += gradients[i];
 *     f64[bin + 8] += hessians[i];
 *     f64[bin + 16] += 1;
 *   }
 *
 * Sums run in row order, so the result does not depend on how features are shared out among threads.
 */
export interface HistogramKernel {
  /** Where everything that the kernel reads and writes has to lie. */
  readonly buffer: ArrayBuffer;
  /**
   * Adds rows to a feature's histogram; all arguments but `count` are byte addresses in `buffer`. Plain numbers, as
   * WebAssembly takes no objects.
   */
  add(
    bins: number,
    rows: number,
    gradients: number,
    hessians: number,
    count: number,
    histogram: number,
  ): void;
}

interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** The part of the WebAssembly API used here; TypeScript declares it only together with a browser's. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** Bytes of one bin: sum of gradients, sum of hessians, number of rows. */
export const BIN_BYTES = 24;
const PAGE = 65_536;
const UNROLLED = 4;

const I32 = 0x7f;
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const ONE_INTEGER_LOCAL = [0x01, 0x01, I32];
const LOOP = [0x03, 0x40];
const END = 0x0b;
const MAIN = { bins: 0, rows: 1, gradients: 2, hessians: 3, end: 4, histogram: 5, bin: 6 } as const;

/**
 * A kernel with memory of its own. A wasm memory reserves gigabytes of addresses (not of memory), which a limit on the
 * address space may forbid; then the plain loop does the same sums, only slower.
 * @throws RangeError when the memory cannot be had either way.
 */
export function createHistogramKernel(byteLength: number): HistogramKernel {
  const pages = Math.ceil(byteLength / PAGE);
  let memory: WasmMemory;
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    return createPlainKernel(byteLength);
  }
  const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()), { m: { memory } });
  // The module below exports exactly these two functions.
  const { blocks, singles } = instance.exports as {
    blocks: (...numbers: number[]) => void;
    singles: (...numbers: number[]) => void;
  };
  return {
    buffer: memory.buffer,
    add: (bins, rows, gradients, hessians, count, histogram) => {
      const whole = count - (count % UNROLLED);
      const middle = gradients + whole * 8;
      if (whole > 0) blocks(bins, rows, gradients, hessians, middle, histogram);
      if (whole < count) {
        singles(bins, rows + whole * 4, middle, hessians + whole * 8, gradients + count * 8, histogram);
      }
    },
  };
}

/** The same kernel without WebAssembly. */
export function createPlainKernel(byteLength: number): HistogramKernel {
  const buffer = new ArrayBuffer(Math.ceil(byteLength / 8) * 8);
  const bytes = new Uint8Array(buffer);
  const integers = new Uint32Array(buffer, 0, buffer.byteLength >> 2);
  const doubles = new Float64Array(buffer);
  return {
    buffer,
    add: (bins, rows, gradients, hessians, count, histogram) => {
      const [firstRow, firstGradient, firstHessian, firstBin] = [
        rows / 4,
        gradients / 8,
        hessians / 8,
        histogram / 8,
      ];
      for (let place = 0; place < count; place++) {
        const bin = firstBin + 3 * bytes[bins + integers[firstRow + place]!]!;
        doubles[bin]! += doubles[firstGradient + place]!;
        doubles[bin + 1]! += doubles[firstHessian + place]!;
        doubles[bin + 2]! += 1;
      }
    },
  };
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const type = [0x60, ...vector(Array.from({ length: 6 }, () => [I32])), 0];
  const imported = [...text("m"), ...text("memory"), 0x02, 0x00, 0x01];
  const exported = [
    [...text("blocks"), 0x00, 0],
    [...text("singles"), 0x00, 1],
  ];
  return Uint8Array.from([
    ...HEADER,
    ...section(1, vector([type])),
    ...section(2, vector([imported])),
    ...section(3, vector([[0], [0]])),
    ...section(7, vector(exported)),
    ...section(10, vector([functionBody(UNROLLED), functionBody(1)])),
  ]);
}

/** A loop over `unrolled` rows at a time until the gradient address reaches `end`. */
function functionBody(unrolled: number): number[] {
  const steps = Array.from({ length: unrolled }, (_, index) => addRow(index)).flat();
  const body = [
    ...ONE_INTEGER_LOCAL,
    ...LOOP,
    ...steps,
    ...advance(MAIN.rows, 4 * unrolled),
    ...advance(MAIN.gradients, 8 * unrolled),
    ...advance(MAIN.hessians, 8 * unrolled),
    ...repeatWhileBelow(MAIN.gradients, MAIN.end),
    END,
    END,
  ];
  return [...unsigned(body.length), ...body];
}

function addRow(index: number): number[] {
  const loadRow = [...read(MAIN.rows), 0x28, 0x02, ...unsigned(4 * index)];
  const loadBin = [...read(MAIN.bins), ...loadRow, 0x6a, 0x2d, 0x00, 0x00];
  const binAddress = [
    ...read(MAIN.histogram),
    ...loadBin,
    ...constant(BIN_BYTES),
    0x6c,
    0x6a,
    0x21,
    MAIN.bin,
  ];
  const one = [0x44, ...new Uint8Array(Float64Array.of(1).buffer)];
  return [
    ...binAddress,
    ...accumulate(0, [...read(MAIN.gradients), ...loadDouble(8 * index)]),
    ...accumulate(8, [...read(MAIN.hessians), ...loadDouble(8 * index)]),
    ...accumulate(16, one),
  ];
}

/** f64[bin + offset] += value */
function accumulate(offset: number, value: readonly number[]): number[] {
  const sum = [...read(MAIN.bin), ...loadDouble(offset), ...value, 0xa0];
  return [...read(MAIN.bin), ...sum, 0x39, 0x03, ...unsigned(offset)];
}

function read(local: number): number[] {
  return [0x20, local];
}

function advance(local: number, step: number): number[] {
  return [...read(local), ...constant(step), 0x6a, 0x21, local];
}

/** br_if to the start of the loop when the first local is below the second, unsigned. */
function repeatWhileBelow(local: number, limit: number): number[] {
  return [...read(local), ...read(limit), 0x49, 0x0d, 0x00];
}

function loadDouble(offset: number): number[] {
  return [0x2b, 0x03, ...unsigned(offset)];
}

/** i32.const of a number below 64, which fits one signed byte. */
function constant(value: number): number[] {
  return [0x41, value];
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
