import { MlError } from "./ml-error.ts";

/** A value inside a parsed JSON document together with where it stands, for messages. */
export interface JsonNode {
  readonly value: unknown;
  readonly path: string;
}

/** The error for a node that breaks the model format. */
export function badNode({ path }: JsonNode, expectation: string): MlError {
  return new MlError(
    "bad-model",
    `The model file is not valid at ${path || "its top"}: ${expectation}. ` +
      "It was edited or cut off, or written by another program; export the model again.",
    { details: { path } },
  );
}

/** The members of an object that must have exactly the given keys. */
export function readObject<Key extends string>(
  node: JsonNode,
  keys: readonly Key[],
): { readonly [K in Key]: JsonNode } {
  const object = readRecord(node);
  for (const key of Object.keys(object)) {
    if (!keys.some((known) => known === key)) throw badNode(node, `unknown key "${key}"`);
  }
  const members = keys.map((key) => {
    if (!Object.hasOwn(object, key)) throw badNode(node, `key "${key}" is missing`);
    return [key, object[key]!] as const;
  });
  // The entries were just made from exactly these keys.
  return Object.fromEntries(members) as { readonly [K in Key]: JsonNode };
}

/** The members of an object with free keys. */
export function readRecord(node: JsonNode): Record<string, JsonNode> {
  const { value, path } = node;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badNode(node, "an object is expected");
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, { value: member as unknown, path: `${path}.${key}` }]),
  );
}

/** The items of a list, read one by one. */
export function readList<Item>(node: JsonNode, readItem: (item: JsonNode) => Item): Item[] {
  const { value, path } = node;
  if (!Array.isArray(value)) throw badNode(node, "a list is expected");
  return value.map((item: unknown, index) => readItem({ value: item, path: `${path}[${index}]` }));
}

/** A finite number. */
export function readNumber(node: JsonNode): number {
  if (typeof node.value !== "number" || !Number.isFinite(node.value)) {
    throw badNode(node, "a finite number is expected");
  }
  return node.value;
}

/** An integer of at least `least`. */
export function readInteger(node: JsonNode, least: number): number {
  const value = readNumber(node);
  if (!Number.isInteger(value) || value < least) throw badNode(node, `an integer >= ${least} is expected`);
  return value;
}

/** A list of finite numbers: as `readList` with `readNumber`, without making a node of every number. */
export function readNumbers(node: JsonNode): number[] {
  if (isListOf(node.value, Number.isFinite)) return node.value;
  return readList(node, readNumber);
}

/** A list of integers of at least `least`. */
export function readIntegers(node: JsonNode, least: number): number[] {
  const isWanted = (value: unknown): boolean =>
    typeof value === "number" && Number.isInteger(value) && value >= least;
  if (isListOf(node.value, isWanted)) return node.value;
  return readList(node, (item) => readInteger(item, least));
}

function isListOf(value: unknown, isWanted: (item: unknown) => boolean): value is number[] {
  return Array.isArray(value) && value.every(isWanted);
}

export function readString(node: JsonNode): string {
  if (typeof node.value !== "string") throw badNode(node, "a text is expected");
  return node.value;
}

/** One of a closed list of texts. */
export function readOneOf<Choice extends string>(node: JsonNode, choices: readonly Choice[]): Choice {
  const choice = choices.find((candidate) => candidate === node.value);
  if (choice === undefined) throw badNode(node, `one of ${choices.join(", ")} is expected`);
  return choice;
}

/** Null, or what `read` gives. */
export function readNullable<Item>(node: JsonNode, read: (node: JsonNode) => Item): Item | null {
  return node.value === null ? null : read(node);
}

/** The `kind` of a tagged object, without checking its other keys. */
export function readKind<Choice extends string>(node: JsonNode, choices: readonly Choice[]): Choice {
  const kind = readRecord(node).kind;
  if (kind === undefined) throw badNode(node, 'key "kind" is missing');
  return readOneOf(kind, choices);
}
