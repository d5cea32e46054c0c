import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Event, ZERO_HASH } from "#core/contract/event.ts";
import type { Transaction } from "#core/contract/event-log.ts";
import { expectedHash } from "#core/events/seal.ts";
import { note, runStream, valueOf } from "./sample-events.ts";
import type { StoreAdapter } from "./store-adapter.ts";
import { useHomes } from "./use-homes.ts";

/** A random transaction over four streams; some are refused, which must leave no trace. */
const transaction: fc.Arbitrary<Transaction> = fc.record({
  durability: fc.constantFrom("full" as const, "batched" as const),
  appends: fc.array(
    fc.record(
      {
        stream: fc.integer({ min: 1, max: 4 }).map(runStream),
        events: fc.array(
          fc.oneof(
            {
              weight: 12,
              arbitrary: fc.record({ text: fc.string({ unit: "grapheme" }) }).map((data) => note(data)),
            },
            {
              weight: 3,
              arbitrary: fc
                .uint8Array({ maxLength: 40 })
                .map((bytes) => note({}, { mediaType: "application/octet-stream", bytes })),
            },
            { weight: 1, arbitrary: fc.constant(note({ explode: true })) },
            { weight: 1, arbitrary: fc.constant(note({ count: Number.NaN })) },
          ),
          { maxLength: 4 },
        ),
        expectedSeq: fc.integer({ min: 0, max: 6 }),
      },
      { requiredKeys: ["stream", "events"] },
    ),
    { maxLength: 3 },
  ),
});

/** The laws of the log, over random interleavings of appends: some awaited one by one, some sent together. */
export function describeChainLaws(adapter: StoreAdapter): void {
  const homes = useHomes(adapter);

  describe(`${adapter.name}: laws of the chain`, () => {
    it("keeps position and seq dense and every link whole, whatever is appended in whatever order", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(transaction, { maxLength: 5 }), { maxLength: 6 }),
          async (rounds) => {
            const stores = (await homes.home()).open();
            const committed: Event[] = [];
            for (const round of rounds) {
              const results = await Promise.all(round.map((one) => stores.log.commit(one)));
              for (const result of results) if (result.ok) committed.push(...result.value);
            }
            const all = await stores.log.readAll();
            expect(all).toEqual(committed);
            expectWholeChain(all);
            const rows = await stores.projections.list("sample_runs");
            await stores.projections.rebuild();
            expect(await stores.projections.list("sample_runs")).toEqual(rows);
            for await (const { fault } of stores.integrity.scan({ fromPosition: 0 }))
              expect(fault).toBeUndefined();
            for (const { payloadRef } of all) {
              if (payloadRef !== undefined) valueOf(await stores.payloads.read(payloadRef));
            }
            await stores.close();
          },
        ),
        { numRuns: 40 },
      );
    });
  });
}

/** Fails unless the events are a whole log: dense positions, dense streams, links and hashes. */
export function expectWholeChain(all: readonly Event[]): void {
  const heads = new Map<string, { seq: number; hash: string }>();
  for (const [index, event] of all.entries()) {
    const stream = `${event.stream.kind}/${event.stream.id}`;
    const head = heads.get(stream) ?? { seq: 0, hash: ZERO_HASH };
    expect({ position: event.position, seq: event.seq, prevHash: event.prevHash }).toEqual({
      position: index,
      seq: head.seq + 1,
      prevHash: head.hash,
    });
    expect(event.hash).toBe(expectedHash(event));
    heads.set(stream, { seq: event.seq, hash: event.hash });
  }
}
