import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Event } from "#core/contract/event.ts";
import type { Transaction } from "#core/contract/event-log.ts";
import type { Result } from "#core/contract/failure.ts";
import { append, note, runStream, valueOf } from "#core/testing/conformance/stores/sample-events.ts";
import { createFakeClock, createSeededBytes } from "#core/testing/fake-clock.ts";
import { applyTransaction } from "../rules/apply-transaction.ts";
import { prepareTransaction } from "../rules/prepare-transaction.ts";
import { createCommitQueue } from "./commit-queue.ts";
import type { Connection } from "./connection.ts";
import { createEventReader } from "./event-reader.ts";
import { openDatabase } from "./open-database.ts";
import { createProjectionTables } from "./projection-tables.ts";
import { createSqliteHome, type SqliteTestHome } from "./sqlite-adapter.testing.ts";
import { createSqliteTables } from "./sqlite-tables.ts";

const stream = runStream(1);
let home: SqliteTestHome;
let connection: Connection;
let begun: string[];
let announced: number[];

beforeEach(() => {
  home = createSqliteHome();
  const opened = openDatabase({ home: home.folder, isReadOnly: false, busyTimeoutMs: 100 });
  begun = [];
  announced = [];
  connection = {
    ...opened,
    begin(durability) {
      opened.begin(durability);
      begun.push(`${durability}:${String(opened.database.pragma("synchronous", { simple: true }))}`);
    },
  };
});
afterEach(async () => {
  connection.database.close();
  await home.dispose();
});

function createQueue(hooks: { checkSchema?: () => void; apply?: (marker: unknown) => void } = {}) {
  const tables = createSqliteTables(connection, createProjectionTables(connection, []));
  const queue = createCommitQueue({
    connection,
    checkSchema: hooks.checkSchema ?? (() => undefined),
    apply(transaction) {
      hooks.apply?.(transaction.appends[0]?.events[0]?.draft.data["marker"]);
      return applyTransaction(transaction, tables, []);
    },
    announce: (events) => announced.push(...events.map((event) => event.position)),
  });
  const sources = { clock: createFakeClock(), random: createSeededBytes() };
  const submit = (transaction: Transaction): Promise<Result<Event[]>> =>
    queue.submit(valueOf(prepareTransaction(transaction, sources)));
  return { ...queue, submit };
}

const readMarkers = () =>
  createEventReader(connection)
    .readStream(stream, 0, Infinity)
    .map((event) => event.data["marker"]);

const marked = (marker: string, durability: Transaction["durability"] = "batched") =>
  append(stream, [note({ marker })], { durability });

