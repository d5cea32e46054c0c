import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Event, type StreamRef, ZERO_HASH } from "#core/contract/event.ts";
import type { JsonObject } from "#core/contract/json.ts";
import { canonicalJson } from "./canonical-json.ts";
import { sha256 } from "./hash.ts";
import { expectedHash, leafHash, sealEvent } from "./seal.ts";
import { ChainCheck } from "./verify-chain.ts";
import { readEntry } from "./verify-entry.ts";
import { eventHashes } from "./verify-event-hashes.ts";

const runA: StreamRef = { kind: "run", id: "run_aaaaaa" };
const runB: StreamRef = { kind: "run", id: "run_bbbbbb" };

function seal(data: JsonObject, place: Partial<Event> = {}) {
  const sealed = sealEvent(
    { type: "tool.finished", version: 1, actor: { kind: "system", id: "driver" }, data },
    {
      stream: place.stream ?? runA,
      seq: place.seq ?? 1,
      position: place.position ?? 0,
      prevHash: place.prevHash ?? ZERO_HASH,
      at: "2026-11-21T08:00:00.000Z",
      ...(place.payloadRef === undefined ? {} : { payloadRef: place.payloadRef }),
    },
  );
  if (!sealed.ok) throw new Error(sealed.failure.message);
  return sealed.value;
}

describe("eventHashes", () => {
  it("agrees with the seal for any data, decoys of the hash member among it", () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.maxSafeInteger(),
        fc.array(tie("value"), { maxLength: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ maxLength: 8 }), json, { maxKeys: 5 }),
        fc.boolean(),
        (data, withPayload) => {
          const safe: JsonObject = JSON.parse(JSON.stringify(data));
          const payloadRef = { commitment: sha256("x"), bytes: 1, mediaType: `a,"hash":"${ZERO_HASH}"` };
          const decoy = { ...safe, inner: { a: 1, hash: ZERO_HASH }, text: `,"hash":"${ZERO_HASH}"` };
          const { event } = seal(decoy, withPayload ? { payloadRef } : {});
          for (const one of [event, { ...event, hash: ZERO_HASH }]) {
            expect(eventHashes(one)).toEqual({
              entry: canonicalJson(one),
              expected: expectedHash(one),
              leaf: leafHash(one),
            });
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("readEntry", () => {
  const entryOf = (data: JsonObject) => canonicalJson(seal(data).event);

  it("gives back what was sealed, from text and from bytes", () => {
    const { event } = seal({ zeta: 1, alpha: "é" });
    expect(readEntry(canonicalJson(event))).toEqual({ event });
    expect(readEntry(Buffer.from(canonicalJson(event)))).toEqual({ event });
  });

  it("keeps members named __proto__, which the hash covers", () => {
    const data: JsonObject = JSON.parse('{"__proto__":{"a":1},"b":2}');
    const read = readEntry(entryOf(data));
    if ("fault" in read) throw new Error(read.fault);
    expect(expectedHash(read.event)).toBe(read.event.hash);
  });

  it.each([
    ["white space", (text: string) => text.replace(":", ": ")],
    ["another order of members", (text: string) => text.replace('"a":1,"b":2', '"b":2,"a":1')],
    ["a member twice", (text: string) => text.replace('"a":1', '"a":1,"a":1')],
    ["another spelling of a number", (text: string) => text.replace('"a":1', '"a":1.0')],
    ["another spelling of an escape", (text: string) => text.replace("\\u001f", "\\u001F")],
    ["half of a surrogate pair", (text: string) => text.replace("\\u001f", "\\ud800")],
    ["a byte order mark", (text: string) => `\ufeff${text}`],
    ["an unknown member", (text: string) => text.replace('"actor"', '"aaa":1,"actor"')],
    ["a hash in capitals", (text: string) => text.replace(/(?<="hash":")\w+/, (hex) => hex.toUpperCase())],
    ["a cut end", (text: string) => text.slice(0, -1)],
    [
      "very deep nesting",
      (text: string) => text.replace('"a":1', `"a":${"[".repeat(200_000)}${"]".repeat(200_000)}`),
    ],
    ["no object", () => "[]"],
    ["nothing", () => ""],
  ])("finds %s, though the meaning may be the same", (_what, change) => {
    const entry = entryOf({ a: 1, b: 2, c: "\u001f" });
    expect(change(entry)).not.toBe(entry);
    expect(readEntry(change(entry))).toHaveProperty("fault");
    expect(readEntry(Buffer.from(change(entry)))).toHaveProperty("fault");
  });

  it("finds bytes that are not UTF-8", () => {
    const bytes = Buffer.from(entryOf({ a: 1 }));
    bytes[5] = 0xff;
    expect(readEntry(bytes)).toHaveProperty("fault");
  });
});

describe("ChainCheck", () => {
  const first = seal({ n: 1 }).event;
  const second = seal({ n: 2 }, { seq: 2, prevHash: first.hash, position: 2 }).event;
  const third = seal({ n: 3 }, { seq: 3, prevHash: second.hash, position: 3 }).event;
  const other = seal({ n: 1 }, { stream: runB, position: 1 }).event;
  const walk = (events: Event[], fromStart = true) => {
    const chain = new ChainCheck({ fromStart });
    return events.map((event) => chain.next(event, expectedHash(event))?.fault);
  };

  it("finds nothing in chains that interleave", () => {
    expect(walk([first, other, second, third])).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("names a hash that does not fit, a gap and a broken link, and goes on from there", () => {
    expect(walk([first, { ...second, data: { n: 7 } }, second, third])).toEqual([
      undefined,
      "wrong-hash",
      undefined,
      undefined,
    ]);
    expect(walk([first, third])).toEqual([undefined, "gap"]);
    expect(walk([second])).toEqual(["gap"]);
    const forged = seal({ n: 9 }).event;
    expect(walk([forged, second, third])).toEqual([undefined, "broken-link", undefined]);
  });

  it("begun in the middle it takes each stream's first event as it is and links from there", () => {
    expect(walk([second, third], false)).toEqual([undefined, undefined]);
    expect(walk([second, seal({ n: 9 }, { seq: 3, prevHash: first.hash }).event], false)).toEqual([
      undefined,
      "broken-link",
    ]);
  });
});
