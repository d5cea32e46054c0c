import { singleText } from "./single-precision.ts";

/** What an XGBoost file is made of. XGBoost tells integers from numbers by how they are written. */
export type XgboostValue =
  | string
  | number
  | Float32Array
  | readonly XgboostValue[]
  | { readonly [key: string]: XgboostValue };

/** JSON text in which plain numbers are integers and the items of a Float32Array always carry an exponent. */
export function writeXgboostJson(value: XgboostValue): string {
  if (typeof value === "string" || typeof value === "number") return JSON.stringify(value);
  if (value instanceof Float32Array) return `[${Array.from(value, singleText).join(",")}]`;
  if (isList(value)) return `[${value.map(writeXgboostJson).join(",")}]`;
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${writeXgboostJson(member)}`,
  );
  return `{${members.join(",")}}`;
}

function isList(value: object): value is readonly XgboostValue[] {
  return Array.isArray(value);
}
