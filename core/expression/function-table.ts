import { type Result, fail, ok } from "#core/contract/failure.ts";
import type { JsonValue } from "#core/contract/json.ts";

/** Produced texts are cut off here with a failure, so that a template cannot multiply a large fact. */
export const MAX_RENDERED_LENGTH = 200_000;

/** A function that expressions may call. Pure; it returns a failure where its arguments do not fit. */
export interface ExpressionFunction {
  /** How many arguments it takes, at least and at most. */
  arity: readonly [least: number, most: number];
  /** `sourceOf(n)` is the text of the n-th argument, for messages. */
  call(values: JsonValue[], sourceOf: (index: number) => string): Result<JsonValue>;
}

/** Functions by name. Only own members count, so nothing of a prototype can be called. */
export type FunctionTable = Readonly<Record<string, ExpressionFunction>>;

/** `a number`, `null`, …: what a message says of a value without showing it. */
export function typeName(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "number":
      return "a number";
    case "string":
      return "a text";
    case "boolean":
      return "true or false";
    default:
      return "an object";
  }
}

const mismatch = (source: string, value: JsonValue, needed: string) =>
  fail("invalid-input", `\`${source}\` is ${typeName(value)}; ${needed}`);

/**
 * What every expression may call: has(x), default(x, y), length(x), lower(text), contains(text, part),
 * join(list, separator), round(x, digits).
 */
export const standardFunctions: FunctionTable = {
  has: { arity: [1, 1], call: ([value]) => ok((value ?? null) !== null) },
  default: { arity: [2, 2], call: ([value, otherwise]) => ok(value ?? otherwise ?? null) },
  length: {
    arity: [1, 1],
    call([value = null], sourceOf) {
      if (typeof value === "string") return ok(Array.from(value).length);
      if (Array.isArray(value)) return ok(value.length);
      if (value !== null && typeof value === "object") return ok(Object.keys(value).length);
      return mismatch(sourceOf(0), value, "length needs a text, a list or an object");
    },
  },
  lower: {
    arity: [1, 1],
    call([value = null], sourceOf) {
      if (typeof value === "string") return ok(value.toLowerCase());
      return mismatch(sourceOf(0), value, "lower needs a text");
    },
  },
  contains: {
    arity: [2, 2],
    call([text = null, part = null], sourceOf) {
      if (Array.isArray(text)) {
        return mismatch(sourceOf(0), text, `write \`${sourceOf(1)} in ${sourceOf(0)}\` for lists`);
      }
      if (typeof text !== "string") return mismatch(sourceOf(0), text, "contains needs two texts");
      if (typeof part !== "string") return mismatch(sourceOf(1), part, "contains needs two texts");
      return ok(text.includes(part));
    },
  },
  join: {
    arity: [2, 2],
    call([list = null, separator = null], sourceOf) {
      if (!Array.isArray(list)) return mismatch(sourceOf(0), list, "join needs a list and a text");
      if (typeof separator !== "string")
        return mismatch(sourceOf(1), separator, "join needs a list and a text");
      let text = "";
      for (const [index, item] of list.entries()) {
        if (item === null || typeof item === "object") {
          return mismatch(`${sourceOf(0)}[${index}]`, item, "join takes texts, numbers, true and false");
        }
        text += index === 0 ? String(item) : `${separator}${String(item)}`;
        if (text.length > MAX_RENDERED_LENGTH) {
          return fail(
            "invalid-input",
            `join of \`${sourceOf(0)}\` is longer than ${MAX_RENDERED_LENGTH} characters`,
          );
        }
      }
      return ok(text);
    },
  },
  round: {
    arity: [1, 2],
    call([value = null, digits = 0], sourceOf) {
      if (typeof value !== "number") return mismatch(sourceOf(0), value, "round needs a number");
      if (typeof digits !== "number" || !Number.isInteger(digits) || digits < 0 || digits > 12) {
        return fail("invalid-input", `\`${sourceOf(1)}\` must be a whole number from 0 to 12`);
      }
      // Adding 0 turns -0, which JSON cannot tell from 0, into 0.
      return ok(Number(value.toFixed(digits)) + 0);
    },
  },
};
