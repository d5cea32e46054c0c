import { closeSync, cpSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Event, PayloadRef } from "#core/contract/event.ts";
import { FailureError } from "#core/contract/failure.ts";
import type { ScannedEvent } from "#core/contract/integrity.ts";
import type { Stores } from "#core/contract/stores.ts";
import { sealEvent } from "#core/events/seal.ts";
import { scanAll } from "#core/testing/conformance/stores/describe-log-integrity.ts";
import { append, note, runStream, valueOf } from "#core/testing/conformance/stores/sample-events.ts";
import { createSqliteHome, type SqliteTestHome } from "./sqlite-adapter.testing.ts";

/** Each test goes one way round the guards, numbered as in guards.ts, and then looks at what a scan can tell. */

let home: SqliteTestHome;
let events: Event[];
const databaseFile = () => join(home.folder, "swarm.db");

beforeEach(async () => {
  home = createSqliteHome();
  const stores = home.open();
  for (let n = 0; n < 20; n += 1) {
    const payload = { mediaType: "text/plain", bytes: new TextEncoder().encode(`content number ${n}`) };
    valueOf(
      await stores.log.commit(append(runStream(1 + (n % 2)), [note({ marker: `marker-${n}-end` }, payload)])),
    );
  }
  events = await stores.log.readAll();
  await stores.close();
});
afterEach(() => home.dispose());

/** Changes the database through a foreign connection that may do anything. */
function tamper(work: (database: Database.Database) => void): void {
  const database = new Database(databaseFile());
  database.unsafeMode();
  database.pragma("foreign_keys = OFF");
  work(database);
  database.close();
}

const openReadOnly = (): Stores => home.open({ readOnly: true });

async function faults(): Promise<ScannedEvent[]> {
  const found = await scanAll(openReadOnly().integrity);
  return found.filter((one) => one.fault !== undefined);
}

/** Runs statements with the guards of a table away, and puts the guards back as they were. */
function behindTheGuards(statements: string): void {
  tamper((database) => {
    const guards = database
      .prepare<[], { name: string; sql: string }>(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'",
      )
      .all();
    for (const { name } of guards) database.exec(`DROP TRIGGER ${name}`);
    database.exec(statements);
    for (const { sql } of guards) database.exec(sql);
  });
}

