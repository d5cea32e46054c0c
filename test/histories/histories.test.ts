import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Event } from "#core/contract/event.ts";
import { foldRun } from "#core/events/fold-run.ts";
import { readRunEvent } from "#core/events/run-event.ts";
import { runEventTypes } from "#core/events/run-events.ts";
import { expectedHash } from "#core/events/seal.ts";
import { upcast } from "#core/events/upcast.ts";
import { stateJson } from "./state-json.ts";

const folder = new URL("./", import.meta.url);
const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".events.jsonl"))
  .map((file) => file.replace(".events.jsonl", ""))
  .sort();

function eventsOf(name: string): Event[] {
  const lines = readFileSync(new URL(`${name}.events.jsonl`, folder), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => Event.parse(JSON.parse(line)));
}

describe.each(names)("the recorded history %s", (name) => {
  it("folds to the state that was recorded with it", () => {
    const recorded: unknown = JSON.parse(readFileSync(new URL(`${name}.state.json`, folder), "utf8"));
    expect(stateJson(foldRun(eventsOf(name)))).toEqual(recorded);
  });

  it("still has the hashes that were written", () => {
    for (const event of eventsOf(name)) expect(expectedHash(event), `event ${event.seq}`).toBe(event.hash);
  });

  it("folds the same twice, and each prefix to a state of its own length", () => {
    const events = eventsOf(name);
    for (let length = 1; length <= events.length; length += 1) {
      const prefix = events.slice(0, length);
      const state = foldRun(prefix);
      expect(state.lastSeq).toBe(length);
      expect(stateJson(foldRun(prefix))).toEqual(stateJson(state));
    }
  });

  it("is refused with a gap, a repeat or a foreign beginning", () => {
    const events = eventsOf(name);
    expect(() => foldRun([...events.slice(0, 5), ...events.slice(6)])).toThrow(/follows/);
    expect(() => foldRun([...events.slice(0, 5), ...events.slice(4)])).toThrow();
    expect(() => foldRun(events.slice(1))).toThrow(/run.created/);
  });
});

describe("reading events", () => {
  const [first] = eventsOf(names[0] ?? "");
  if (first === undefined) throw new Error("there is no recorded history");

  it("refuses a type that this version does not know, saying what to do", () => {
    expect(() => readRunEvent({ ...first, type: "run.teleported" })).toThrow(/newer one/);
  });

  it("refuses data that does not fit, naming event and place", () => {
    expect(() => readRunEvent({ ...first, data: { ...first.data, approve: "maybe" } })).toThrow(
      /#1 \(run\.created\).*approve/,
    );
  });

  it("refuses a version from the future", () => {
    expect(() => readRunEvent({ ...first, version: 99 })).toThrow(/version 99/);
  });

  it("lifts old data step by step with upcasters", () => {
    const table = {
      "run.created": {
        1: (data: Event["data"]) => ({ ...data, two: true }),
        2: (data: Event["data"]) => ({ ...data, three: data["two"] === true }),
      },
    };
    expect(upcast(first, 3, table)).toMatchObject({ version: 3, data: { two: true, three: true } });
    expect(() => upcast(first, 4, table)).toThrow(/no upcaster for run.created from version 3/);
  });

  it("covers the catalogue, so that a changed shape cannot pass unseen", () => {
    const seen = new Set(names.flatMap(eventsOf).map((event) => event.type));
    const missing = Object.keys(runEventTypes).filter((type) => !seen.has(type));
    // Shortening needs a longer talk than these; test/run/compaction.test.ts reads its event back.
    expect(missing).toEqual(["context.compacted"]);
  });
});
