/**
 * RFC 8785 (JSON Canonicalization Scheme): members sorted by UTF-16 code units, no white space, numbers and
 * strings as ECMAScript prints them. Throws a TypeError for what has no canonical form: undefined, functions,
 * NaN, infinities, lone surrogates, class instances. With `integers: "safe"` it refuses integers beyond 2^53 too,
 * which other languages' readers would round. Members whose value is undefined are left out, as in
 * JSON.stringify, so that optional properties need no special care.
 */
export function canonicalJson(value: unknown, integers: "any" | "safe" = "any"): string {
  switch (typeof value) {
    case "string":
      return canonicalString(value);
    case "number":
      if (!Number.isFinite(value)) throw new TypeError(`canonical JSON: ${value} is no JSON number`);
      if (integers === "safe" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
        throw new TypeError(`canonical JSON: integer ${value} is beyond 2^53; write it as a string`);
      }
      return JSON.stringify(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      break;
    default:
      throw new TypeError(`canonical JSON: ${typeof value} is no JSON value`);
  }
  if (value === null) return "null";
  if (Array.isArray(value)) {
    let text = "[";
    for (let index = 0; index < value.length; index += 1) {
      if (index > 0) text += ",";
      text += canonicalJson(value[index], integers);
    }
    return `${text}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(
      `canonical JSON: an instance of ${value.constructor?.name ?? "a class"} is no JSON value`,
    );
  }
  const members = value as Record<string, unknown>; // any plain object is a record of unknown members
  let text = "{";
  for (const name of Object.keys(members).sort()) {
    const member = members[name];
    if (member === undefined) continue;
    if (text.length > 1) text += ",";
    text += `${canonicalString(name)}:${canonicalJson(member, integers)}`;
  }
  return `${text}}`;
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError("canonical JSON: a lone surrogate has no UTF-8 form");
  return JSON.stringify(text);
}