describe("a dropped trigger (1)", () => {
  it("is itself reported as long as it is missing", async () => {
    tamper((database) => database.exec("DROP TRIGGER events_no_delete"));
    expect(await faults()).toEqual([
      { position: 20, fault: expect.stringContaining("events_no_delete is missing") as string },
    ]);
  });

  it("lets a body be changed: found by its hash, at its position", async () => {
    behindTheGuards(
      "UPDATE events SET body = replace(body, 'marker-7-end', 'marker-8-end') WHERE position = 7",
    );
    expect(await faults()).toMatchObject([{ position: 7, fault: expect.stringContaining("hash") as string }]);
  });

  it.each([
    ["position", "UPDATE events SET position = 100 WHERE position = 19", 19],
    ["stream_id", "UPDATE events SET stream_id = 'run_000009' WHERE position = 4", 4],
    ["stream_kind", "UPDATE events SET stream_kind = 'log' WHERE position = 4", 4],
    ["seq", "UPDATE events SET seq = 99 WHERE position = 4", 4],
    ["type", "UPDATE events SET type = 'other.thing' WHERE position = 4", 4],
    ["version", "UPDATE events SET version = 2 WHERE position = 4", 4],
    ["at", "UPDATE events SET at = '2020-01-01T00:00:00.000Z' WHERE position = 4", 4],
    ["hash", "UPDATE events SET hash = replace(hash, substr(hash, 1, 1), '0') WHERE position = 4", 4],
    ["leaf", "UPDATE events SET leaf = 'x' WHERE position = 4", 4],
    ["body", "UPDATE events SET body = 'no json' WHERE position = 4", 4],
    ["body", "UPDATE events SET body = '[]' WHERE position = 4", 4],
    ["body", "UPDATE events SET body = body || ' ' WHERE position = 4", 4],
    ["body", "UPDATE events SET body = '{\"seq\":1,' || substr(body, 2) WHERE position = 4", 4],
  ])("lets the column %s be changed: %s", async (_column, statement, position) => {
    behindTheGuards(statement);
    expect((await faults())[0]).toMatchObject({ position });
  });

  it("lets an event be removed from the middle: the gap is named", async () => {
    behindTheGuards("DELETE FROM events WHERE position IN (5, 6)");
    expect((await faults())[0]).toEqual({ position: 5, fault: "positions 5 to 6 are missing", isGap: true });
  });

  it("lets the tail be cut, but a payload left behind tells where an event was", async () => {
    behindTheGuards("DELETE FROM events WHERE position >= 18");
    expect(await faults()).toEqual([
      { position: 18, fault: "a payload of an event that is not there", isGap: true },
      { position: 19, fault: "a payload of an event that is not there", isGap: true },
    ]);
  });

  it("lets a row be hidden below position 0: a scan from the start sees it", async () => {
    behindTheGuards(
      "INSERT INTO events SELECT -5, stream_kind, 'hidden', seq, type, version, at, body, hash, leaf " +
        "FROM events WHERE position = 0",
    );
    expect((await faults())[0]).toMatchObject({ position: -5 });
  });

  it("lets a payload be changed or removed: both are told apart", async () => {
    behindTheGuards(
      "UPDATE payloads SET content = x'00' WHERE position = 1; UPDATE payloads SET key = zeroblob(32) WHERE position = 2;" +
        "DELETE FROM payloads WHERE position = 3",
    );
    const { integrity, payloads } = openReadOnly();
    const refs = events
      .map((event) => event.payloadRef)
      .filter((ref): ref is PayloadRef => ref !== undefined);
    expect(await Promise.all(refs.slice(0, 4).map((ref) => integrity.payloadFault(ref)))).toEqual([
      undefined,
      "mismatch",
      "mismatch",
      "missing",
    ]);
    const codes = await Promise.all(
      refs.slice(0, 4).map(async (ref) => {
        const read = await payloads.read(ref);
        return read.ok ? "ok" : read.failure.code;
      }),
    );
    expect(codes).toEqual(["ok", "log-corrupt", "log-corrupt", "not-found"]);
  });
});

describe("a rewritten schema (2)", () => {
  it("is reported when a guard was made idle through writable_schema", async () => {
    tamper((database) => {
      database.pragma("writable_schema = ON");
      database.exec(
        "UPDATE sqlite_schema SET sql = replace(sql, 'RAISE(ABORT, ''events: an event is never changed'')', '1') " +
          "WHERE name = 'events_no_update'",
      );
      database.pragma("writable_schema = RESET");
      database.exec("UPDATE events SET leaf = 'x' WHERE position = 3");
    });
    expect(await faults()).toMatchObject([
      { position: 3 },
      { position: 20, fault: expect.stringContaining("events_no_update was changed") as string },
    ]);
  });

  it("is reported when a column was dropped, and the events can still be read", async () => {
    tamper((database) => database.exec("ALTER TABLE events DROP COLUMN leaf"));
    const found = await faults();
    expect(found).toHaveLength(21);
    expect(found[0]).toMatchObject({ position: 0, event: events[0] });
    expect(found[20]).toMatchObject({ fault: expect.stringContaining("table events was changed") as string });
  });

  it("is reported when the table of events is gone", async () => {
    tamper((database) => database.exec("DROP TABLE payloads; DROP TABLE events"));
    expect((await faults())[0]).toMatchObject({
      position: 0,
      fault: expect.stringContaining("cannot be read") as string,
    });
  });

  it("is reported when a trigger was added", async () => {
    tamper((database) =>
      database.exec("CREATE TRIGGER spy AFTER INSERT ON events BEGIN DELETE FROM outbox; END"),
    );
    expect(await faults()).toMatchObject([
      { fault: expect.stringContaining("strange trigger spy") as string },
    ]);
  });

  it("does not stop a later writable opening from refusing to write to what it does not know", async () => {
    tamper((database) => database.exec("ALTER TABLE events DROP COLUMN leaf"));
    const stores = home.open();
    expect(await stores.log.commit(append(runStream(1), [note()]))).toMatchObject({
      ok: false,
      failure: { code: "storage-failed", message: expect.stringContaining("swarm log verify") as string },
    });
  });
});

