import { MAXIMAL_PAGES } from "./histogram-kernel.ts";

/**
 * One block of memory that all arrays of a training lie in, so that the histogram kernel reaches them. A shared one can
 * be sent to other threads, which then see the same bytes.
 */
export type KernelMemory =
  | {
      readonly kind: "wasm";
      readonly memory: WasmMemory;
      readonly buffer: ArrayBufferLike;
      readonly isShared: boolean;
    }
  | { readonly kind: "plain"; readonly buffer: ArrayBufferLike };

interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

/** The part of the WebAssembly API used here; TypeScript declares it only together with a browser's. */
declare const WebAssembly: {
  readonly Memory: new (size: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared?: boolean;
  }) => WasmMemory;
};

const PAGE = 65_536;

/**
 * Allocates zeroed memory. A wasm memory reserves gigabytes of addresses (not of memory), which a limit on the address
 * space may forbid; then a plain buffer takes its place.
 * @throws RangeError when the memory cannot be had either way.
 */
export function allocateKernelMemory(byteLength: number, { isShared }: { isShared: boolean }): KernelMemory {
  const pages = Math.ceil(byteLength / PAGE);
  if (pages <= MAXIMAL_PAGES) {
    try {
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: isShared });
      return { kind: "wasm", memory, buffer: memory.buffer, isShared };
    } catch {
      // Falls through to a plain buffer, which needs no reservation.
    }
  }
  return allocatePlainMemory(byteLength, { isShared });
}

/** The same without WebAssembly. */
export function allocatePlainMemory(byteLength: number, { isShared }: { isShared: boolean }): KernelMemory {
  const rounded = Math.ceil(byteLength / 8) * 8;
  const buffer = isShared ? new SharedArrayBuffer(rounded) : new ArrayBuffer(rounded);
  return { kind: "plain", buffer };
}
