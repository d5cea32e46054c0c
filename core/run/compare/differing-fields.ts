import type { JsonObject, JsonValue } from "#core/contract/json.ts";

/** One place at which two JSON values differ; a side without the place has no value. */
export interface FieldDifference {
  /** Members from the outside in, joined by dots; empty for the values themselves. */
  field: string;
  left?: JsonValue;
  right?: JsonValue;
}

/** All places at which two values differ, objects by member, everything else as a whole. Order of members is no difference. */
export function differingFields(
  left: JsonValue | undefined,
  right: JsonValue | undefined,
  field = "",
): FieldDifference[] {
  if (isObject(left) && isObject(right)) {
    const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
    return names.flatMap((name) =>
      differingFields(left[name], right[name], field === "" ? name : `${field}.${name}`),
    );
  }
  if (isSame(left, right)) return [];
  return [{ field, ...(left === undefined ? {} : { left }), ...(right === undefined ? {} : { right }) }];
}

function isSame(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return (
      left.length === right.length &&
      left.every((value, index) => differingFields(value, right[index]).length === 0)
    );
  }
  return left === right;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
