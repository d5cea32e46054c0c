import { z } from "zod";
import { Event } from "#core/contract/event.ts";
import { fail, type Result } from "#core/contract/failure.ts";
import type { JsonObject } from "#core/contract/json.ts";

/**
 * The schema of an event whose data came out of JSON.parse: that it is JSON needs no second look, which halves the
 * cost of a read.
 */
const StoredEvent = Event.extend({ data: z.custom<JsonObject>(isJsonObject, "must be an object") });

/** Reads an event from its canonical text and hash. Fails with `log-corrupt` when it is none. */
export function parseStoredEvent(body: string, hash: string): Result<Event> {
  let unsealed: unknown;
  try {
    unsealed = JSON.parse(body);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return fail("log-corrupt", `the body is no JSON: ${cause.message}`);
  }
  if (!isJsonObject(unsealed)) return fail("log-corrupt", "the body is no JSON object");
  const parsed = StoredEvent.safeParse({ ...unsealed, hash });
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  return fail("log-corrupt", `${issue?.path.join(".") ?? "event"}: ${issue?.message ?? "not an event"}`);
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
