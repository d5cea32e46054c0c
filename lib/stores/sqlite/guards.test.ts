import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ZERO_HASH } from "#core/contract/event.ts";
import type { Stores } from "#core/contract/stores.ts";
import { scanAll } from "#core/testing/conformance/stores/describe-log-integrity.ts";
import { append, note, runStream, valueOf } from "#core/testing/conformance/stores/sample-events.ts";
import { openConnection } from "./connection.ts";
import { createSqliteHome, type SqliteTestHome } from "./sqlite-adapter.testing.ts";

let home: SqliteTestHome;
let stores: Stores;

beforeEach(async () => {
  home = createSqliteHome();
  stores = home.open();
  const payload = { mediaType: "text/plain", bytes: new TextEncoder().encode("content") };
  valueOf(await stores.log.commit(append(runStream(1), [note({ n: 1 }, payload), note({ n: 2 })])));
  valueOf(await stores.log.commit(append(runStream(2), [note({ n: 3 })])));
});
afterEach(() => home.dispose());

/** The body of an event that would come next in stream 1, with changes. */
async function nextBody(change: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const head = await stores.log.streamHead(runStream(1));
  return {
    actor: { kind: "system", id: "x" },
    at: "2026-01-01T00:00:00.000Z",
    data: {},
    position: 3,
    prevHash: head.hash,
    seq: 3,
    stream: runStream(1),
    type: "note.taken",
    version: 1,
    ...change,
  };
}

const INSERT = `INTO events (position, stream_kind, stream_id, seq, type, version, at, body, hash, leaf)
  VALUES (@position, 'run', 'run_000001', @seq, 'note.taken', 1, '2026-01-01T00:00:00.000Z', @body, 'h', 'l')`;

/** Both hands that may hold the file: ours with its settings, and a plain one with those of the sqlite3 shell. */
const hands = [
  [
    "our connection",
    (path: string) => openConnection({ path, isReadOnly: false, busyTimeoutMs: 1000 }).database,
  ],
  [
    "a foreign connection",
    (path: string) => {
      const database = new Database(path);
      database.pragma("recursive_triggers = OFF");
      database.pragma("foreign_keys = OFF");
      database.pragma("ignore_check_constraints = ON");
      return database;
    },
  ],
] as const;

