import type { IdPrefix } from "#core/contract/ids.ts";
import { hashOfJson } from "#core/events/hash.ts";

/** Hex digits of an id: enough that two places of one run never meet. */
const DIGITS = 26;

/**
 * The id of something inside a run, made from the place where it arises. A run that is resumed gives a step that
 * never got on record the id it would have had, and two runs of one id and one request are the same to the byte.
 */
export function derivedId(prefix: IdPrefix, ...place: readonly (string | number)[]): string {
  return `${prefix}_${hashOfJson([prefix, ...place]).slice(0, DIGITS)}`;
}
