import type { Clock, IdSource, RandomBytes } from "#core/contract/clock.ts";

/** A clock that moves only when told, or by the sleeps it is asked for. */
export interface FakeClock extends Clock {
  advance(milliseconds: number): void;
  /** Every sleep asked for, in order, in milliseconds. */
  readonly sleeps: readonly number[];
}

/** Sleeps return at once and move the clock by their length. */
export function createFakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  let now = start;
  const sleeps: number[] = [];
  return {
    now: () => now,
    advance(milliseconds) {
      now += milliseconds;
    },
    sleeps,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      sleeps.push(milliseconds);
      now += milliseconds;
    },
  };
}

/** Ids in counting order: `call_000001`, `call_000002`, … */
export function createCountingIds(): IdSource {
  let count = 0;
  return {
    next(prefix) {
      count += 1;
      return `${prefix}_${String(count).padStart(6, "0")}`;
    },
  };
}

/** Bytes that look random and repeat with the seed (a 32-bit linear congruential generator; not for secrets). */
export function createSeededBytes(seed = 1): RandomBytes {
  let state = seed >>> 0;
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    });
}
