import { type Event, type StreamRef, ZERO_HASH } from "#core/contract/event.ts";
import type { StreamHead } from "#core/contract/event-log.ts";
import type { Sha256 } from "#core/contract/ids.ts";

export interface ChainFault {
  fault: "wrong-hash" | "gap" | "broken-link";
  detail: string;
  /** The sequence number that is bad: the missing one for a gap. */
  seq: number;
}

const START: StreamHead = { seq: 0, hash: ZERO_HASH };

/**
 * Follows the chains of all streams at once, event by event in the order of positions. Begun in the middle of a
 * log, it takes the first event of each stream as it finds it.
 */
export class ChainCheck {
  readonly #heads = new Map<string, StreamHead>();
  readonly #isFromStart: boolean;

  constructor(options: { fromStart: boolean }) {
    this.#isFromStart = options.fromStart;
  }

  /**
   * Looks at the next event and moves on to it, unless its content was changed: then nothing that it says about
   * its place can be believed. `expected` is the hash that its content demands.
   */
  next(event: Event, expected: Sha256): ChainFault | undefined {
    const before = this.head(event.stream);
    if (event.hash !== expected) {
      return {
        fault: "wrong-hash",
        detail: `its content hashes to ${expected}, it says ${event.hash}`,
        seq: event.seq,
      };
    }
    this.#heads.set(keyOf(event.stream), { seq: event.seq, hash: event.hash });
    if (before === undefined) return undefined;
    if (event.seq !== before.seq + 1) {
      const detail = `sequence number ${event.seq} follows ${before.seq}`;
      return { fault: "gap", detail, seq: Math.min(event.seq, before.seq + 1) };
    }
    if (event.prevHash !== before.hash) {
      const detail = `it points at ${event.prevHash}, the event before it has ${before.hash}: this one or that one was changed`;
      return { fault: "broken-link", detail, seq: event.seq };
    }
    return undefined;
  }

  /** Where a stream stands; undefined when that cannot be known. */
  head(stream: StreamRef): StreamHead | undefined {
    return this.#heads.get(keyOf(stream)) ?? (this.#isFromStart ? START : undefined);
  }
}

const keyOf = (stream: StreamRef): string => `${stream.kind}/${stream.id}`;