describe("an edited file (3)", () => {
  it("is found for any flipped byte of an event's body", async () => {
    const offset = readFileSync(databaseFile()).indexOf("marker-11-end");
    expect(offset).toBeGreaterThan(0);
    flip(databaseFile(), offset + 7);
    expect((await faults())[0]).toMatchObject({ position: 11 });
    await expect(openReadOnly().log.readAll({ fromPosition: 11 })).resolves.toHaveLength(9);
  });

  it("is found in the content of a payload", async () => {
    flip(databaseFile(), readFileSync(databaseFile()).indexOf("content number 6"));
    const { integrity } = openReadOnly();
    const ref = events[6]?.payloadRef;
    expect(ref === undefined ? "" : await integrity.payloadFault(ref)).toBe("mismatch");
  });

  it("is found in an index, where it would hide an event from the readers of its stream", async () => {
    let offset = 0;
    tamper((database) => {
      const [page] = database
        .prepare<[], number>(
          "SELECT pageno FROM dbstat WHERE name = 'sqlite_autoindex_events_1' AND pagetype = 'leaf'",
        )
        .pluck()
        .all();
      offset = ((page ?? 0) - 1) * 4096;
    });
    const file = readFileSync(databaseFile());
    const entry = file.indexOf("run_000002", offset);
    expect(entry - offset).toBeLessThan(4096);
    flip(databaseFile(), entry + 9);
    const found = await faults();
    expect(found[0]).toMatchObject({ position: 20, fault: expect.stringContaining("file: ") as string });
  });

  it.each([0, 1])(
    "is reported, not thrown, when page %i of the events cannot be read at all",
    async (which) => {
      let offset = 0;
      tamper((database) => {
        const pages = database
          .prepare<[], number>("SELECT pageno FROM dbstat WHERE name = 'events' ORDER BY pageno")
          .pluck()
          .all();
        offset = ((pages[which] ?? 0) - 1) * 4096;
      });
      for (let index = 0; index < 12; index += 1) flip(databaseFile(), offset + index);
      const found = await faults();
      expect(found.some((one) => one.fault?.includes("cannot be read"))).toBe(true);
    },
  );

  it("is found, or changes nothing that can be read, whichever bit of the file is flipped", async () => {
    const original = readFileSync(databaseFile());
    const contents = async (stores: Stores) => ({
      events: await stores.log.readAll(),
      streams: [await stores.log.read(runStream(1)), await stores.log.read(runStream(2))],
      payloads: await Promise.all(
        events.flatMap(({ payloadRef }) =>
          payloadRef === undefined ? [] : [stores.payloads.read(payloadRef)],
        ),
      ),
    });
    const untouched = openReadOnly();
    const expected = await contents(untouched);
    await untouched.close();
    const copy = createSqliteHome();
    const isFound = async (): Promise<boolean> => {
      let stores: Stores | undefined;
      try {
        stores = copy.open({ readOnly: true });
        if ((await scanAll(stores.integrity)).some((one) => one.fault !== undefined)) return true;
        for (const { payloadRef } of events) {
          if (payloadRef !== undefined && (await stores.integrity.payloadFault(payloadRef)) !== undefined)
            return true;
        }
        expect(await contents(stores)).toEqual(expected);
        return false;
      } catch (thrown) {
        if (thrown instanceof FailureError) return true;
        throw thrown;
      } finally {
        await stores?.close();
      }
    };
    let found = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: original.length - 1 }), fc.nat({ max: 7 }), async (offset, bit) => {
        const bytes = Buffer.from(original);
        bytes[offset] = (bytes[offset] ?? 0) ^ (1 << bit);
        writeFileSync(join(copy.folder, "swarm.db"), bytes);
        if (await isFound()) found += 1;
      }),
      { numRuns: 150 },
    );
    await copy.dispose();
    expect(found).toBeGreaterThan(30);
  });
});

