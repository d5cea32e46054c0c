import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import { objectOf } from "../../log/read-message.ts";

export interface SchemaMember {
  name: string;
  type: string;
  isRequired: boolean;
  description: string;
}

/** The members of an object's JSON Schema, with types in a few words. */
export function readSchemaMembers(schema: JsonObject): SchemaMember[] {
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.entries(objectOf(schema["properties"]) ?? {}).map(([name, member]) => {
    const about = objectOf(member);
    const description = about?.["description"];
    const fallback = about?.["default"];
    return {
      name,
      type: typeText(member),
      isRequired: required.includes(name) && fallback === undefined,
      description: [
        typeof description === "string" ? description : "",
        fallback === undefined ? "" : `default ${JSON.stringify(fallback)}`,
      ]
        .filter((part) => part !== "")
        .join("; "),
    };
  });
}

/** `text`, `whole number ≥ 0`, `list of text`, `"a" or "b"`. */
export function typeText(schema: JsonValue): string {
  const about = objectOf(schema);
  if (about === undefined) return "anything";
  const choices = about["enum"];
  if (Array.isArray(choices)) return choices.map((choice) => JSON.stringify(choice)).join(" or ");
  if (about["const"] !== undefined) return JSON.stringify(about["const"]);
  const options = about["anyOf"] ?? about["oneOf"];
  if (Array.isArray(options)) return [...new Set(options.map(typeText))].join(" or ");
  const { type, minimum, maximum } = about;
  if (Array.isArray(type)) return type.map((one) => typeText({ ...about, type: one })).join(" or ");
  // JSON Schema writes "any safe integer" as bounds of 2^53; they say nothing.
  const bounds = [
    typeof minimum === "number" && minimum > -9e15 ? `≥ ${minimum}` : "",
    typeof maximum === "number" && maximum < 9e15 ? `≤ ${maximum}` : "",
  ]
    .filter((bound) => bound !== "")
    .join(" and ");
  switch (type) {
    case "string":
      return about["pattern"] === "^[0-9a-f]{64}$" ? "SHA-256" : "text";
    case "integer":
      return `whole number${bounds === "" ? "" : ` ${bounds}`}`;
    case "number":
      return `number${bounds === "" ? "" : ` ${bounds}`}`;
    case "boolean":
      return "true or false";
    case "null":
      return "nothing";
    case "array":
      return about["items"] === undefined ? "list" : `list of ${typeText(about["items"])}`;
    case "object":
      return "object";
    default:
      return "anything";
  }
}
