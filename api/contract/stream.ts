import { z } from "zod";
import { JsonObject } from "#core/contract/json.ts";
import { EventView } from "./pipeline.ts";

/**
 * What comes over a WebSocket. A run's socket (`/pipelines/ID/ws?after=SEQ`) sends every event after SEQ, oldest
 * first, then the live ones, without gap or duplicate; `caught-up` stands between the two. The log's socket
 * (`/events/ws?from=POSITION`) does the same over all runs. `live` is what happens between events and is kept nowhere.
 */
export const StreamMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("event"), runId: z.string(), event: EventView }),
  z.object({ type: z.literal("caught-up"), seq: z.number().int() }),
  z.object({ type: z.literal("live"), runId: z.string(), update: JsonObject }),
  z.object({ type: z.literal("problem"), message: z.string() }),
]);
export type StreamMessage = z.infer<typeof StreamMessage>;
