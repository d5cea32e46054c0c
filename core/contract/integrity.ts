import type { Event, PayloadRef } from "./event.ts";

/**
 * One place of the log as it lies on the disk. `fault` says what is wrong there, in words for a report; `event` is
 * there whenever the row could still be read as one, so that a reader can go on past the fault. Faults of the
 * store as a whole (a missing guard, a damaged index) come last, at the position after the last event.
 */
export interface ScannedEvent {
  position: number;
  event?: Event;
  fault?: string;
  /** No row stands there at all: events are missing, not damaged. */
  isGap?: true;
}

/**
 * The log for those who do not trust it: nothing is skipped, mended or thrown. It finds what one row and its
 * neighbours can show (unreadable body, columns or hash that differ from the body, gaps); links between the events
 * of a stream, the tree and the signed checkpoints are the verifier's work.
 */
export interface LogIntegrity {
  /** All rows from a position on, in order. */
  scan(options: { fromPosition: number }): AsyncIterable<ScannedEvent>;
  /**
   * `missing` also after a lawful erasure: whether one was allowed is told by the `payload.erased` events of the
   * chain, never by the store.
   */
  payloadFault(ref: PayloadRef): Promise<"missing" | "mismatch" | undefined>;
}
