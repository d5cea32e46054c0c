import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import { nearestName } from "#core/registry/nearest-name.ts";

/** A parsed manifest that can still say on which line something stands. */
export interface ReadManifest<Value> {
  value: Value;
  /** `file:line:column` of a path in the document; of its nearest parent when the path is absent. */
  place(path: readonly PropertyKey[]): string;
}

/**
 * Parses YAML text strictly: syntax errors, duplicate keys and everything the schema refuses become one failure
 * that names file, line and key, and for an unknown key the nearest valid one.
 */
export function readManifest<Schema extends z.ZodType>(
  text: string,
  options: { file: string; schema: Schema },
): Result<ReadManifest<z.output<Schema>>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    return fail("invalid-input", `${options.file}:${line}:${col}: not valid YAML: ${broken.message}`, {
      details: { file: options.file, line },
    });
  }
  const place = (path: readonly PropertyKey[]): string => placeOf(document, lines, options.file, path);
  let content: unknown;
  try {
    // A maximum of aliases stands against documents that unfold without end.
    content = document.toJS({ maxAliasCount: 50 });
  } catch (error) {
    return fail(
      "invalid-input",
      `${options.file}: ${error instanceof Error ? error.message : String(error)}`,
      {
        details: { file: options.file },
      },
    );
  }
  const parsed = options.schema.safeParse(content);
  if (parsed.success) return ok({ value: parsed.data, place });
  const issues = parsed.error.issues.slice(0, 5).map((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys
        .map(
          (key) =>
            `${place([...issue.path, key])}: unknown key ${key}${didYouMean(key, options.schema, issue.path)}`,
        )
        .join("\n");
    }
    return `${place(issue.path)}: ${issue.path.length === 0 ? "document" : issue.path.map(String).join(".")}: ${issue.message}`;
  });
  return fail("invalid-input", issues.join("\n"), { details: { file: options.file } });
}

function didYouMean(key: string, schema: z.ZodType, path: readonly PropertyKey[]): string {
  const known = keysAt(schema, path);
  const nearest = nearestName(key, known);
  if (nearest !== undefined) return `; did you mean ${nearest}?`;
  return known.length > 0 && known.length <= 20 ? `; known keys: ${known.join(", ")}` : "";
}

/** The keys of the object schema at a path, as far as it can be followed; all variants of a union together. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let current: unknown[] = [schema];
  for (const part of [...path, undefined]) {
    current = current.flatMap(unwrap);
    if (part === undefined) break;
    current = current.flatMap((one) => {
      const { shape, element, valueType } = (
        one as { def: { shape?: Record<string, unknown>; element?: unknown; valueType?: unknown } }
      ).def; // zod's public introspection record
      if (typeof part === "string" && shape !== undefined)
        return shape[part] === undefined ? [] : [shape[part]];
      return [element ?? valueType].filter((next) => next !== undefined);
    });
  }
  return [
    ...new Set(
      current.flatMap((one) =>
        Object.keys((one as { def: { shape?: Record<string, unknown> } }).def.shape ?? {}),
      ), // as above
    ),
  ];
}

/** Looks through optional, default, refine and unions to the schemas that hold keys. */
function unwrap(schema: unknown): unknown[] {
  const { def } = schema as { def: { innerType?: unknown; in?: unknown; options?: unknown[] } }; // as above
  if (def.options !== undefined) return def.options.flatMap(unwrap);
  const inner = def.innerType ?? def.in;
  return inner === undefined ? [schema] : unwrap(inner);
}

function placeOf(document: Document, lines: LineCounter, file: string, path: readonly PropertyKey[]): string {
  for (let length = path.length; length >= 0; length -= 1) {
    const offset = offsetOf(document, path.slice(0, length));
    if (offset === undefined) continue;
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  }
  return file;
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  const last = path.at(-1);
  if (last === undefined) return 0;
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === last);
    if (pair !== undefined && isNode(pair.key)) return pair.key.range?.[0];
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}
