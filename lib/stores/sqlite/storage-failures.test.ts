import { spawnSync } from "node:child_process";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunId } from "#core/contract/ids.ts";
import { append, note, runStream, valueOf } from "#core/testing/conformance/stores/sample-events.ts";
import { sampleProjection } from "#core/testing/conformance/stores/sample-projections.ts";
import { createSqliteHome, type SqliteTestHome } from "./sqlite-adapter.testing.ts";

const stream = runStream(1);
const run = RunId.parse("run_000001");
const storageFailed = { failure: { code: "storage-failed" } };

let home: SqliteTestHome;
beforeEach(() => {
  home = createSqliteHome();
});
afterEach(() => home.dispose());

describe("a home that was opened read-only", () => {
  it("refuses every write with `storage-failed` and answers every read", async () => {
    const writer = home.open({ projections: [sampleProjection] });
    const payload = { mediaType: "text/plain", bytes: new Uint8Array(3) };
    const [event] = valueOf(await writer.log.commit(append(stream, [note({ status: "open" }, payload)])));
    const { sha256 } = await writer.artifacts.put(new Uint8Array(5));
    const ref = event?.payloadRef;
    if (ref === undefined) throw new Error("the event has no payload");

    const reader = home.open({ readOnly: true, projections: [sampleProjection] });
    for (const durability of ["full", "batched"] as const) {
      expect(await reader.log.commit(append(stream, [note()], { durability }))).toMatchObject({
        ok: false,
        failure: {
          code: "storage-failed",
          retryable: false,
          message: expect.stringContaining("read-only") as string,
        },
      });
    }
    expect(await reader.leases.acquire(run, { owner: "a", ttlMs: 1 })).toMatchObject({
      ok: false,
      ...storageFailed,
    });
    for (const attempt of [
      () => reader.payloads.erase(ref.commitment),
      () => reader.log.markDelivered([1]),
      () => reader.projections.rebuild(),
      () => reader.artifacts.put(new Uint8Array(1)),
    ]) {
      await expect(attempt()).rejects.toMatchObject(storageFailed);
    }
    expect(await reader.log.readAll()).toEqual([event]);
    expect(valueOf(await reader.payloads.read(ref))).toEqual(new Uint8Array(3));
    expect(await reader.artifacts.read(sha256)).toHaveLength(5);
    expect(await reader.projections.list("sample_runs")).toMatchObject({ total: 1 });
  });
});

describe("a database that another process keeps locked", () => {
  it("fails with a retryable `storage-failed` after the time to wait, and works again afterwards", async () => {
    const { log, leases } = home.open({ busyTimeoutMs: 20 });
    const other = new Database(join(home.folder, "swarm.db"));
    other.exec("BEGIN IMMEDIATE");
    const results = await Promise.all([
      log.commit(append(stream, [note({ n: 1 })])),
      log.commit(append(stream, [note({ n: 2 })])),
    ]);
    for (const result of results) {
      expect(result).toMatchObject({ ok: false, failure: { code: "storage-failed", retryable: true } });
    }
    expect(await leases.acquire(run, { owner: "a", ttlMs: 1 })).toMatchObject({
      ok: false,
      ...storageFailed,
    });
    expect(await log.readAll()).toEqual([]);
    other.exec("ROLLBACK");
    other.close();
    valueOf(await log.commit(append(stream, [note({ n: 3 })])));
    expect(await log.head()).toEqual({ size: 1 });
  });
});

describe("a disk on which no more can be written", () => {
  it("gives `storage-failed`, and leaves a whole log with everything that was answered before", () => {
    // A limit on the size of files is the one full disk that an unprivileged test can make.
    const child = spawnSync(
      "/bin/sh",
      [
        "-c",
        `trap '' XFSZ; ulimit -f 2048; exec "$0" "$1" "$2"`,
        process.execPath,
        writer("fill-disk.testing.ts"),
        home.folder,
      ],
      { encoding: "utf8" },
    );
    expect(child.stderr).toBe("");
    const report = JSON.parse(child.stdout) as { committed: number; failure: unknown; artifact: unknown };
    expect(report).toMatchObject({
      failure: { code: "storage-failed", retryable: true },
      artifact: { code: "storage-failed" },
    });
    expect(report.committed).toBeGreaterThan(1);
    return expectWhole(report.committed);
  });

  async function expectWhole(committed: number) {
    const { log, integrity, artifacts } = home.open();
    expect(await log.head()).toEqual({ size: committed });
    for await (const { fault } of integrity.scan({ fromPosition: 0 })) expect(fault).toBeUndefined();
    valueOf(await log.commit(append(stream, [note()])));
    await artifacts.put(new Uint8Array(3_000_000));
  }
});

describe("stores that were closed", () => {
  it("throw `storage-failed` at every further use", async () => {
    const stores = home.open({ projections: [sampleProjection] });
    await stores.close();
    const { log, leases, payloads, projections } = stores;
    const uses: (() => Promise<unknown>)[] = [
      () => log.read(stream),
      () => log.head(),
      () => log.markDelivered([1]),
      () => leases.holder(run),
      () => leases.release({ resource: run, owner: "a", fence: 1 }),
      () => payloads.key("0".repeat(64) as never),
      () => projections.list("sample_runs"),
      () => projections.rebuild(),
    ];
    for (const use of uses) await expect(use()).rejects.toMatchObject(storageFailed);
  });
});

const writer = (name: string) => join(import.meta.dirname, "processes", name);
