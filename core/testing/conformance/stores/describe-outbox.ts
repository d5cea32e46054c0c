import { describe, expect, it } from "vitest";
import { sha256 } from "#core/events/hash.ts";
import { append, note, runStream, valueOf } from "./sample-events.ts";
import type { StoreAdapter } from "./store-adapter.ts";
import { useHomes } from "./use-homes.ts";

const stream = runStream(1);

/** What every event log promises of outbox messages and idempotency records. */
export function describeOutbox(adapter: StoreAdapter): void {
  const homes = useHomes(adapter);
  const openLog = async () => (await homes.home()).open().log;

  describe(`${adapter.name}: outbox and idempotency`, () => {
    it("hands out messages oldest first until they are marked as delivered", async () => {
      const log = await openLog();
      valueOf(
        await log.commit(
          append(stream, [note()], {
            outbox: [
              { topic: "a", body: { n: 1 } },
              { topic: "b", body: { n: 2 } },
            ],
          }),
        ),
      );
      valueOf(await log.commit({ appends: [], durability: "batched", outbox: [{ topic: "c", body: {} }] }));
      const pending = await log.pendingOutbox(10);
      expect(pending.map(({ topic, body }) => ({ topic, body }))).toEqual([
        { topic: "a", body: { n: 1 } },
        { topic: "b", body: { n: 2 } },
        { topic: "c", body: {} },
      ]);
      expect(await log.pendingOutbox(1)).toEqual(pending.slice(0, 1));
      await log.markDelivered(pending.slice(0, 2).map(({ id }) => id));
      expect((await log.pendingOutbox(10)).map(({ topic }) => topic)).toEqual(["c"]);
    });

    it("never gives a number to a second message", async () => {
      const log = await openLog();
      const send = async () => {
        valueOf(await log.commit({ appends: [], durability: "batched", outbox: [{ topic: "t", body: {} }] }));
        const [message] = await log.pendingOutbox(1);
        return message?.id ?? 0;
      };
      const first = await send();
      await log.markDelivered([first, 999]);
      expect(await send()).toBeGreaterThan(first);
    });

    it("remembers the answer of a request", async () => {
      const log = await openLog();
      const record = {
        principal: "ada",
        key: "k1",
        requestHash: sha256("body"),
        response: { runId: "run_1" },
      };
      valueOf(await log.commit(append(stream, [note()], { idempotency: record })));
      expect(await log.findIdempotency("ada", "k1")).toEqual(record);
      expect(await log.findIdempotency("bob", "k1")).toBeUndefined();
      expect(await log.findIdempotency("ada", "k2")).toBeUndefined();
    });

    it.each([
      ["the same request again", "body", true],
      ["another request under the same key", "other", false],
    ])("refuses %s and has no second effect", async (_what, body, sameRequest) => {
      const log = await openLog();
      const record = { principal: "ada", key: "k1", requestHash: sha256("body"), response: { first: true } };
      valueOf(await log.commit(append(stream, [note()], { idempotency: record })));
      const again = { ...record, requestHash: sha256(body), response: { first: false } };
      expect(await log.commit(append(stream, [note()], { idempotency: again }))).toMatchObject({
        ok: false,
        failure: { code: "conflict", details: { idempotencyKey: "k1", sameRequest } },
      });
      expect(await log.head()).toEqual({ size: 1 });
      expect(await log.findIdempotency("ada", "k1")).toEqual(record);
      valueOf(await log.commit(append(stream, [note()], { idempotency: { ...record, principal: "bob" } })));
    });

    it("lets only one of two calls with one key through when they come together", async () => {
      const log = await openLog();
      const record = { principal: "ada", key: "k1", requestHash: sha256("body"), response: {} };
      const results = await Promise.all(
        [1, 2].map(() => log.commit(append(stream, [note()], { idempotency: record }))),
      );
      expect(results.map((result) => result.ok)).toEqual([true, false]);
      expect(await log.head()).toEqual({ size: 1 });
    });
  });
}
