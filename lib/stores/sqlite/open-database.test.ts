import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import Database from "better-sqlite3";
import { afterEach, describe, expect, it } from "vitest";
import { append, note, runStream, valueOf } from "#core/testing/conformance/stores/sample-events.ts";
import { sampleProjection } from "#core/testing/conformance/stores/sample-projections.ts";
import { openDatabase } from "./open-database.ts";
import { APPLICATION_ID, MIGRATIONS } from "./schema.ts";
import { createSqliteHome, type SqliteTestHome } from "./sqlite-adapter.testing.ts";

const homes: SqliteTestHome[] = [];
const createHome = () => {
  const home = createSqliteHome();
  homes.push(home);
  return home;
};
afterEach(async () => {
  for (const home of homes.splice(0)) await home.dispose();
});

/** A foreign hand on the database file, without any of our settings. */
function rawDatabase(home: SqliteTestHome): Database.Database {
  return new Database(join(home.folder, "swarm.db"));
}

describe("openDatabase", () => {
  it("makes home and database, for their owner alone, and sets what the design asks for", () => {
    const root = mkdtempSync(join(tmpdir(), "swarm-open-"));
    try {
      const home = join(root, "deep", "home");
      const { database } = openDatabase({ home, isReadOnly: false, busyTimeoutMs: 1234 });
      const read = (name: string) => database.pragma(name, { simple: true });
      expect(statSync(home).mode & 0o777).toBe(0o700);
      expect(statSync(join(home, "swarm.db")).mode & 0o777).toBe(0o600);
      expect(read("journal_mode")).toBe("wal");
      expect(read("foreign_keys")).toBe(1);
      expect(read("recursive_triggers")).toBe(1);
      expect(read("secure_delete")).toBe(1);
      expect(read("busy_timeout")).toBe(1234);
      expect(read("application_id")).toBe(APPLICATION_ID);
      expect(read("user_version")).toBe(MIGRATIONS.length);
      database.close();
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it("refuses a database of a newer version, says which, and changes nothing in it", async () => {
    const home = createHome();
    await home.open().close();
    const raw = rawDatabase(home);
    raw.pragma("user_version = 999");
    raw.close();
    expect(() => home.open()).toThrow(/newer Swarm \(schema 999/);
    expect(() => home.open({ readOnly: true })).toThrow(/newer Swarm/);
    const again = rawDatabase(home);
    expect(again.pragma("user_version", { simple: true })).toBe(999);
    again.close();
  });

  it.each([
    ["text", "id,name\n1,Ada\n".repeat(100)],
    ["a database with a broken header", `SQLite format 3\0${"\xff".repeat(5000)}`],
  ])("refuses a file that is no database: %s", (_what, content) => {
    const home = createHome();
    writeFileSync(join(home.folder, "swarm.db"), content);
    expect(() => home.open()).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ code: "storage-failed" }) }),
    );
  });

  it.each(["CREATE TABLE books (title TEXT)", "PRAGMA user_version = 1", "PRAGMA application_id = 77"])(
    "refuses the database of another program: %s",
    (statement) => {
      const home = createHome();
      const raw = rawDatabase(home);
      raw.exec(statement);
      raw.close();
      expect(() => home.open()).toThrow(/another program/);
      expect(() => home.open({ readOnly: true })).toThrow(/another program/);
    },
  );

  it("waits for another process that is making the same home at that moment", async () => {
    const home = createHome();
    const path = join(home.folder, "swarm.db");
    const other = new Worker(join(import.meta.dirname, "processes", "hold-lock.testing.ts"), {
      workerData: path,
    });
    await once(other, "message");
    const exited = once(other, "exit");
    valueOf(await home.open().log.commit(append(runStream(1), [note()])));
    await exited;
  });

  it("takes an empty file for a new database", async () => {
    const home = createHome();
    writeFileSync(join(home.folder, "swarm.db"), "");
    valueOf(await home.open().log.commit(append(runStream(1), [note()])));
  });

  it.each([
    ["a home that is a file", (folder: string) => writeFileSync(join(folder, "sub"), "x")],
    [
      "a database that is a folder",
      (folder: string) => mkdirSync(join(folder, "sub", "swarm.db"), { recursive: true }),
    ],
  ])("refuses %s with `storage-failed`", (_what, prepare) => {
    const home = createHome();
    prepare(home.folder);
    expect(() => home.open({ home: join(home.folder, "sub") })).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ code: "storage-failed" }) }),
    );
  });

  it("opens for reading only what is there", async () => {
    const home = createHome();
    expect(() => home.open({ readOnly: true })).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ code: "not-found" }) }),
    );
    const writer = home.open({ projections: [sampleProjection] });
    const events = valueOf(await writer.log.commit(append(runStream(1), [note({ status: "open" })])));
    const beside = home.open({ readOnly: true, projections: [sampleProjection] });
    expect(await beside.log.readAll()).toEqual(events);
    await writer.close();
    const alone = home.open({ readOnly: true, projections: [sampleProjection] });
    expect(await alone.log.readAll()).toEqual(events);
    expect(await alone.projections.list("sample_runs")).toMatchObject({ total: 1 });
  });

  it("does not answer from projections that are not its own when it may not rebuild them", async () => {
    const home = createHome();
    await home.open().close();
    const reader = home.open({ readOnly: true, projections: [sampleProjection] });
    await expect(reader.projections.list("sample_runs")).rejects.toMatchObject({
      failure: { code: "storage-failed" },
    });
    expect(await reader.log.readAll()).toEqual([]);
  });

  it("takes the steps that are missing, once, and none of a step that fails", async () => {
    const home = createHome();
    const open = (...more: string[]) =>
      openDatabase({
        home: home.folder,
        isReadOnly: false,
        busyTimeoutMs: 100,
        migrations: [...MIGRATIONS, ...more],
      });
    const first = home.open();
    const events = valueOf(await first.log.commit(append(runStream(1), [note()])));
    await first.close();
    const broken = "CREATE TABLE half (a); INSERT INTO nowhere VALUES (1)";
    expect(() => open("CREATE TABLE second (a)", broken)).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ code: "storage-failed" }) }),
    );
    expect(await home.open({ readOnly: true }).log.readAll()).toEqual(events);
    for (let time = 0; time < 2; time += 1) {
      const { database } = open("CREATE TABLE second (a)");
      expect(database.pragma("user_version", { simple: true })).toBe(MIGRATIONS.length + 1);
      expect(database.prepare("SELECT COUNT(*) FROM second").pluck().get()).toBe(0);
      expect(database.prepare("SELECT name FROM sqlite_schema WHERE name = 'half'").all()).toEqual([]);
      database.close();
    }
    expect(() => home.open()).toThrow(/newer Swarm/);
  });

  it("stops a process whose schema a newer one has changed meanwhile", async () => {
    const home = createHome();
    const older = home.open();
    valueOf(await older.log.commit(append(runStream(1), [note()])));
    const { database } = openDatabase({
      home: home.folder,
      isReadOnly: false,
      busyTimeoutMs: 100,
      migrations: [...MIGRATIONS, "CREATE TABLE second (a)"],
    });
    database.close();
    expect(await older.log.commit(append(runStream(1), [note()]))).toMatchObject({
      ok: false,
      failure: { code: "storage-failed", message: expect.stringContaining("Restart this process") as string },
    });
  });

  it("refuses to read a database of an older version that it may not bring up to date", async () => {
    const home = createHome();
    await home.open().close();
    const migrations = [...MIGRATIONS, "CREATE TABLE second (a)"];
    expect(() =>
      openDatabase({ home: home.folder, isReadOnly: true, busyTimeoutMs: 100, migrations }),
    ).toThrow(/older schema/);
  });

  it("opens a home again without writing to it when nothing has changed", async () => {
    const home = createHome();
    await home.open({ projections: [sampleProjection] }).close();
    const version = () => {
      const raw = rawDatabase(home);
      const found = raw.pragma("schema_version", { simple: true });
      raw.close();
      return found;
    };
    const before = version();
    await home.open({ projections: [sampleProjection] }).close();
    expect(version()).toBe(before);
  });
});
