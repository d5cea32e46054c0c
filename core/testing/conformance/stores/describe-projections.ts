import { describe, expect, it } from "vitest";
import type { JsonObject } from "#core/contract/json.ts";
import type { ProjectionDefinition, ProjectionQuery } from "#core/contract/projection.ts";
import { append, note, runStream, valueOf } from "./sample-events.ts";
import { sampleProjection, sampleTotals } from "./sample-projections.ts";
import { sharedCase, type StoreAdapter } from "./store-adapter.ts";
import { useHomes } from "./use-homes.ts";

/** What every projection reader promises. */
export function describeProjections(adapter: StoreAdapter): void {
  const homes = useHomes(adapter);
  const shared = sharedCase(adapter);
  const openWith = async (rows: readonly JsonObject[]) => {
    const stores = (await homes.home()).open();
    for (const [index, data] of rows.entries()) {
      valueOf(await stores.log.commit(append(runStream(index + 1), [note(data)])));
    }
    return stores;
  };
  const ids = async (stores: Awaited<ReturnType<typeof openWith>>, query: ProjectionQuery) => {
    const { rows, total } = await stores.projections.list("sample_runs", query);
    return { ids: rows.map((row) => Number(JSON.stringify(row["id"]).at(-2))), total };
  };

  describe(`${adapter.name}: projections`, () => {
    it("folds events into rows in the transaction of the events", async () => {
      const { log, projections } = await openWith([{ status: "open", note: { deep: [1] } }]);
      expect(await projections.get("sample_runs", "run_000001")).toEqual({
        id: "run_000001",
        status: "open",
        note: { deep: [1] },
        events: 1,
      });
      valueOf(await log.commit(append(runStream(1), [note({ status: "done" }), note()])));
      expect(await projections.get("sample_runs", "run_000001")).toMatchObject({ status: "done", events: 3 });
      expect(await projections.get("sample_totals", "all")).toEqual({ "note.taken": 3 });
      expect(await projections.get("sample_runs", "run_000009")).toBeUndefined();
    });

    it("deletes the row for which the definition gives none", async () => {
      const { log, projections } = await openWith([{}, {}]);
      valueOf(await log.commit(append(runStream(1), [note({ remove: true })])));
      expect(await projections.get("sample_runs", "run_000001")).toBeUndefined();
      expect(await projections.list("sample_runs")).toMatchObject({ total: 1 });
      valueOf(await log.commit(append(runStream(3), [note({ remove: true })])));
      expect(await projections.list("sample_runs")).toMatchObject({ total: 1 });
    });

    it("applies an event once to a row, also when the definition names its key twice", async () => {
      const twice = { ...sampleTotals, keys: () => ["all", "all", "other"] };
      const { log, projections } = (await homes.home()).open({ projections: [twice] });
      valueOf(await log.commit(append(runStream(1), [note()])));
      expect(await projections.get("sample_totals", "all")).toEqual({ "note.taken": 1 });
      expect(await projections.get("sample_totals", "other")).toEqual({ "note.taken": 1 });
    });

    it("lists all rows by key, or filtered, sorted and paged with the total before paging", async () => {
      const stores = await openWith([
        { status: "open", score: 2.5 },
        { status: "done", score: 1 },
        { status: "open", score: 9 },
        { status: "open" },
        { status: "failed", score: -1 },
      ]);
      expect(await ids(stores, {})).toEqual({ ids: [1, 2, 3, 4, 5], total: 5 });
      expect(await ids(stores, { where: { status: "open" } })).toEqual({ ids: [1, 3, 4], total: 3 });
      expect(await ids(stores, { where: { status: ["done", "failed"] } })).toEqual({ ids: [2, 5], total: 2 });
      expect(await ids(stores, { where: { status: "open", score: 9 } })).toEqual({ ids: [3], total: 1 });
      expect(await ids(stores, { where: { status: [] } })).toEqual({ ids: [], total: 0 });
      expect(await ids(stores, { orderBy: { column: "score", direction: "ascending" } })).toEqual({
        ids: [4, 5, 2, 1, 3],
        total: 5,
      });
      expect(
        await ids(stores, { orderBy: { column: "score", direction: "descending" }, limit: 2, offset: 1 }),
      ).toEqual({ ids: [1, 2], total: 5 });
      expect(await ids(stores, { limit: 0 })).toEqual({ ids: [], total: 5 });
      expect(await ids(stores, { offset: 7 })).toEqual({ ids: [], total: 5 });
    });

    it("lists by key whatever the order of writing, and ties of a sort likewise", async () => {
      const stores = (await homes.home()).open();
      for (const number of [7, 2, 9, 4]) {
        valueOf(await stores.log.commit(append(runStream(number), [note({ status: "same" })])));
      }
      expect((await ids(stores, {})).ids).toEqual([2, 4, 7, 9]);
      expect((await ids(stores, { orderBy: { column: "status", direction: "descending" } })).ids).toEqual([
        2, 4, 7, 9,
      ]);
    });

    it("finds rows by what is absent, alone or among other values", async () => {
      const stores = await openWith([{ status: "open" }, {}, { status: null }, { status: "done" }]);
      expect(await ids(stores, { where: { status: null } })).toEqual({ ids: [2, 3], total: 2 });
      expect(await ids(stores, { where: { status: ["open", null] } })).toEqual({ ids: [1, 2, 3], total: 3 });
    });

    it("keeps truth values as numbers that equal them", async () => {
      const stores = await openWith([{ is_open: true }, { is_open: false }, {}]);
      expect(await ids(stores, { where: { is_open: true } })).toEqual({ ids: [1], total: 1 });
      expect(await ids(stores, { where: { is_open: 0 } })).toEqual({ ids: [2], total: 1 });
      expect((await stores.projections.get("sample_runs", "run_000001"))?.["is_open"]).toBe(true);
    });

    it("sorts text by its bytes and ties by key", async () => {
      const words = ["b", "a", "Z", "é", "\u{1F600}", "\uFF5E", "a", ""];
      const stores = await openWith(words.map((order) => ({ order })));
      expect(await ids(stores, { orderBy: { column: "order", direction: "ascending" } })).toEqual({
        ids: [8, 3, 2, 7, 1, 4, 6, 5],
        total: 8,
      });
      expect(await ids(stores, { orderBy: { column: "order", direction: "descending" } })).toEqual({
        ids: [5, 6, 4, 1, 2, 7, 3, 8],
        total: 8,
      });
    });

    it("takes any text as a value, also what looks like a statement", async () => {
      const evil = `'; DROP TABLE sample_runs; -- " [] \\`;
      const stores = await openWith([{ status: evil }, { status: "x" }]);
      expect(await ids(stores, { where: { status: [evil, "]", '"'] } })).toEqual({ ids: [1], total: 1 });
    });

    it("takes more values than a statement has places for", async () => {
      const stores = await openWith([{ status: "v39999" }, { status: "other" }]);
      const many = Array.from({ length: 40_000 }, (_, index) => `v${index}`);
      expect(await ids(stores, { where: { status: many } })).toEqual({ ids: [1], total: 1 });
    });

    it.each<[string, string, ProjectionQuery]>([
      ["a projection that is not there", "nothing", {}],
      ["a column that is not there", "sample_runs", { where: { colour: "red" } }],
      ["a column name with a statement in it", "sample_runs", { where: { 'status" OR 1=1 --': "x" } }],
      [
        "sorting by what is no column",
        "sample_runs",
        { orderBy: { column: "id) --", direction: "ascending" } },
      ],
      ["a value of another type", "sample_runs", { where: { events: "one" } }],
      ["a structure as a value", "sample_runs", { where: { status: { a: 1 } } }],
      ["a limit below 0", "sample_runs", { limit: -1 }],
      ["a limit that is no number", "sample_runs", { limit: Number.NaN }],
      ["half an offset", "sample_runs", { offset: 0.5 }],
    ])("refuses %s with `invalid-input`", async (_what, name, query) => {
      const stores = await openWith([]);
      await expect(stores.projections.list(name, query)).rejects.toMatchObject({
        failure: { code: "invalid-input" },
      });
    });

    it("fails the commit when a row does not fit its columns", async () => {
      const { log } = await openWith([]);
      expect(await log.commit(append(runStream(1), [note({ status: 7 })]))).toMatchObject({
        ok: false,
        failure: { code: "internal", details: { projection: "sample_runs" } },
      });
      expect(await log.head()).toEqual({ size: 0 });
    });

    it("ends a rebuild with the rows that it had before", async () => {
      const stores = await openWith([
        { status: "a" },
        { status: "b", score: 1.5 },
        { remove: true },
        { x: [1] },
      ]);
      valueOf(await stores.log.commit(append(runStream(1), [note({ remove: true }), note({ again: true })])));
      const before = await stores.projections.list("sample_runs");
      const totals = await stores.projections.list("sample_totals");
      await stores.projections.rebuild();
      expect(await stores.projections.list("sample_runs")).toEqual(before);
      expect(await stores.projections.list("sample_totals")).toEqual(totals);
    });

    it("rebuilds from a log of any length", async () => {
      const { log, projections } = (await homes.home()).open();
      for (let round = 0; round < 5; round += 1) {
        const notes = Array.from({ length: 500 }, () => note());
        valueOf(await log.commit(append(runStream(1), notes)));
        if (round === 3) {
          await projections.rebuild();
          expect(await projections.get("sample_totals", "all")).toEqual({ "note.taken": 2000 });
        }
      }
      await projections.rebuild();
      expect(await projections.get("sample_totals", "all")).toEqual({ "note.taken": 2500 });
    });

    it("gives rows that the reader may change", async () => {
      const { projections } = await openWith([{ status: "open" }]);
      const row = await projections.get("sample_runs", "run_000001");
      if (row !== undefined) row["status"] = "changed";
      expect(await projections.get("sample_runs", "run_000001")).toMatchObject({ status: "open" });
    });

    it.each<[string, Partial<ProjectionDefinition>]>([
      ["a name with a quote", { name: 'a"b' }],
      ["a name in capitals", { name: "Runs" }],
      ["an empty name", { name: "" }],
      ["a name of the store's own", { name: "events" }],
      ["a column with a space", { columns: [{ name: "a b", type: "text" }] }],
      ["a column that starts with _", { columns: [{ name: "_key", type: "text" }] }],
      [
        "two columns of one name",
        {
          columns: [
            { name: "a", type: "text" },
            { name: "a", type: "real" },
          ],
        },
      ],
    ])("does not open with a definition that has %s", async (_what, change) => {
      const home = await homes.home();
      expect(() => home.open({ projections: [{ ...sampleProjection, ...change }] })).toThrow(Error);
    });

    it("does not open with two definitions of one name", async () => {
      const home = await homes.home();
      expect(() => home.open({ projections: [sampleTotals, sampleTotals] })).toThrow("sample_totals");
    });

    shared("folds the log into definitions that are new or have other columns when opened", async () => {
      const home = await homes.home();
      const before = home.open({ projections: [sampleTotals] });
      valueOf(await before.log.commit(append(runStream(1), [note({ status: "open", score: 3 })])));
      await before.close();
      const second = home.open({ projections: [sampleTotals, sampleProjection] });
      expect(await second.projections.list("sample_runs", { where: { status: "open" } })).toMatchObject({
        total: 1,
      });
      await second.close();
      const columns = [{ name: "id", type: "text" as const, indexed: true }];
      const third = home.open({ projections: [{ ...sampleProjection, columns }] });
      expect(await third.projections.list("sample_runs", { where: { id: "run_000001" } })).toMatchObject({
        total: 1,
      });
      await expect(third.projections.list("sample_totals")).rejects.toMatchObject({
        failure: { code: "invalid-input" },
      });
    });

    shared("folds the log anew when a definition's rule has a higher version", async () => {
      const home = await homes.home();
      const before = home.open({ projections: [sampleProjection] });
      valueOf(await before.log.commit(append(runStream(1), [note({ status: "open" })])));
      await before.close();
      const apply: typeof sampleProjection.apply = (row, event, key) => ({
        ...sampleProjection.apply(row, event, key),
        status: "as the new rule says",
      });
      const same = home.open({ projections: [{ ...sampleProjection, apply }] });
      expect(await same.projections.get("sample_runs", "run_000001")).toMatchObject({ status: "open" });
      await same.close();
      const raised = home.open({ projections: [{ ...sampleProjection, apply, version: 2 }] });
      expect(await raised.projections.get("sample_runs", "run_000001")).toMatchObject({
        status: "as the new rule says",
      });
    });

    shared("stops a process whose projections are no longer those of the home", async () => {
      const home = await homes.home();
      const older = home.open({ projections: [sampleTotals] });
      valueOf(await older.log.commit(append(runStream(1), [note()])));
      const newer = home.open({ projections: [sampleTotals, sampleProjection] });
      expect(await older.log.commit(append(runStream(1), [note()]))).toMatchObject({
        ok: false,
        failure: { code: "storage-failed" },
      });
      await expect(older.projections.list("sample_totals")).rejects.toMatchObject({
        failure: { code: "storage-failed" },
      });
      expect(await older.log.read(runStream(1))).toHaveLength(1);
      valueOf(await newer.log.commit(append(runStream(1), [note()])));
    });
  });
}