describe("createCommitQueue", () => {
  it("waits for the disk (synchronous=FULL, 2) for durable commits only (NORMAL is 1)", async () => {
    const queue = createQueue();
    valueOf(await queue.submit(marked("a")));
    valueOf(await queue.submit(marked("b", "full")));
    valueOf(await queue.submit(marked("c")));
    expect(begun).toEqual(["batched:1", "full:2", "batched:1"]);
  });

  it("puts what is asked for in one turn into one transaction, durable if any of it must be", async () => {
    const queue = createQueue();
    await Promise.all([queue.submit(marked("a")), queue.submit(marked("b")), queue.submit(marked("c"))]);
    await Promise.all([
      queue.submit(marked("d")),
      queue.submit(marked("e", "full")),
      queue.submit(marked("f")),
    ]);
    expect(begun).toEqual(["batched:1", "full:2"]);
    expect(readMarkers()).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  it("does not let a durable commit wait for the end of the turn", async () => {
    const queue = createQueue();
    let turnIsOver = false;
    setImmediate(() => {
      turnIsOver = true;
    });
    valueOf(await queue.submit(marked("a", "full")));
    expect(turnIsOver).toBe(false);
    valueOf(await queue.submit(marked("b")));
    expect(turnIsOver).toBe(true);
  });

  it("commits at once when something else must come after it", () => {
    const queue = createQueue();
    void queue.submit(marked("a"));
    expect(readMarkers()).toEqual([]);
    queue.flush();
    expect(readMarkers()).toEqual(["a"]);
    queue.flush();
    expect(begun).toHaveLength(1);
  });

  it("announces after the commit, and only what was kept", async () => {
    const queue = createQueue();
    await Promise.all([
      queue.submit(marked("a")),
      queue.submit(append(stream, [note()], { expectedSeq: 9 })),
      queue.submit(marked("c")),
    ]);
    expect(announced).toEqual([0, 1]);
  });

  it("rejects the promise of a member that met a bug, and keeps the others", async () => {
    const queue = createQueue({
      apply(marker) {
        if (marker === "bug") throw new RangeError("a bug");
      },
    });
    const results = await Promise.allSettled(["a", "bug", "c"].map((marker) => queue.submit(marked(marker))));
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(results[1]).toMatchObject({ reason: new RangeError("a bug") });
    await expect(queue.submit(marked("bug"))).rejects.toThrow("a bug");
    expect(readMarkers()).toEqual(["a", "c"]);
  });

  it("fails a member that the database refuses, and keeps the others", async () => {
    const queue = createQueue({
      apply(marker) {
        if (marker === "refused") connection.database.exec("UPDATE events SET seq = 1");
      },
    });
    valueOf(await queue.submit(marked("first")));
    const results = await Promise.all(["a", "refused", "c"].map((marker) => queue.submit(marked(marker))));
    expect(results.map((result) => result.ok)).toEqual([true, false, true]);
    expect(results[1]).toMatchObject({ failure: { code: "storage-failed" } });
    expect(readMarkers()).toEqual(["first", "a", "c"]);
  });

  it("fails all members when the transaction itself is lost, whatever they were told before", async () => {
    const queue = createQueue({
      apply(marker) {
        // As the database itself does on some errors of the disk.
        if (marker === "lost") {
          connection.database.exec("ROLLBACK");
          connection.database.exec("SELECT * FROM no_such_table");
        }
      },
    });
    const results = await Promise.all([
      queue.submit(marked("a")),
      queue.submit(append(stream, [note()], { expectedSeq: 9 })),
      queue.submit(marked("lost")),
      queue.submit(marked("d")),
    ]);
    expect(results.map((result) => (result.ok ? "ok" : result.failure.code))).toEqual([
      "storage-failed",
      "conflict",
      "storage-failed",
      "storage-failed",
    ]);
    expect(results[0]).toMatchObject({
      failure: { message: expect.stringContaining("no_such_table") as string },
    });
    expect(readMarkers()).toEqual([]);
    expect(announced).toEqual([]);
    valueOf(await queue.submit(marked("after")));
    expect(readMarkers()).toEqual(["after"]);
  });

  it("keeps its word when the database may not grow: what was answered is there, the rest is not", async () => {
    const queue = createQueue();
    valueOf(await queue.submit(marked("first")));
    const { database } = connection;
    const pages = Number(database.pragma("page_count", { simple: true }));
    database.pragma(`max_page_count = ${pages + 4}`);
    const big = { mediaType: "application/octet-stream", bytes: new Uint8Array(200_000) };
    const results = await Promise.all([
      queue.submit(marked("a")),
      queue.submit(append(stream, [note({ marker: "big" }, big)])),
      queue.submit(marked("c")),
    ]);
    expect(results[1]).toMatchObject({
      ok: false,
      failure: {
        code: "storage-failed",
        retryable: true,
        message: expect.stringContaining("No room") as string,
      },
    });
    const kept = ["a", "big", "c"].filter((_, index) => results[index]?.ok);
    expect(readMarkers()).toEqual(["first", ...kept]);
    database.pragma("max_page_count = 1000000");
    valueOf(await queue.submit(append(stream, [note({ marker: "room" }, big)])));
    expect(readMarkers()).toEqual(["first", ...kept, "room"]);
  });

  it("refuses all members when the schema is no longer this process's", async () => {
    const queue = createQueue({
      checkSchema() {
        connection.database.exec("SELECT * FROM a_table_of_another_version");
      },
    });
    const results = await Promise.all([queue.submit(marked("a")), queue.submit(marked("b", "full"))]);
    for (const result of results)
      expect(result).toMatchObject({ ok: false, failure: { code: "storage-failed" } });
    expect(readMarkers()).toEqual([]);
  });
});
