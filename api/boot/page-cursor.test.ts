import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "#core/contract/json.ts";
import type { ProjectionReader } from "#core/contract/projection.ts";
import { type ListOrder, readPage } from "./page-cursor.ts";

type Direction = ListOrder["direction"];

const order = (direction: Direction): ListOrder => ({
  projection: "runs",
  where: {},
  column: "created_at",
  key: "run_id",
  direction,
});

/** Rows as a store lists them: by the column, equal ones by key upwards. */
function reader(rows: JsonObject[]): ProjectionReader {
  const text = (row: JsonObject, name: string): string => JSON.stringify(row[name]);
  return {
    get: () => Promise.reject(new Error("not asked")),
    rebuild: () => Promise.reject(new Error("not asked")),
    async list(_name, { orderBy, limit = Infinity, offset = 0 } = {}) {
      const sign = orderBy?.direction === "descending" ? -1 : 1;
      const sorted = rows.toSorted((a, b) => {
        const times = text(a, "created_at").localeCompare(text(b, "created_at"));
        return times === 0 ? text(a, "run_id").localeCompare(text(b, "run_id")) : sign * times;
      });
      return { rows: sorted.slice(offset, offset + limit), total: rows.length };
    },
  };
}

/** Few different times, so that many rows share one. */
const row = (at: number, id: number): JsonObject => ({
  created_at: `2026-11-21T08:00:0${at}.000Z`,
  run_id: `run_${String(id).padStart(6, "0")}`,
});
const times = fc.array(fc.nat({ max: 5 }), { maxLength: 30 });
const directions = fc.constantFrom<Direction>("ascending", "descending");

async function walk(
  rows: JsonObject[],
  { direction, limit, between }: { direction: Direction; limit: number; between: () => void },
): Promise<JsonObject[]> {
  const seen: JsonObject[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await readPage(reader(rows), order(direction), { limit, offset: 0, cursor });
    if (!page.ok) throw new Error(page.failure.message);
    seen.push(...page.value.rows);
    if (page.value.nextCursor === undefined) return seen;
    cursor = page.value.nextCursor;
    between();
  }
}

describe("readPage", () => {
  it("gives every row once and in order, whatever the page size and however many share a time", async () => {
    await fc.assert(
      fc.asyncProperty(times, directions, fc.integer({ min: 1, max: 7 }), async (ats, direction, limit) => {
        const rows = ats.map(row);
        const whole = await readPage(reader(rows), order(direction), { limit: 1000, offset: 0 });
        const seen = await walk(rows, { direction, limit, between: () => undefined });
        expect(whole).toMatchObject({ ok: true, value: { rows: seen, total: rows.length } });
      }),
    );
  });

  it("never repeats or loses a row that stays, while others come and go between pages", async () => {
    const changes = fc.array(fc.record({ at: fc.nat({ max: 5 }), leaves: fc.nat() }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(times, changes, directions, async (ats, planned, direction) => {
        const rows = ats.map(row);
        const lasting = new Set(rows);
        const queue = [...planned];
        const between = (): void => {
          const change = queue.shift();
          if (change === undefined) return;
          rows.push(row(change.at, 1000 + queue.length));
          const [gone] = rows.splice(change.leaves % rows.length, 1);
          if (gone !== undefined) lasting.delete(gone);
        };
        const seen = await walk(rows, { direction, limit: 2, between });
        expect(new Set(seen).size).toBe(seen.length);
        for (const one of lasting) expect(seen).toContain(one);
      }),
    );
  });

  it.each(["x", "", "MjAyNg", Buffer.from("2026-11-21T08:00:00.000Z run_1; DROP").toString("base64url")])(
    "refuses a cursor that is none: %j",
    async (cursor) => {
      const page = await readPage(reader([]), order("descending"), { limit: 1, offset: 0, cursor });
      expect(page).toMatchObject({ ok: false, failure: { code: "invalid-input" } });
    },
  );
});