describe("a truncated tail (4)", () => {
  it("leaves a log in which a scan finds nothing: only an earlier size, kept elsewhere, tells", async () => {
    behindTheGuards("DELETE FROM payloads WHERE position >= 15; DELETE FROM events WHERE position >= 15");
    expect(await faults()).toEqual([]);
    expect(await openReadOnly().log.head()).toEqual({ size: 15 });
  });

  it("is what an edited write-ahead log becomes", async () => {
    const stores = home.open();
    for (let n = 0; n < 5; n += 1) valueOf(await stores.log.commit(append(runStream(1), [note({ n })])));
    const copy = createSqliteHome();
    for (const suffix of ["", "-wal"]) {
      cpSync(`${databaseFile()}${suffix}`, join(copy.folder, `swarm.db${suffix}`));
    }
    const wal = join(copy.folder, "swarm.db-wal");
    flip(wal, readFileSync(wal).length - 5000);
    const opened = copy.open();
    const { size } = await opened.log.head();
    expect(size).toBeGreaterThanOrEqual(20);
    expect(size).toBeLessThan(25);
    expect((await scanAll(opened.integrity)).filter((one) => one.fault !== undefined)).toEqual([]);
    await copy.dispose();
  });
});

describe("a forged event (5, 6)", () => {
  const forge = (hash: (right: string) => string) => {
    const last = events.findLast((event) => event.stream.id === "run_000001");
    const sealed = valueOf(
      sealEvent(note({ forged: true }), {
        stream: runStream(1),
        seq: 11,
        position: 20,
        prevHash: last?.hash ?? events[0]?.hash ?? ("" as never),
        at: "2026-01-01T00:00:00.000Z",
      }),
    );
    tamper((database) =>
      database
        .prepare("INSERT INTO events VALUES (20, 'run', 'run_000001', 11, 'note.taken', 1, ?, ?, ?, ?)")
        .run(sealed.event.at, sealed.body, hash(sealed.event.hash), sealed.leaf),
    );
  };

  it("with a wrong hash is found", async () => {
    forge(() => "f".repeat(64));
    expect((await faults())[0]).toMatchObject({ position: 20 });
  });

  it("with right hashes is an append like any other: only who signs checkpoints can tell", async () => {
    forge((right) => right);
    expect(await faults()).toEqual([]);
    expect(await openReadOnly().log.head()).toEqual({ size: 21 });
  });
});

describe("a made-up erasure (8)", () => {
  it("removes a payload past the guard: the reader is told `erased`, the verifier `missing`", async () => {
    const ref = events[2]?.payloadRef;
    if (ref === undefined) throw new Error("the event has no payload");
    tamper((database) => {
      database.prepare("INSERT INTO erasures VALUES (?, '2026-01-01T00:00:00.000Z')").run(ref.commitment);
      database.prepare("DELETE FROM payloads WHERE commitment = ?").run(ref.commitment);
    });
    const { integrity, payloads } = openReadOnly();
    expect(await payloads.read(ref)).toMatchObject({ failure: { code: "payload-erased" } });
    expect(await integrity.payloadFault(ref)).toBe("missing");
  });
});

function flip(file: string, offset: number): void {
  const byte = readFileSync(file)[offset];
  if (byte === undefined) throw new Error(`${file} has no byte ${offset}`);
  const handle = openSync(file, "r+");
  writeSync(handle, Uint8Array.of(byte ^ 1), 0, 1, offset);
  closeSync(handle);
}
