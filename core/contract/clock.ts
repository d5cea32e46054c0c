import type { IdPrefix } from "./ids.ts";

/** Time, sleep and ids are handed in, so that everything that depends on them can be tested and repeated. */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Rejects with the signal's reason when it aborts first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface IdSource {
  next(prefix: IdPrefix): string;
}

/** Cryptographically strong random bytes. */
export type RandomBytes = (count: number) => Uint8Array;

/** `2026-11-21T08:00:00.000Z` */
export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();
