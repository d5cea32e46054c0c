import { RequestFault } from "./answer.ts";

/** A body as a JSON object. Faults name the place; they never repeat contents. */
export function readJsonObject(body: Uint8Array): Record<string, unknown> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new RequestFault(400, "The body is not UTF-8 text.");
  }
  if (text.trim() === "") throw new RequestFault(400, "The body is empty; send a JSON object.");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const at = error instanceof Error ? /position \d+/.exec(error.message)?.[0] : undefined;
    throw new RequestFault(400, `The body is not JSON${at === undefined ? "" : ` (first fault at ${at})`}.`);
  }
  if (!isObject(value)) throw new RequestFault(400, "The body must be a JSON object.");
  return value;
}

/** True for `{…}`; lists and null are no objects here. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Refuses members that the request has no use for: a misspelt name must not pass in silence. */
export function refuseUnknownMembers(
  object: Readonly<Record<string, unknown>>,
  known: readonly string[],
): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new RequestFault(400, `Unknown member "${shorten(unknown)}"; known: ${known.join(", ")}.`, unknown);
  }
}

/** A name that a caller sent, short enough to send back. */
export function shorten(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name;
}
