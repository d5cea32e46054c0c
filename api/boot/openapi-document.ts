import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import { documentedSchemas } from "./documented-schemas.ts";

type Definition = OpenAPIHono["openAPIRegistry"]["definitions"][number];
type RouteConfig = Extract<Definition, { type: "route" }>["route"];
type Direction = "input" | "output";

/**
 * The OpenAPI 3.1 document of the routes, made from the schemas that parse requests and that answers are typed by.
 * Zod writes them as JSON Schema 2020-12, which is what OpenAPI 3.1 speaks; named ones are hoisted into components.
 */
export function openApiDocument(
  definitions: readonly Definition[],
  info: { version: string; description: string },
): JsonObject {
  const components = new Map<string, JsonObject>();
  const paths: Record<string, JsonObject> = {};
  for (const definition of definitions) {
    if (definition.type !== "route") continue;
    const { method, path } = definition.route;
    paths[path] = { ...paths[path], [method]: operation(definition.route, components) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Swarm",
      version: info.version,
      description: info.description,
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: "/" }],
    paths,
    components: { schemas: Object.fromEntries([...components].toSorted(([a], [b]) => (a < b ? -1 : 1))) },
  };
}

function operation(route: RouteConfig, components: Map<string, JsonObject>): JsonObject {
  const { request } = route;
  const parameters = [
    ...parametersOf("path", request?.params, components),
    ...parametersOf("query", request?.query, components),
    ...parametersOf("header", Array.isArray(request?.headers) ? undefined : request?.headers, components),
  ];
  const responses: JsonObject = {};
  for (const [status, response] of Object.entries(route.responses)) {
    if ("$ref" in response) throw new Error(`${route.path}: responses are written out, not referred to`);
    responses[status] = {
      description: response.description ?? "",
      ...(response.content === undefined
        ? {}
        : { content: contentOf(response.content, { direction: "output", components }) }),
    };
  }
  return {
    operationId: operationId(route),
    ...(route.tags === undefined ? {} : { tags: route.tags }),
    ...(route.summary === undefined ? {} : { summary: route.summary }),
    ...(route.description === undefined ? {} : { description: route.description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(request?.body === undefined
      ? {}
      : {
          requestBody: {
            required: request.body.required ?? false,
            content: contentOf(request.body.content, { direction: "input", components }),
          },
        }),
    responses,
  };
}

/** `get /api/v1/gates/{id}` becomes getApiV1GatesId: stable as long as the path is, and as unique. */
function operationId({ method, path }: RouteConfig): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return [method.toLowerCase(), ...words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)].join("");
}

function parametersOf(
  place: "path" | "query" | "header",
  schema: unknown,
  components: Map<string, JsonObject>,
): JsonObject[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).map(([name, member]) => {
    const { description, ...written } = schemaOf(member, { direction: "input", components });
    return {
      name,
      in: place,
      required: place === "path" || !z.safeParse(member, undefined).success,
      ...(description === undefined ? {} : { description }),
      schema: written,
    };
  });
}

function contentOf(
  content: object,
  to: { direction: Direction; components: Map<string, JsonObject> },
): JsonObject {
  return Object.fromEntries(
    Object.entries(content).map(([type, media]: [string, { schema?: unknown }]) => [
      type,
      media.schema instanceof z.ZodType ? { schema: schemaOf(media.schema, to) } : {},
    ]),
  );
}

/** One schema as JSON Schema, its named parts as references into the components. */
function schemaOf(
  schema: z.core.$ZodType,
  { direction, components }: { direction: Direction; components: Map<string, JsonObject> },
): JsonObject {
  // Inside a wrapper the schema itself can be a reference too.
  const written = z.toJSONSchema(z.object({ wrapped: schema }), {
    io: direction,
    metadata: documentedSchemas,
    unrepresentable: "any",
  }) as unknown as { properties: { wrapped: JsonObject }; $defs?: Record<string, JsonObject> }; // plain JSON of a known form
  // What goes in and what comes out may differ by defaults, so each direction has components of its own.
  const nameOf = (name: string): string => (direction === "input" ? `${name}Input` : name);
  for (const [name, definition] of Object.entries(written.$defs ?? {})) {
    if (name.startsWith("__schema")) {
      throw new Error(`a schema that refers to itself needs a name in documented-schemas.ts (${name})`);
    }
    components.set(nameOf(name), redirected(definition, nameOf) as JsonObject); // an object stays one
  }
  return redirected(written.properties.wrapped, nameOf) as JsonObject;
}

function redirected(value: JsonValue, nameOf: (name: string) => string): JsonValue {
  if (Array.isArray(value)) return value.map((item) => redirected(item, nameOf));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // `id` is a keyword of another draft; the component's name says the same. A property so called is no text.
      .filter(([key, member]) => key !== "id" || typeof member !== "string")
      .map(([key, member]) => {
        if (key !== "$ref" || typeof member !== "string") return [key, redirected(member, nameOf)];
        return [key, `#/components/schemas/${nameOf(member.replace("#/$defs/", ""))}`];
      }),
  );
}
