import type { Event } from "#core/contract/event.ts";
import type { JsonObject } from "#core/contract/json.ts";

/** For each event type, by the version that it starts from: the data in the shape of the next version. */
export type Upcasters = Record<string, Record<number, (data: JsonObject) => JsonObject>>;

/** All shapes are at their first version so far. */
export const upcasters: Upcasters = {};

/**
 * Lifts an event's data to a newer version, step by step. Hashes are of the stored form and stay as they are.
 * Throws when a step is missing or the event is newer than `target`.
 */
export function upcast(event: Event, target: number, table: Upcasters): Event {
  let { version, data } = event;
  if (version > target) {
    throw new Error(
      `event ${event.stream.id}#${event.seq} (${event.type}) has version ${version}, this Swarm reads up to ${target}; use a newer one`,
    );
  }
  while (version < target) {
    const step = table[event.type]?.[version];
    if (step === undefined) throw new Error(`no upcaster for ${event.type} from version ${version}`);
    data = step(data);
    version += 1;
  }
  return version === event.version ? event : { ...event, version, data };
}
