import { describe, expect, it } from "vitest";
import { RunId } from "#core/contract/ids.ts";
import { valueOf } from "./sample-events.ts";
import { sharedCase, type StoreAdapter } from "./store-adapter.ts";
import { useHomes } from "./use-homes.ts";

const run = RunId.parse("run_000001");

/** What every lease store promises. */
export function describeRunLeases(adapter: StoreAdapter): void {
  const homes = useHomes(adapter);
  const shared = sharedCase(adapter);

  describe(`${adapter.name}: run leases`, () => {
    it("gives a free lease, and names the holder and the end of it", async () => {
      const { leases } = (await homes.home()).open();
      expect(await leases.holder(run)).toBeUndefined();
      expect(valueOf(await leases.acquire(run, { owner: "a", ttlMs: 30_000 }))).toEqual({
        resource: run,
        owner: "a",
        fence: 1,
      });
      expect(await leases.holder(run)).toEqual({
        owner: "a",
        expiresAt: "2026-01-01T00:00:30.000Z",
        alive: true,
      });
    });

    it("refuses a held lease to everybody, its holder included, and says when to try again", async () => {
      const home = await homes.home();
      const { leases } = home.open();
      await leases.acquire(run, { owner: "a", ttlMs: 30_000 });
      home.clock.advance(10_000);
      for (const owner of ["a", "b"]) {
        expect(await leases.acquire(run, { owner, ttlMs: 30_000 })).toMatchObject({
          ok: false,
          failure: { code: "conflict", retryable: true, retryAfterMs: 20_000, details: { owner: "a" } },
        });
      }
      valueOf(await leases.acquire(RunId.parse("run_000002"), { owner: "b", ttlMs: 30_000 }));
    });

    it("can be taken over once it lapsed, with a higher fence", async () => {
      const home = await homes.home();
      const { leases } = home.open();
      const old = valueOf(await leases.acquire(run, { owner: "a", ttlMs: 30_000 }));
      home.clock.advance(30_000);
      expect(await leases.holder(run)).toMatchObject({ owner: "a", alive: false });
      const newer = valueOf(await leases.acquire(run, { owner: "b", ttlMs: 30_000 }));
      expect(newer.fence).toBe(2);
      expect(await leases.renew(old, 30_000)).toMatchObject({ ok: false, failure: { code: "lease-lost" } });
      await leases.release(old);
      expect(await leases.holder(run)).toMatchObject({ owner: "b", alive: true });
    });

    it("can be taken at once from an owner who is known to be dead", async () => {
      const { leases } = (await homes.home()).open({ isOwnerAlive: (owner) => owner !== "dead" });
      valueOf(await leases.acquire(run, { owner: "dead", ttlMs: 30_000 }));
      expect(await leases.holder(run)).toMatchObject({ owner: "dead", alive: false });
      expect(valueOf(await leases.acquire(run, { owner: "b", ttlMs: 30_000 })).fence).toBe(2);
    });

    it("is prolonged by renewal, also after it lapsed if nobody took it", async () => {
      const home = await homes.home();
      const { leases } = home.open();
      const token = valueOf(await leases.acquire(run, { owner: "a", ttlMs: 30_000 }));
      home.clock.advance(20_000);
      expect(valueOf(await leases.renew(token, 30_000))).toEqual(token);
      expect(await leases.holder(run)).toMatchObject({ expiresAt: "2026-01-01T00:00:50.000Z", alive: true });
      home.clock.advance(40_000);
      expect(valueOf(await leases.renew(token, 30_000))).toEqual(token);
      expect(await leases.holder(run)).toMatchObject({ alive: true });
    });

    it("is free after release, and its fence goes on growing", async () => {
      const { leases } = (await homes.home()).open();
      const first = valueOf(await leases.acquire(run, { owner: "a", ttlMs: 30_000 }));
      await leases.release(first);
      expect(await leases.holder(run)).toBeUndefined();
      expect(await leases.renew(first, 30_000)).toMatchObject({ ok: false, failure: { code: "lease-lost" } });
      expect(valueOf(await leases.acquire(run, { owner: "a", ttlMs: 30_000 })).fence).toBe(2);
    });

    it("refuses the renewal of a lease that never was", async () => {
      const { leases } = (await homes.home()).open();
      expect(await leases.renew({ resource: run, owner: "a", fence: 1 }, 1000)).toMatchObject({
        ok: false,
        failure: { code: "lease-lost" },
      });
      await leases.release({ resource: run, owner: "a", fence: 1 });
    });

    shared("is one lease for all openings of a home, and lasts", async () => {
      const home = await homes.home();
      const [mine, theirs] = [home.open(), home.open()];
      const results = await Promise.all([
        mine.leases.acquire(run, { owner: "a", ttlMs: 30_000 }),
        theirs.leases.acquire(run, { owner: "b", ttlMs: 30_000 }),
      ]);
      expect(results.map((result) => result.ok)).toEqual([true, false]);
      await mine.close();
      expect(await theirs.leases.holder(run)).toMatchObject({ owner: "a" });
    });
  });
}
