import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Failure, fail, ok, type Result } from "#core/contract/failure.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import type { HandCall } from "#core/run/call-by-hand.ts";

/** Something to try a tool on: a file, or the text at `pick` of what a tool answers. */
type Sample =
  | { readonly kind: "file"; readonly name: string; readonly content: () => string }
  | { readonly kind: "call"; readonly tool: string; readonly input: unknown; readonly pick: string };

interface SampleMaker {
  /** What `fact:PATH` is looked up in: the facts of the run that the call names. */
  readonly facts: JsonObject | undefined;
  readonly samples: Readonly<Record<string, Sample>>;
  /** Where sample files are written. */
  readonly folder: string;
  call(tool: string, input: JsonValue): Promise<HandCall>;
  /** Told before a tool is called, so that nobody wonders about the wait. */
  announce(line: string): void;
}

const SAMPLE = "sample:";
const FACT = "fact:";

/**
 * Replaces each text `sample:NAME` in an input by a digest or path, making the sample through the same door as any
 * call, and each text `fact:PATH` by what the named run established there. Every sample is made once per resolver.
 */
export function createSampleResolver(maker: SampleMaker): (input: JsonValue) => Promise<Result<JsonValue>> {
  const made = new Map<string, string>();
  return (input) => resolve(input, maker, made);
}

async function resolve(
  input: JsonValue,
  maker: SampleMaker,
  made: Map<string, string>,
): Promise<Result<JsonValue>> {
  if (typeof input === "string") {
    if (input.startsWith(FACT)) return findFact(input.slice(FACT.length), maker.facts);
    return input.startsWith(SAMPLE) ? makeSample(input.slice(SAMPLE.length), maker, made) : ok(input);
  }
  if (input === null || typeof input !== "object") return ok(input);
  if (Array.isArray(input)) {
    const list: JsonValue[] = [];
    for (const item of input) {
      const resolved = await resolve(item, maker, made);
      if (!resolved.ok) return resolved;
      list.push(resolved.value);
    }
    return ok(list);
  }
  const object: JsonObject = {};
  for (const [key, value] of Object.entries(input)) {
    const resolved = await resolve(value, maker, made);
    if (!resolved.ok) return resolved;
    object[key] = resolved.value;
  }
  return ok(object);
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  value !== null && typeof value === "object" && !Array.isArray(value);

function findFact(path: string, facts: JsonObject | undefined): Result<JsonValue> {
  if (facts === undefined) {
    return fail("invalid-input", `fact:${path} stands for what a run established; name the run with --run`);
  }
  let found: JsonValue | undefined = facts;
  for (const key of path.split(".")) {
    found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
    if (found === undefined) {
      const known = Object.keys(facts).join(", ");
      return fail("not-found", `the run has no fact ${path}; its facts begin with ${known}`);
    }
  }
  return ok(found);
}

async function makeSample(
  name: string,
  maker: SampleMaker,
  made: Map<string, string>,
): Promise<Result<string>> {
  const known = made.get(name);
  if (known !== undefined) return ok(known);
  const sample = Object.hasOwn(maker.samples, name) ? maker.samples[name] : undefined;
  if (sample === undefined) {
    return fail(
      "not-found",
      `there is no sample ${name}; there are ${Object.keys(maker.samples).join(", ")}`,
    );
  }
  const value =
    sample.kind === "file" ? await writeSample(sample, maker) : await callFor(sample, maker, made);
  if (value.ok) made.set(name, value.value);
  return value;
}

async function writeSample(
  sample: Extract<Sample, { kind: "file" }>,
  { folder }: SampleMaker,
): Promise<Result<string>> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, sample.name);
  await writeFile(path, sample.content());
  return ok(path);
}

async function callFor(
  sample: Extract<Sample, { kind: "call" }>,
  maker: SampleMaker,
  made: Map<string, string>,
): Promise<Result<string>> {
  // Recipes are literals of this program, so they are JSON.
  const input = await resolve(sample.input as JsonValue, maker, made);
  if (!input.ok) return input;
  maker.announce(`making a sample with ${sample.tool}`);
  const { end } = await maker.call(sample.tool, input.value);
  if (!end.ok) return { ok: false, failure: inContext(sample.tool, end.failure) };
  const { output } = end;
  const picked =
    output !== null && typeof output === "object" && !Array.isArray(output) ? output[sample.pick] : null;
  return typeof picked === "string"
    ? ok(picked)
    : fail("internal", `${sample.tool} answered without ${sample.pick}, so the sample cannot be made`);
}

function inContext(tool: string, failure: Failure): Failure {
  return { ...failure, message: `the sample could not be made: ${tool}: ${failure.message}` };
}
