import type { z } from "zod";
import type { Actor } from "#core/contract/actor.ts";
import type { Event, EventRef, NewEvent, NewPayload } from "#core/contract/event.ts";
import type { JsonObject } from "#core/contract/json.ts";
import { type RunEventData, type RunEventType, runEventTypes } from "./run-events.ts";
import { type Upcasters, upcast, upcasters } from "./upcast.ts";

/** An event of a run's stream with its data narrowed by its type. */
export type RunEvent = {
  [Type in RunEventType]: Omit<Event, "type" | "data"> & { type: Type; data: RunEventData<Type> };
}[RunEventType];

/** Writes a run event; the type checker holds data and type together. */
export function newRunEvent<Type extends RunEventType>(
  type: Type,
  data: RunEventData<Type>,
  more: { actor: Actor; payload?: NewPayload; causedBy?: EventRef },
): NewEvent {
  return {
    type,
    version: runEventTypes[type].version,
    actor: more.actor,
    // Every data schema above is made of JSON values; z.output only adds brands to strings.
    data: data as unknown as JsonObject,
    ...(more.payload === undefined ? {} : { payload: more.payload }),
    ...(more.causedBy === undefined ? {} : { causedBy: more.causedBy }),
  };
}

/**
 * The same without parsing the data: for events that this process wrote itself with newRunEvent, and for tables that
 * can be rebuilt. What comes from a database and is decided by goes through readRunEvent.
 */
export function narrowRunEvent(event: Event, table: Upcasters = upcasters): RunEvent {
  if (!isRunEventType(event.type)) return readRunEvent(event, table);
  return upcast(event, runEventTypes[event.type].version, table) as unknown as RunEvent; // see above
}

const isRunEventType = (type: string): type is RunEventType => Object.hasOwn(runEventTypes, type);

/**
 * Reads a stored event as a run event: old versions are lifted first, then the data is parsed. Throws on an
 * unknown type or a shape that does not parse: the database was written by a newer Swarm or damaged.
 */
export function readRunEvent(event: Event, table: Upcasters = upcasters): RunEvent {
  if (!isRunEventType(event.type)) {
    throw new Error(
      `event ${event.stream.id}#${event.seq} has type ${event.type}, which this version of Swarm does not know; open it with the version that wrote it or a newer one`,
    );
  }
  const definition = runEventTypes[event.type];
  const lifted = upcast(event, definition.version, table);
  const schema: z.ZodType = definition.data;
  const parsed = schema.safeParse(lifted.data);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(
      `event ${event.stream.id}#${event.seq} (${event.type}) does not fit its schema at ${issue?.path.join(".") ?? "?"}: ${issue?.message ?? "unknown"}`,
    );
  }
  return { ...lifted, data: parsed.data } as unknown as RunEvent; // type and data were just checked together
}
