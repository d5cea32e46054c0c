import type { Actor } from "#core/contract/actor.ts";
import type { Event, NewEvent, NewPayload, StreamRef } from "#core/contract/event.ts";
import type { Transaction } from "#core/contract/event-log.ts";
import type { Result } from "#core/contract/failure.ts";
import type { JsonObject } from "#core/contract/json.ts";

const actor: Actor = { kind: "system", id: "conformance" };

/** A stream by number. */
export const runStream = (number: number): StreamRef => ({
  kind: "run",
  id: `run_${String(number).padStart(6, "0")}`,
});

export const note = (data: JsonObject = {}, payload?: NewPayload): NewEvent => ({
  type: "note.taken",
  version: 1,
  actor,
  data,
  ...(payload === undefined ? {} : { payload }),
});

/** A transaction with one append. */
export const append = (
  stream: StreamRef,
  events: NewEvent[],
  more: Partial<Omit<Transaction, "appends">> & { expectedSeq?: number } = {},
): Transaction => {
  const { expectedSeq, ...rest } = more;
  return {
    appends: [{ stream, events, ...(expectedSeq === undefined ? {} : { expectedSeq }) }],
    durability: "batched",
    ...rest,
  };
};

/** The value of a result that a test expects to be good. */
export function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}

/** The first of a list that a test expects to have one. */
export function firstOf<Item>(items: readonly Item[]): Item {
  const [first] = items;
  if (first === undefined) throw new Error("the list is empty");
  return first;
}

/** Streams and numbers of events, for short expectations. */
export const places = (events: readonly Event[]): string[] =>
  events.map((event) => `${event.position}:${event.stream.id}#${event.seq}`);
