import type { Sha256 } from "#core/contract/ids.ts";
import type { JsonValue } from "#core/contract/json.ts";
import { hashOfJson } from "#core/events/hash.ts";

/** What decisions and approvals are bound to: the tool with its arguments, in canonical form. */
export function hashOfInput(tool: string, input: JsonValue): Sha256 {
  return hashOfJson({ tool, input });
}
