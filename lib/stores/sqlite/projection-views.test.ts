import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProjectionDefinition } from "#core/contract/projection.ts";
import { append, note, runStream, valueOf } from "#core/testing/conformance/stores/sample-events.ts";
import { sampleProjection, sampleTotals } from "#core/testing/conformance/stores/sample-projections.ts";
import { createSqliteHome, type SqliteTestHome } from "./sqlite-adapter.testing.ts";

let home: SqliteTestHome;
beforeEach(() => {
  home = createSqliteHome();
});
afterEach(() => home.dispose());

function query(sql: string): unknown[] {
  const raw = new Database(join(home.folder, "swarm.db"), { readonly: true });
  try {
    return raw.prepare(sql).all();
  } finally {
    raw.close();
  }
}

const ask = async (projections: ProjectionDefinition[]) => {
  const stores = home.open({ projections });
  valueOf(
    await stores.log.commit(append(runStream(1), [note({ status: "open", score: 2.5, is_open: true })])),
  );
  valueOf(await stores.log.commit(append(runStream(2), [note({ status: "done", extra: { deep: 7 } })])));
  return stores;
};

describe("a projection for those who ask in SQL", () => {
  it("is a view under its own name with its columns, the key and the whole row", async () => {
    await ask([sampleProjection]);
    expect(query('SELECT status, events, score, is_open, "order" FROM sample_runs ORDER BY status')).toEqual([
      { status: "done", events: 1, score: null, is_open: null, order: null },
      { status: "open", events: 1, score: 2.5, is_open: 1, order: null },
    ]);
    expect(
      query(
        "SELECT _key, json_extract(_document, '$.extra.deep') AS deep FROM sample_runs WHERE deep IS NOT NULL",
      ),
    ).toEqual([{ _key: "run_000002", deep: 7 }]);
  });

  it("is described in the database itself", async () => {
    const description = "Ends */ DROP TABLE events; /* nothing";
    await ask([{ ...sampleProjection, description }, sampleTotals]);
    expect(query("SELECT name, description FROM projections ORDER BY name")).toEqual([
      { name: "sample_runs", description },
      { name: "sample_totals", description: sampleTotals.description },
    ]);
    expect(query("SELECT sql FROM sqlite_schema WHERE name = 'sample_totals'")).toEqual([
      { sql: expect.stringContaining(sampleTotals.description) as string },
    ]);
    expect(query("SELECT COUNT(*) AS events FROM events")).toEqual([{ events: 2 }]);
  });

  it("has an index for each column that asks for one, and searches by it", async () => {
    await ask([sampleProjection]);
    const plan = query("EXPLAIN QUERY PLAN SELECT * FROM sample_runs WHERE status = 'open'");
    expect(JSON.stringify(plan)).toContain("projection_sample_runs.status");
    expect(JSON.stringify(query("EXPLAIN QUERY PLAN SELECT * FROM sample_runs WHERE is_open = 1"))).toContain(
      "SCAN",
    );
  });

  it("keeps its indexes right when indexed and other columns change", async () => {
    const { log, projections } = await ask([sampleProjection]);
    valueOf(await log.commit(append(runStream(1), [note({ is_open: false })])));
    valueOf(await log.commit(append(runStream(1), [note({ status: "done", score: null })])));
    expect((await projections.list("sample_runs", { where: { status: "open" } })).total).toBe(0);
    expect((await projections.list("sample_runs", { where: { status: "done", score: null } })).total).toBe(2);
    expect((await projections.list("sample_runs", { where: { is_open: false } })).total).toBe(1);
    expect(query("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  });

  it("leaves nothing behind when its definition is gone", async () => {
    await (await ask([sampleProjection, sampleTotals])).close();
    await home.open({ projections: [sampleTotals] }).close();
    expect(query("SELECT name FROM sqlite_schema WHERE name LIKE '%sample_runs%'")).toEqual([]);
    expect(query("SELECT _document FROM sample_totals")).toEqual([{ _document: '{"note.taken":2}' }]);
  });

  it("is not half rebuilt when a new definition cannot take the log", async () => {
    await (await ask([sampleTotals])).close();
    const broken = { ...sampleProjection, apply: () => ({ status: 7 }) };
    expect(() => home.open({ projections: [sampleTotals, broken] })).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ code: "internal" }) }),
    );
    const again = home.open({ projections: [sampleTotals] });
    expect(await again.projections.get("sample_totals", "all")).toEqual({ "note.taken": 2 });
  });
});
