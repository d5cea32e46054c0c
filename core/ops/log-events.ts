import { z } from "zod";
import type { NewEvent, StreamRef } from "#core/contract/event.ts";
import { Sha256 } from "#core/contract/ids.ts";
import type { JsonObject } from "#core/contract/json.ts";
import { LogFinding } from "./log-finding.ts";

/** The log's own stream: what was signed and what was found. */
export const LOG_STREAM: StreamRef = { kind: "log", id: "main" };

const count = z.number().int().nonnegative();

/** The facts of the log's own stream; the number is the newest version of the data's shape. */
export const logEventTypes = {
  /** The first `size` events had this root; the note lies in every checkpoint sink. */
  "checkpoint.signed": {
    version: 1,
    data: z.strictObject({ size: count, root: Sha256, keyName: z.string() }),
  },
  /** Events `from` up to and without `to` were checked; `root` is over all that were sound. */
  "log.verified": {
    version: 1,
    data: z.strictObject({
      from: count,
      to: count,
      root: Sha256,
      ok: z.boolean(),
      firstBad: LogFinding.optional(),
    }),
  },
} as const satisfies Record<string, { version: number; data: z.ZodType }>;

export type LogEventType = keyof typeof logEventTypes;
export type LogEventData<Type extends LogEventType> = z.output<(typeof logEventTypes)[Type]["data"]>;

/** Writes an event of the log's own stream. `by` names the part of Swarm that acts. */
export function newLogEvent<Type extends LogEventType>(
  type: Type,
  data: LogEventData<Type>,
  more: { by: string; at: string },
): NewEvent {
  return {
    type,
    version: logEventTypes[type].version,
    actor: { kind: "system", id: more.by },
    // The schemas above are made of JSON values; absent members are left out by the canonical form.
    data: JSON.parse(JSON.stringify(data)) as JsonObject,
    at: more.at,
  };
}
