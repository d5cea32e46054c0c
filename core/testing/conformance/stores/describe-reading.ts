import { describe, expect, it } from "vitest";
import type { Event } from "#core/contract/event.ts";
import type { EventLog } from "#core/contract/event-log.ts";
import { append, note, places, runStream, valueOf } from "./sample-events.ts";
import { sharedCase, type StoreAdapter } from "./store-adapter.ts";
import { useHomes } from "./use-homes.ts";

const one = runStream(1);
const two = runStream(2);

/** What every event log promises of reading and following. */
export function describeReading(adapter: StoreAdapter): void {
  const homes = useHomes(adapter);
  const shared = sharedCase(adapter);
  const openLog = async () => (await homes.home()).open().log;
  const add = async (log: EventLog, stream = one, count = 1) => {
    for (let index = 0; index < count; index += 1)
      valueOf(await log.commit(append(stream, [note({ index })])));
  };

  describe(`${adapter.name}: reading`, () => {
    it("reads a stream after a sequence number, at most as many as asked for", async () => {
      const log = await openLog();
      await add(log, one, 3);
      await add(log, two, 2);
      await add(log, one, 2);
      expect(places(await log.read(one, { afterSeq: 1, limit: 3 }))).toEqual([
        "1:run_000001#2",
        "2:run_000001#3",
        "5:run_000001#4",
      ]);
      expect(await log.read(one)).toHaveLength(5);
      expect(await log.read(one, { afterSeq: 5 })).toEqual([]);
      expect(await log.read(one, { afterSeq: -1, limit: Infinity })).toHaveLength(5);
      expect(await log.read(one, { limit: 0 })).toEqual([]);
      expect(await log.read(one, { limit: -1 })).toEqual([]);
      expect(await log.readAll({ fromPosition: -3, limit: 2 })).toHaveLength(2);
      expect(await log.readAll({ limit: -1 })).toEqual([]);
      expect(await log.read(runStream(3))).toEqual([]);
      expect(await log.streamHead(runStream(3))).toMatchObject({ seq: 0 });
    });

    it("tells apart streams of one id and different kinds", async () => {
      const log = await openLog();
      valueOf(await log.commit(append({ kind: "artifact", id: one.id }, [note({ kind: "artifact" })])));
      valueOf(await log.commit(append(one, [note({ kind: "run" })])));
      expect((await log.read(one)).map((event) => event.data["kind"])).toEqual(["run"]);
    });

    it("reads the whole log in the order of commit, 1000 events unless told otherwise", async () => {
      const log = await openLog();
      valueOf(
        await log.commit(
          append(
            one,
            Array.from({ length: 1001 }, () => note()),
          ),
        ),
      );
      const first = await log.readAll();
      expect(first.map((event) => event.position)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
      expect(places(await log.readAll({ fromPosition: 999, limit: 1 }))).toEqual(["999:run_000001#1000"]);
      expect(await log.readAll({ fromPosition: 1001 })).toEqual([]);
      expect(await log.read(one)).toHaveLength(1001);
    });

    it("follows what is there and what comes, without gap or duplicate, until the signal aborts", async () => {
      const log = await openLog();
      await add(log, one, 2);
      const abort = new AbortController();
      const seen: number[] = [];
      const following = (async () => {
        for await (const events of log.follow({ fromPosition: 1, signal: abort.signal })) {
          seen.push(...events.map((event) => event.position));
          if (seen.at(-1) === 1) await add(log, two, 3);
          if (seen.at(-1) === 4) abort.abort();
        }
      })();
      await following;
      expect(seen).toEqual([1, 2, 3, 4]);
    });

    it("follows one stream and is not handed the events of others", async () => {
      const log = await openLog();
      await add(log, one, 2);
      const abort = new AbortController();
      const follower = iterate(log.followStream(one, { afterSeq: 1, signal: abort.signal }));
      expect(places(valueOfNext(await follower.next()))).toEqual(["1:run_000001#2"]);
      const next = follower.next();
      await add(log, two, 1);
      await add(log, one, 1);
      expect(places(valueOfNext(await next))).toEqual(["3:run_000001#3"]);
      const last = follower.next();
      abort.abort();
      expect(await last).toEqual({ done: true, value: undefined });
    });

    it("hands a long log over in pieces, in order", async () => {
      const log = await openLog();
      for (let batch = 0; batch < 3; batch += 1) {
        valueOf(
          await log.commit(
            append(
              one,
              Array.from({ length: 400 }, () => note()),
            ),
          ),
        );
      }
      const abort = new AbortController();
      const sizes: number[] = [];
      const seen: number[] = [];
      for await (const events of log.followStream(one, { afterSeq: 0, signal: abort.signal })) {
        sizes.push(events.length);
        seen.push(...events.map((event) => event.seq));
        if (seen.length === 1200) abort.abort();
      }
      expect(seen).toEqual(Array.from({ length: 1200 }, (_, index) => index + 1));
      expect(sizes.length).toBeGreaterThan(1);
    });

    it("serves many followers at once, each with everything", async () => {
      const log = await openLog();
      const abort = new AbortController();
      const collect = async (stream: typeof one) => {
        const seen: Event[] = [];
        for await (const events of log.followStream(stream, { afterSeq: 0, signal: abort.signal })) {
          seen.push(...events);
        }
        return seen.map((event) => event.seq);
      };
      const followers = [one, two, one, two].map(collect);
      await Promise.all([add(log, one, 20), add(log, two, 20)]);
      await new Promise((resolve) => setImmediate(resolve));
      abort.abort();
      const expected = Array.from({ length: 20 }, (_, index) => index + 1);
      expect(await Promise.all(followers)).toEqual([expected, expected, expected, expected]);
    });

    it("ends at once for a signal that was aborted before, and for stores that close", async () => {
      const stores = (await homes.home()).open();
      await add(stores.log);
      const gone = iterate(stores.log.follow({ fromPosition: 0, signal: AbortSignal.abort() }));
      expect(await gone.next()).toEqual({ done: true, value: undefined });
      const { signal } = new AbortController();
      const waiting = iterate(stores.log.follow({ fromPosition: 1, signal })).next();
      await stores.close();
      expect(await waiting).toEqual({ done: true, value: undefined });
    });

    shared("follows the commits of another opening of the same home", async () => {
      const home = await homes.home();
      const mine = home.open().log;
      const theirs = home.open().log;
      const abort = new AbortController();
      const seen: number[] = [];
      const following = (async () => {
        for await (const events of mine.follow({ fromPosition: 0, signal: abort.signal })) {
          seen.push(...events.map((event) => event.position));
          if (seen.length >= 6) abort.abort();
        }
      })();
      for (const log of [theirs, mine, theirs, theirs, mine, theirs]) await add(log, two);
      await following;
      expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
    });

    shared("keeps seq and position dense when two openings write in turns", async () => {
      const home = await homes.home();
      const logs = [home.open().log, home.open().log];
      for (let round = 0; round < 10; round += 1) {
        await Promise.all(logs.map((log) => add(log, round % 2 === 0 ? one : two, 2)));
      }
      const all = await (logs[0] ?? home.open().log).readAll();
      expect(all.map((event) => event.position)).toEqual(Array.from({ length: 40 }, (_, index) => index));
      for (const stream of [one, two]) {
        const seqs = all.filter((event) => event.stream.id === stream.id).map((event) => event.seq);
        expect(seqs).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      }
    });

    shared("finds everything again after closing and opening", async () => {
      const home = await homes.home();
      const before = home.open();
      valueOf(
        await before.log.commit(append(one, [note({ a: 1 })], { outbox: [{ topic: "t", body: { b: 2 } }] })),
      );
      const events = await before.log.readAll();
      await before.close();
      const after = home.open();
      expect(await after.log.readAll()).toEqual(events);
      expect(await after.log.pendingOutbox(10)).toMatchObject([{ topic: "t", body: { b: 2 } }]);
      await add(after.log);
      expect(places(await after.log.read(one))).toEqual(["0:run_000001#1", "1:run_000001#2"]);
    });
  });
}

const iterate = <Item>(items: AsyncIterable<Item>) => items[Symbol.asyncIterator]();

function valueOfNext(result: IteratorResult<Event[], unknown>): Event[] {
  if (result.done === true) throw new Error("the follower ended");
  return result.value;
}
