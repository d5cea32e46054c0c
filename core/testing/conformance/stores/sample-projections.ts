import type { JsonObject } from "#core/contract/json.ts";
import type { ProjectionDefinition } from "#core/contract/projection.ts";

/**
 * A row per stream: the members of the newest event's data, and how many events there were. An event with
 * `remove: true` deletes the row, one with `explode: true` makes the definition throw.
 */
export const sampleProjection: ProjectionDefinition = {
  name: "sample_runs",
  description: "Newest facts of each stream, for the conformance suites",
  columns: [
    { name: "status", type: "text", indexed: true },
    { name: "events", type: "integer" },
    { name: "score", type: "real", indexed: true },
    { name: "is_open", type: "integer" },
    // A word of query languages: names must be quoted wherever they are used.
    { name: "order", type: "text" },
  ],
  keys: (event) => [event.stream.id],
  apply(row, event): JsonObject | undefined {
    if (event.data["explode"] === true) throw new Error("told to explode");
    if (event.data["remove"] === true) return undefined;
    return { ...row, ...event.data, id: event.stream.id, events: Number(row?.["events"] ?? 0) + 1 };
  },
};

/** One row for the whole log, under one key: every event changes the same row. */
export const sampleTotals: ProjectionDefinition = {
  name: "sample_totals",
  description: "How many events of each type there are",
  columns: [],
  keys: () => ["all"],
  apply: (row, event) => ({ ...row, [event.type]: Number(row?.[event.type] ?? 0) + 1 }),
};
