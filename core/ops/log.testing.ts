import type { RandomBytes } from "#core/contract/clock.ts";
import { isoTime } from "#core/contract/clock.ts";
import {
  type Event,
  type NewPayload,
  type PayloadRef,
  type StreamRef,
  ZERO_HASH,
} from "#core/contract/event.ts";
import type { EventLog, PayloadStore } from "#core/contract/event-log.ts";
import { fail, ok } from "#core/contract/failure.ts";
import type { LogIntegrity } from "#core/contract/integrity.ts";
import { canonicalJson } from "#core/events/canonical-json.ts";
import { payloadCommitment } from "#core/events/hash.ts";
import { sealEvent } from "#core/events/seal.ts";
import { readEntry } from "#core/events/verify-entry.ts";
import { createFakeClock, createSeededBytes } from "#core/testing/fake-clock.ts";

/** A row of the log, open to tampering. `entry` is the canonical event, `hash` included. */
interface TestRow {
  position: number;
  entry: Uint8Array;
}

interface TestPayload {
  /** What it is filed under. */
  commitment: string;
  key: Uint8Array;
  content: Uint8Array;
}

/** A log in memory for the tests of this folder: rows and payloads lie open, so that a test can damage them. */
export interface TestLog {
  rows: TestRow[];
  payloadRows: TestPayload[];
  log: Pick<EventLog, "commit" | "read" | "readAll" | "head" | "streamHead">;
  integrity: LogIntegrity;
  payloads: PayloadStore;
  /** Appends one event and gives it back; throws when the log refuses it. */
  append(
    stream: StreamRef,
    type: string,
    more?: { data?: Event["data"]; payload?: NewPayload },
  ): Promise<Event>;
  /** Deletes content and key and says so in the stream. */
  erase(stream: StreamRef, commitment: string): Promise<void>;
}

export function createTestLog(random: RandomBytes = createSeededBytes(7)): TestLog {
  const rows: TestRow[] = [];
  const payloadRows: TestPayload[] = [];
  const clock = createFakeClock();

  function keep(payload: NewPayload): PayloadRef {
    const content = "json" in payload ? new TextEncoder().encode(canonicalJson(payload.json)) : payload.bytes;
    const key = random(32);
    const commitment = payloadCommitment(key, content);
    payloadRows.push({ commitment, key, content });
    return { commitment, bytes: content.byteLength, mediaType: payload.mediaType };
  }
  const events = (): Event[] =>
    rows.flatMap(({ entry }) => {
      const read = readEntry(entry);
      return "fault" in read ? [] : [read.event];
    });
  const ofStream = ({ kind, id }: StreamRef) =>
    events().filter(({ stream }) => stream.kind === kind && stream.id === id);
  const lastOf = (stream: StreamRef): Event | undefined => {
    for (const { entry } of rows.toReversed()) {
      const read = readEntry(entry);
      if ("event" in read && read.event.stream.kind === stream.kind && read.event.stream.id === stream.id)
        return read.event;
    }
    return undefined;
  };
  const payloadOf = (commitment: string) => payloadRows.find((row) => row.commitment === commitment);

  const log: TestLog["log"] = {
    async commit({ appends }) {
      const written: Event[] = [];
      for (const { stream, events: drafts, expectedSeq } of appends) {
        const last = lastOf(stream);
        if (expectedSeq !== undefined && expectedSeq !== (last?.seq ?? 0)) {
          return fail("conflict", `${stream.id} ends at ${last?.seq ?? 0}, not at ${expectedSeq}.`);
        }
        let { seq, hash } = last ?? { seq: 0, hash: ZERO_HASH };
        for (const draft of drafts) {
          seq += 1;
          const place = { stream, seq, position: rows.length, prevHash: hash, at: isoTime(clock.now()) };
          const sealed = sealEvent(
            draft,
            draft.payload === undefined ? place : { ...place, payloadRef: keep(draft.payload) },
          );
          if (!sealed.ok) return sealed;
          ({ hash } = sealed.value.event);
          rows.push({
            position: rows.length,
            entry: new TextEncoder().encode(canonicalJson(sealed.value.event)),
          });
          written.push(sealed.value.event);
        }
      }
      return ok(written);
    },
    read: async (stream, options = {}) =>
      ofStream(stream)
        .filter(({ seq }) => seq > (options.afterSeq ?? 0))
        .slice(0, options.limit),
    readAll: async ({ fromPosition = 0, limit = 1000 } = {}) =>
      events().slice(fromPosition, fromPosition + limit),
    head: async () => ({ size: rows.length }),
    async streamHead(stream) {
      const last = lastOf(stream);
      return { seq: last?.seq ?? 0, hash: last?.hash ?? ZERO_HASH };
    },
  };

  return {
    rows,
    payloadRows,
    log,
    integrity: {
      async *scan({ fromPosition }) {
        for (const { position, entry } of rows)
          if (position >= fromPosition) yield { position, ...readEntry(entry) };
      },
      async payloadFault({ commitment, bytes }) {
        const row = payloadOf(commitment);
        if (row === undefined) return "missing";
        const isIntact =
          row.content.byteLength === bytes && payloadCommitment(row.key, row.content) === commitment;
        return isIntact ? undefined : "mismatch";
      },
    },
    payloads: {
      async read({ commitment }) {
        const row = payloadOf(commitment);
        return row === undefined ? fail("not-found", "no such payload") : ok(row.content);
      },
      async erase(commitment) {
        const at = payloadRows.findIndex((row) => row.commitment === commitment);
        if (at >= 0) payloadRows.splice(at, 1);
        return at >= 0;
      },
      key: async (commitment) => payloadOf(commitment)?.key,
    },
    async append(stream, type, more = {}) {
      const result = await log.commit({
        appends: [
          {
            stream,
            events: [
              {
                type,
                version: 1,
                actor: { kind: "system", id: "test" },
                data: more.data ?? {},
                ...(more.payload === undefined ? {} : { payload: more.payload }),
              },
            ],
          },
        ],
        durability: "batched",
      });
      const [event] = result.ok ? result.value : [];
      if (event === undefined) throw new Error(result.ok ? "nothing written" : result.failure.message);
      return event;
    },
    async erase(stream, commitment) {
      const at = payloadRows.findIndex((row) => row.commitment === commitment);
      payloadRows.splice(at, 1);
      await this.append(stream, "payload.erased", { data: { commitment, reason: "asked for" } });
    },
  };
}
