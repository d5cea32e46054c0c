import { describe, expect, it } from "vitest";
import { ZERO_HASH } from "#core/contract/event.ts";
import { RunId } from "#core/contract/ids.ts";
import { sha256 } from "#core/events/hash.ts";
import { expectedHash } from "#core/events/seal.ts";
import { append, firstOf, note, places, runStream, valueOf } from "./sample-events.ts";
import type { StoreAdapter } from "./store-adapter.ts";
import { useHomes } from "./use-homes.ts";

const one = runStream(1);
const two = runStream(2);
const runId = RunId.parse("run_000001");

/** What every event log promises of `commit`. */
export function describeCommit(adapter: StoreAdapter): void {
  const homes = useHomes(adapter);
  const openLog = async () => (await homes.home()).open().log;

  describe(`${adapter.name}: commit`, () => {
    it("gives events their place: dense in the stream from 1, dense over all from 0", async () => {
      const log = await openLog();
      const first = valueOf(await log.commit(append(one, [note(), note()])));
      const second = valueOf(
        await log.commit({
          durability: "full",
          appends: [
            { stream: two, events: [note()] },
            { stream: one, events: [note()] },
          ],
        }),
      );
      expect(places([...first, ...second])).toEqual([
        "0:run_000001#1",
        "1:run_000001#2",
        "2:run_000002#1",
        "3:run_000001#3",
      ]);
      expect(await log.head()).toEqual({ size: 4 });
      expect(await log.streamHead(one)).toEqual({ seq: 3, hash: second[1]?.hash });
    });

    it("links each event to the one before in its stream, the first to nothing", async () => {
      const log = await openLog();
      const events = valueOf(
        await log.commit({
          durability: "batched",
          appends: [
            { stream: one, events: [note({ n: 1 }), note({ n: 2 })] },
            { stream: two, events: [note()] },
            { stream: one, events: [note({ n: 3 })] },
          ],
        }),
      );
      const [a, b, c, d] = events;
      expect([a?.prevHash, b?.prevHash, c?.prevHash, d?.prevHash]).toEqual([
        ZERO_HASH,
        a?.hash,
        ZERO_HASH,
        b?.hash,
      ]);
      for (const event of events) expect(event.hash).toBe(expectedHash(event));
    });

    it("answers with exactly what a later read gives, and with nothing of the caller's objects", async () => {
      const log = await openLog();
      const data = { zeta: 1, alpha: { list: [1, 2.5, "é", null] } };
      const events = valueOf(await log.commit(append(one, [note(data)])));
      expect(await log.read(one)).toEqual(events);
      data.alpha.list.push("later");
      expect(firstOf(events).data).toEqual({ zeta: 1, alpha: { list: [1, 2.5, "é", null] } });
      expect(await log.read(one)).toEqual(events);
    });

    it("stamps events with the time of the call unless they bring their own", async () => {
      const home = await homes.home();
      const { log } = home.open();
      home.clock.advance(1500);
      const own = "2025-06-01T12:00:00.000Z";
      const events = valueOf(await log.commit(append(one, [note(), { ...note(), at: own }])));
      expect(events.map((event) => event.at)).toEqual(["2026-01-01T00:00:01.500Z", own]);
    });

    it("keeps the order of calls, whatever their durability", async () => {
      const log = await openLog();
      const results = await Promise.all([
        log.commit(append(one, [note({ call: 1 })])),
        log.commit(append(one, [note({ call: 2 })])),
        log.commit(append(one, [note({ call: 3 })], { durability: "full" })),
        log.commit(append(one, [note({ call: 4 })])),
        log.commit(append(one, [note({ call: 5 })], { durability: "full" })),
      ]);
      expect(results.map((result) => firstOf(valueOf(result)).data["call"])).toEqual([1, 2, 3, 4, 5]);
      expect((await log.read(one)).map((event) => event.data["call"])).toEqual([1, 2, 3, 4, 5]);
    });

    it("lets a read see the commits that were called before it, awaited or not", async () => {
      const log = await openLog();
      const pending = log.commit(append(one, [note()]));
      expect(await log.head()).toEqual({ size: 1 });
      expect(await log.read(one)).toHaveLength(1);
      valueOf(await pending);
    });

    it("takes a transaction without events, and one that only checks where a stream ends", async () => {
      const log = await openLog();
      expect(valueOf(await log.commit({ appends: [], durability: "full" }))).toEqual([]);
      expect(valueOf(await log.commit(append(one, [], { expectedSeq: 0 })))).toEqual([]);
      expect(await log.head()).toEqual({ size: 0 });
    });

    it("refuses with `conflict` when the stream does not end where the caller expects", async () => {
      const log = await openLog();
      valueOf(await log.commit(append(one, [note()], { expectedSeq: 0 })));
      expect(await log.commit(append(one, [note()], { expectedSeq: 0 }))).toMatchObject({
        ok: false,
        failure: { code: "conflict", details: { expectedSeq: 0, actualSeq: 1 } },
      });
      valueOf(await log.commit(append(one, [note()], { expectedSeq: 1 })));
      expect(await log.head()).toEqual({ size: 2 });
    });

    it("writes nothing of a transaction of which one part is refused", async () => {
      const { log, payloads, projections } = (await homes.home()).open();
      valueOf(await log.commit(append(one, [note()])));
      const refused = await log.commit({
        durability: "full",
        appends: [
          { stream: two, events: [note({ status: "new" }, { mediaType: "text/plain", bytes: bytes("x") })] },
          { stream: one, events: [note()], expectedSeq: 7 },
        ],
        outbox: [{ topic: "t", body: {} }],
        idempotency: { principal: "ada", key: "k", requestHash: sha256("r"), response: {} },
      });
      expect(refused).toMatchObject({ ok: false, failure: { code: "conflict" } });
      expect(await log.head()).toEqual({ size: 1 });
      expect(await log.streamHead(two)).toEqual({ seq: 0, hash: ZERO_HASH });
      expect(await log.read(two)).toEqual([]);
      expect(await projections.get("sample_runs", two.id)).toBeUndefined();
      expect(await log.pendingOutbox(10)).toEqual([]);
      expect(await log.findIdempotency("ada", "k")).toBeUndefined();
      const [event] = valueOf(
        await log.commit(append(two, [note({}, { mediaType: "text/plain", bytes: bytes("y") })])),
      );
      expect(event).toMatchObject({ seq: 1, position: 1 });
      if (event?.payloadRef === undefined) throw new Error("the event has no payload");
      expect(valueOf(await payloads.read(event.payloadRef))).toEqual(bytes("y"));
    });

    it("does not let a refused call of a group harm the calls beside it", async () => {
      const log = await openLog();
      const results = await Promise.all([
        log.commit(append(one, [note({ call: 1 })])),
        log.commit(append(one, [note({ call: 2 })], { expectedSeq: 9 })),
        log.commit(append(one, [note({ call: 3 }), note({ huge: "x".repeat(5000) })])),
        log.commit(append(two, [note({ explode: true })])),
        log.commit(append(one, [note({ call: 5 })])),
      ]);
      expect(results.map((result) => (result.ok ? "ok" : result.failure.code))).toEqual([
        "ok",
        "conflict",
        "invalid-input",
        "internal",
        "ok",
      ]);
      expect((await log.read(one)).map((event) => event.data["call"])).toEqual([1, 5]);
      expect(await log.head()).toEqual({ size: 2 });
    });

    it.each([
      ["data over 4 KB", note({ text: "x".repeat(5000) })],
      ["a number without a portable form", note({ count: 2 ** 60 })],
      ["NaN", note({ count: Number.NaN })],
      ["a type that is no noun.verb", { ...note(), type: "Note" }],
      ["a version below 1", { ...note(), version: 0 }],
      ["a time without milliseconds", { ...note(), at: "2026-01-01T00:00:00Z" }],
      ["a nameless actor", { ...note(), actor: { kind: "system" as const, id: "" } }],
      ["a JSON payload that is no JSON", note({}, { mediaType: "application/json", json: undefined })],
      ["a payload without a media type", note({}, { mediaType: "", bytes: bytes("x") })],
    ])("refuses %s with `invalid-input`", async (_what, event) => {
      const log = await openLog();
      const result = await log.commit(append(one, [event]));
      expect(result).toMatchObject({ ok: false, failure: { code: "invalid-input" } });
      expect(await log.head()).toEqual({ size: 0 });
    });

    it("refuses a stream without a name with `invalid-input`", async () => {
      const log = await openLog();
      expect(await log.commit(append({ kind: "run", id: "" }, [note()]))).toMatchObject({
        ok: false,
        failure: { code: "invalid-input" },
      });
    });

    it("reports a projection that throws as `internal`, naming it", async () => {
      const log = await openLog();
      const result = await log.commit(append(one, [note({ explode: true })]));
      expect(result).toMatchObject({
        ok: false,
        failure: { code: "internal", details: { projection: "sample_runs" } },
      });
      expect(await log.head()).toEqual({ size: 0 });
    });

    it("commits under the newest fence only", async () => {
      const { log, leases } = (await homes.home()).open({ isOwnerAlive: (owner) => owner !== "dead" });
      const old = valueOf(await leases.acquire(runId, { owner: "dead", ttlMs: 60_000 }));
      valueOf(await log.commit(append(one, [note()], { fence: old })));
      const newer = valueOf(await leases.acquire(runId, { owner: "alive", ttlMs: 60_000 }));
      expect(await log.commit(append(one, [note()], { fence: old }))).toMatchObject({
        ok: false,
        failure: { code: "lease-lost", details: { fence: 1, newestFence: 2, newestOwner: "alive" } },
      });
      valueOf(await log.commit(append(one, [note()], { fence: newer })));
      await leases.release(newer);
      expect(await log.commit(append(one, [note()], { fence: newer }))).toMatchObject({
        ok: false,
        failure: { code: "lease-lost" },
      });
      expect(
        await log.commit(append(one, [], { fence: { resource: "run_000009", owner: "x", fence: 1 } })),
      ).toMatchObject({ ok: false, failure: { code: "lease-lost" } });
      expect(await log.head()).toEqual({ size: 2 });
    });

    it("tells two leases of one owner apart by their fence", async () => {
      const home = await homes.home();
      const { log, leases } = home.open();
      const old = valueOf(await leases.acquire(runId, { owner: "me", ttlMs: 1000 }));
      home.clock.advance(1000);
      valueOf(await log.commit(append(one, [note()], { fence: old })));
      const newer = valueOf(await leases.acquire(runId, { owner: "me", ttlMs: 1000 }));
      expect(await log.commit(append(one, [note()], { fence: old }))).toMatchObject({
        ok: false,
        failure: { code: "lease-lost" },
      });
      valueOf(await log.commit(append(one, [note()], { fence: newer })));
    });

    it("lets a commit that was called before a release go through under its fence", async () => {
      const { log, leases } = (await homes.home()).open();
      const token = valueOf(await leases.acquire(runId, { owner: "me", ttlMs: 60_000 }));
      const pending = log.commit(append(one, [note()], { fence: token }));
      await leases.release(token);
      valueOf(await pending);
    });

    it("refuses with `storage-failed` once closed", async () => {
      const stores = (await homes.home()).open();
      valueOf(await stores.log.commit(append(one, [note()])));
      await stores.close();
      expect(await stores.log.commit(append(one, [note()]))).toMatchObject({
        ok: false,
        failure: { code: "storage-failed" },
      });
      await stores.close();
    });
  });
}

const bytes = (text: string) => new TextEncoder().encode(text);