describe.each(hands)("guards against %s", (_hand, connect) => {
  let database: Database.Database;
  beforeEach(() => {
    database = connect(join(home.folder, "swarm.db"));
  });
  afterEach(async () => {
    database.close();
    expect((await scanAll(stores.integrity)).filter((found) => found.fault !== undefined)).toEqual([]);
    expect(await stores.log.head()).toEqual({ size: 3 });
  });

  it.each([
    "UPDATE events SET body = '{}' WHERE position = 0",
    "UPDATE events SET position = 99 WHERE position = 2",
    "UPDATE OR REPLACE events SET seq = 1 WHERE position = 1",
    "UPDATE OR IGNORE events SET type = 'x.y'",
  ])("an event cannot be changed: %s", (statement) => {
    expect(() => database.exec(statement)).toThrow("never changed");
  });

  it.each(["DELETE FROM events", "DELETE FROM events WHERE position = 2"])(
    "an event cannot be deleted: %s",
    (statement) => {
      expect(() => database.exec(statement)).toThrow("never deleted");
    },
  );

  it.each(["INSERT OR REPLACE", "INSERT OR IGNORE", "REPLACE", "INSERT OR FAIL", "INSERT OR ROLLBACK"])(
    "an event cannot be overwritten by %s, under its position or under its seq",
    async (verb) => {
      for (const place of [
        { position: 1, seq: 3 },
        { position: 3, seq: 2 },
        { position: 0, seq: 1 },
      ]) {
        const body = JSON.stringify(await nextBody(place));
        expect(() => database.prepare(`${verb} ${INSERT}`).run({ ...place, body })).toThrow(
          "not the next one",
        );
      }
    },
  );

  it("an upsert cannot change an event", async () => {
    const body = JSON.stringify(await nextBody({ position: 1, seq: 2 }));
    const upsert = `INSERT ${INSERT} ON CONFLICT DO UPDATE SET body = excluded.body`;
    expect(() => database.prepare(upsert).run({ position: 1, seq: 2, body })).toThrow("not the next one");
  });

  it.each([
    ["a gap in position", { position: 4, seq: 3 }],
    ["a gap in seq", { position: 3, seq: 4 }],
    ["a negative position", { position: -1, seq: 3 }],
  ])("an event cannot leave %s", async (_what, place) => {
    const body = JSON.stringify(await nextBody(place));
    expect(() => database.prepare(`INSERT ${INSERT}`).run({ ...place, body })).toThrow("not the next one");
  });

  it.each([
    ["another predecessor", { prevHash: "f".repeat(64) }, "prevHash"],
    ["no predecessor", { prevHash: ZERO_HASH }, "prevHash"],
    ["another position", { position: 7 }, "differ"],
    ["another seq", { seq: 7 }, "differ"],
    ["another stream", { stream: runStream(2) }, "differ"],
    ["another kind of stream", { stream: { ...runStream(1), kind: "log" } }, "differ"],
    ["another type", { type: "other.thing" }, "differ"],
    ["another version", { version: 2 }, "differ"],
    ["another time", { at: "2027-01-01T00:00:00.000Z" }, "differ"],
  ])("an event's body cannot name %s than its row and stream", async (_what, change, message) => {
    const body = JSON.stringify(await nextBody(change));
    expect(() => database.prepare(`INSERT ${INSERT}`).run({ position: 3, seq: 3, body })).toThrow(message);
  });

  it("an event cannot have a body that is no JSON", () => {
    expect(() => database.prepare(`INSERT ${INSERT}`).run({ position: 3, seq: 3, body: "{" })).toThrow(
      "malformed JSON",
    );
  });

  it("a payload cannot be changed, deleted or overwritten", () => {
    expect(() => database.exec("UPDATE payloads SET content = x'00'")).toThrow("never changed");
    expect(() => database.exec("DELETE FROM payloads")).toThrow("by erasure only");
    for (const id of ["id", "99"]) {
      expect(() =>
        database.exec(
          `INSERT OR REPLACE INTO payloads SELECT ${id}, commitment, position, media_type, key, x'00' FROM payloads`,
        ),
      ).toThrow("never replaced");
    }
    expect(() =>
      database.exec(
        "INSERT OR REPLACE INTO payloads SELECT id, 'other', position, media_type, key, x'00' FROM payloads",
      ),
    ).toThrow("never replaced");
  });

  it("a payload cannot be added to an event that does not carry its commitment", () => {
    expect(() =>
      database.exec("INSERT INTO payloads VALUES (9, 'unheard of', 1, 'text/plain', zeroblob(32), x'00')"),
    ).toThrow("does not carry");
  });
});

describe("guards of erasures", () => {
  it("keep an erasure as it was written, and what was erased from coming back", async () => {
    const [event] = await stores.log.read(runStream(1));
    const commitment = event?.payloadRef?.commitment;
    if (commitment === undefined) throw new Error("the event has no payload");
    await stores.payloads.erase(commitment);
    const database = new Database(join(home.folder, "swarm.db"));
    expect(() => database.exec("UPDATE erasures SET erased_at = ''")).toThrow("never changed");
    expect(() => database.exec("DELETE FROM erasures")).toThrow("never taken back");
    expect(() =>
      database.exec("INSERT OR REPLACE INTO erasures SELECT commitment, 'later' FROM erasures"),
    ).toThrow("never replaced");
    expect(() =>
      database
        .prepare("INSERT INTO payloads VALUES (9, ?, 0, 'text/plain', zeroblob(32), x'00')")
        .run(commitment),
    ).toThrow("does not come back");
    database.close();
  });
});
