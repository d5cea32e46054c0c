import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StreamRef } from "#core/contract/event.ts";
import { RunId } from "#core/contract/ids.ts";
import type { Stores } from "#core/contract/stores.ts";
import type { LeaseToken } from "#core/contract/lease.ts";
import { sha256 } from "#core/events/hash.ts";
import { append, note, runStream } from "#core/testing/conformance/stores/sample-events.ts";
import { sampleProjection, sampleTotals } from "#core/testing/conformance/stores/sample-projections.ts";
import type { TestHome } from "#core/testing/conformance/stores/store-adapter.ts";
import { memoryAdapter } from "./memory/memory-adapter.testing.ts";
import { sqliteAdapter } from "./sqlite/sqlite-adapter.testing.ts";

interface Opened {
  home: TestHome;
  stores: Stores;
  tokens: LeaseToken[];
}

/** One call on the stores, or a step of the clock; its answer is compared between the adapters. */
type Call = (opened: Opened) => Promise<unknown>;

const stream: fc.Arbitrary<StreamRef> = fc.integer({ min: 1, max: 3 }).map(runStream);
const owner = fc.constantFrom("a", "b", "dead");
const runId = fc.constantFrom(RunId.parse("run_000001"), RunId.parse("run_000002"));
const event = fc.oneof(
  fc
    .record({
      status: fc.constantFrom("open", "done", null),
      score: fc.double({ noNaN: true, noDefaultInfinity: true }),
    })
    .map((data) => note(data)),
  fc.record({ remove: fc.boolean(), text: fc.string({ unit: "grapheme" }) }).map((data) => note(data)),
  fc.json().map((json) => note({}, { mediaType: "application/json", json: JSON.parse(json) as unknown })),
  fc.constantFrom(note({ explode: true }), note({ status: 5 }), note({ big: 2 ** 70 }), {
    ...note(),
    type: "x",
  }),
);

const commit = fc
  .record({
    stream,
    events: fc.array(event, { maxLength: 3 }),
    expectedSeq: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined, freq: 3 }),
    durability: fc.constantFrom("full" as const, "batched" as const),
    fenceAt: fc.option(fc.nat({ max: 3 }), { nil: undefined, freq: 4 }),
    idempotencyKey: fc.option(fc.constantFrom("k1", "k2"), { nil: undefined, freq: 3 }),
    messages: fc.nat({ max: 2 }),
  })
  .map(
    (one): Call =>
      ({ stores, tokens }) => {
        const fence = one.fenceAt === undefined ? undefined : tokens[one.fenceAt];
        return stores.log.commit(
          append(one.stream, one.events, {
            durability: one.durability,
            ...(one.expectedSeq === undefined ? {} : { expectedSeq: one.expectedSeq }),
            ...(fence === undefined ? {} : { fence }),
            outbox: Array.from({ length: one.messages }, (_, index) => ({ topic: "t", body: { index } })),
            ...(one.idempotencyKey === undefined
              ? {}
              : {
                  idempotency: {
                    principal: "ada",
                    key: one.idempotencyKey,
                    requestHash: sha256(one.stream.id),
                    response: { stream: one.stream.id },
                  },
                }),
          }),
        );
      },
  );

const lease = fc.oneof(
  fc.record({ runId, owner, ttlMs: fc.constantFrom(1000, 60_000) }).map(
    (one): Call =>
      async ({ stores, tokens }) => {
        const taken = await stores.leases.acquire(one.runId, one);
        if (taken.ok) tokens.push(taken.value);
        return taken;
      },
  ),
  fc.nat({ max: 4 }).map(
    (index): Call =>
      async ({ stores, tokens }) => {
        const token = tokens[index];
        return token === undefined ? undefined : stores.leases.renew(token, 5000);
      },
  ),
  fc.nat({ max: 4 }).map(
    (index): Call =>
      async ({ stores, tokens }) => {
        const token = tokens[index];
        return token === undefined ? undefined : stores.leases.release(token);
      },
  ),
  runId.map(
    (id): Call =>
      ({ stores }) =>
        stores.leases.holder(id),
  ),
);

const other = fc.oneof(
  fc.integer({ min: 1, max: 2000 }).map(
    (milliseconds): Call =>
      async ({ home }) =>
        home.clock.advance(milliseconds),
  ),
  fc.nat({ max: 20 }).map(
    (position): Call =>
      async ({ stores }) => {
        const [found] = await stores.log.readAll({ fromPosition: position, limit: 1 });
        const commitment = found?.payloadRef?.commitment;
        if (commitment === undefined) return undefined;
        return [await stores.payloads.key(commitment), await stores.payloads.erase(commitment)];
      },
  ),
  fc.nat({ max: 3 }).map(
    (limit): Call =>
      async ({ stores }) => {
        const pending = await stores.log.pendingOutbox(limit);
        await stores.log.markDelivered(pending.map((message) => message.id));
        return pending;
      },
  ),
  fc.constant<Call>(({ stores }) => stores.projections.rebuild()),
);

const together = fc.array(commit, { minLength: 2, maxLength: 4 }).map(
  (calls): Call =>
    (opened) =>
      Promise.all(calls.map((call) => call(opened))),
);

const calls = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: commit },
    { weight: 2, arbitrary: together },
    { weight: 2, arbitrary: lease },
    other,
  ),
  { maxLength: 25 },
);

async function play(home: TestHome, script: readonly Call[]): Promise<unknown> {
  const stores = home.open({
    projections: [sampleProjection, sampleTotals],
    isOwnerAlive: (name) => name !== "dead",
    seed: 42,
  });
  const opened: Opened = { home, stores, tokens: [] };
  const answers: unknown[] = [];
  for (const call of script) answers.push(await call(opened));
  const events = await stores.log.readAll();
  return {
    answers,
    events,
    streams: await Promise.all([1, 2, 3].map((number) => stores.log.read(runStream(number)))),
    outbox: await stores.log.pendingOutbox(100),
    records: await Promise.all(["k1", "k2"].map((key) => stores.log.findIdempotency("ada", key))),
    payloads: await Promise.all(
      events.flatMap(({ payloadRef }) =>
        payloadRef === undefined ? [] : [stores.payloads.read(payloadRef)],
      ),
    ),
    rows: await stores.projections.list("sample_runs", {
      orderBy: { column: "score", direction: "descending" },
    }),
    totals: await stores.projections.list("sample_totals"),
  };
}

describe("the stores", () => {
  it("answer alike in memory and in SQLite, whatever is asked of them in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(calls, async (script) => {
        const homes = [await memoryAdapter.createHome(), await sqliteAdapter.createHome()];
        try {
          const [inMemory, inSqlite] = await Promise.all(homes.map((home) => play(home, script)));
          expect(inSqlite).toEqual(inMemory);
        } finally {
          for (const home of homes) await home.dispose();
        }
      }),
      { numRuns: 60 },
    );
  });
});
