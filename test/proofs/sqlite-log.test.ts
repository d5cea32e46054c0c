import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Event, StreamRef } from "#core/contract/event.ts";
import { canonicalJson } from "#core/events/canonical-json.ts";
import { verifierKeyOf } from "#core/events/checkpoint-key.ts";
import { expectedHash, leafHash } from "#core/events/seal.ts";
import { runDailyVerification } from "#core/ops/daily-verification.ts";
import { signCheckpoint } from "#core/ops/sign-checkpoint.ts";
import { verifyExport } from "#core/ops/verify-export.ts";
import { verifyLog } from "#core/ops/verify-log.ts";
import { openExportFolder } from "#lib/crypto/export-folder.ts";
import { createSampleHome, fillSampleHome, must, otherRun, run, type SampleHome } from "./sample-home.ts";

/** The verifier over the real database, with each way that somebody who owns the file can change it. */

let home: SampleHome;
let events: Event[];
let latest: string;

beforeEach(async () => {
  home = await createSampleHome();
  await fillSampleHome(home, "marked text");
  latest = await home.sign();
  events = await home.stores.log.readAll({ limit: 10_000 });
  await home.stores.close();
});
afterEach(() => home.dispose());

/** Takes the guards away, changes the database and puts the guards back as they were. */
function behindTheGuards(work: (database: Database.Database) => void): void {
  const database = new Database(home.database);
  database.pragma("foreign_keys = OFF");
  const guards = database
    .prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    .all();
  for (const { name } of guards) database.exec(`DROP TRIGGER ${name}`);
  work(database);
  for (const { sql } of guards) database.exec(sql);
  database.close();
}

async function verify(more: { since?: string; stream?: StreamRef; withoutSink?: boolean } = {}) {
  await home.reopen({ readOnly: true });
  const { withoutSink = false, ...options } = more;
  return verifyLog({
    integrity: home.stores.integrity,
    keys: [must(await verifierKeyOf(home.signer))],
    checkpoints: withoutSink ? [] : await home.sink.read(),
    ...options,
  });
}

const isSameStream = (left: StreamRef, right: StreamRef) => left.kind === right.kind && left.id === right.id;

describe("the log in a database", () => {
  it("is sound as it was written, as a whole and run by run, by every checkpoint", async () => {
    expect(await verify({ since: latest })).toMatchObject({
      ok: true,
      events: 603,
      size: 603,
      checkpoints: 5,
    });
    const ours = events.filter(({ stream }) => isSameStream(stream, run));
    expect(await verify({ stream: run })).toMatchObject({
      ok: true,
      events: ours.length,
      chainHead: ours.at(-1)?.hash,
    });
  });

  it("shows a changed event by its run and number, wherever its text lies", async () => {
    const bodyOf = ({ hash: _hash, ...body }: Event) => canonicalJson(body);
    const write = (position: number, body: string) =>
      behindTheGuards((database) =>
        database.prepare("UPDATE events SET body = ? WHERE position = ?").run(body, position),
      );
    for (const event of [0, 7, 301, 602].flatMap((position) => events.slice(position, position + 1))) {
      const { position, stream, seq } = event;
      write(position, bodyOf({ ...event, at: "2020-01-01T00:00:00.000Z" }));
      expect(await verify()).toMatchObject({
        ok: false,
        firstBad: { position, stream, seq, fault: "wrong-hash" },
      });
      await home.stores.close();
      write(position, bodyOf(event));
      expect(await verify()).toMatchObject({ ok: true });
      await home.stores.close();
    }
  });

  it("shows one flipped bit of the file in an event's text", async () => {
    const target = events.find(({ data }) => data["n"] === 127);
    const offset = readFileSync(home.database).indexOf('"n":127,');
    expect(offset).toBeGreaterThan(0);
    flip(home.database, offset + 5);
    expect(await verify()).toMatchObject({
      ok: false,
      firstBad: { position: target?.position, stream: run, seq: target?.seq, fault: "wrong-hash" },
    });
  });

  it("shows a removed event as a gap with the run and number that are missing", async () => {
    const { stream, seq } = events[5] ?? {};
    behindTheGuards((database) => database.exec("DELETE FROM events WHERE position = 5"));
    expect(await verify()).toMatchObject({ ok: false, firstBad: { position: 5, stream, seq, fault: "gap" } });
  });

  it("shows by the checkpoints a removed event when all behind it were moved up and sealed again", async () => {
    behindTheGuards((database) => rewriteWithout(database, 400));
    expect(await verify({ withoutSink: true })).toMatchObject({ ok: false });
    expect(await verify()).toMatchObject({ ok: false, firstBad: { fault: "root-mismatch", position: 300 } });
  });

  it("shows a cut tail by the checkpoints, and by nothing else", async () => {
    behindTheGuards((database) =>
      database.exec("DELETE FROM payloads WHERE position >= 602; DELETE FROM events WHERE position >= 602"),
    );
    expect(await verify({ withoutSink: true })).toMatchObject({ ok: true, size: 602 });
    expect(await verify()).toMatchObject({ ok: true, size: 602 }); // the signed 602 are all there
    await home.stores.close();
    behindTheGuards((database) => database.exec("DELETE FROM events WHERE position >= 601"));
    expect(await verify()).toMatchObject({
      ok: false,
      firstBad: { position: 601, fault: "shorter-than-checkpoint" },
    });
    expect(await verify({ withoutSink: true, since: latest })).toMatchObject({
      ok: false,
      firstBad: { position: 601, fault: "shorter-than-checkpoint" },
    });
  });

  it("shows a cut tail by its name though its content or a dropped guard is reported too", async () => {
    behindTheGuards((database) => database.exec("DELETE FROM events WHERE position >= 560"));
    const database = new Database(home.database);
    database.exec("DROP TRIGGER events_no_delete");
    database.close();
    const report = await verify();
    expect(report).toMatchObject({
      ok: false,
      firstBad: { position: 560, fault: "shorter-than-checkpoint" },
    });
  });

  it("shows a dropped guard though nothing was changed yet", async () => {
    const database = new Database(home.database);
    database.exec("DROP TRIGGER events_no_delete");
    database.close();
    const report = await verify();
    expect(report).toMatchObject({ ok: false, size: 603, firstBad: { position: 603 } });
    if (!report.ok) expect(report.firstBad.detail).toContain("events_no_delete");
  });

  it("shows changed and removed content by its event, but not content that was erased on the record", async () => {
    const [first, second] = events.filter(({ payloadRef }) => payloadRef !== undefined).slice(1);
    const content = (event: Event | undefined) => event?.payloadRef?.commitment;
    behindTheGuards((database) =>
      database.prepare("DELETE FROM payloads WHERE commitment = ?").run(content(second)),
    );
    expect(await verify()).toMatchObject({
      ok: false,
      firstBad: { position: second?.position, stream: run, seq: second?.seq, fault: "payload-missing" },
    });
    await home.stores.close();
    behindTheGuards((database) =>
      database.prepare("UPDATE payloads SET content = x'00' WHERE commitment = ?").run(content(first)),
    );
    expect(await verify()).toMatchObject({
      ok: false,
      firstBad: { position: first?.position, stream: run, seq: first?.seq, fault: "payload-mismatch" },
    });
    expect(await verify({ stream: otherRun })).toMatchObject({ ok: true });
  });

  it("is not signed again after its tail was cut, with or without the signer's own notes", async () => {
    behindTheGuards((database) =>
      database.exec("DELETE FROM payloads WHERE position >= 580; DELETE FROM events WHERE position >= 580"),
    );
    await home.reopen();
    expect(await signCheckpoint(home.context)).toMatchObject({ ok: false, failure: { code: "log-corrupt" } });
    rmSync(join(home.folder, "home", "signer-place.json"));
    expect(await signCheckpoint(home.context)).toMatchObject({ ok: false, failure: { code: "log-corrupt" } });
  });

  it("is verified by the daily pass, whose record the next checkpoint signs", async () => {
    await home.reopen();
    const result = must(await runDailyVerification(home.context));
    expect(result).toMatchObject({
      report: { ok: true, size: 603 },
      recorded: { ok: true, value: { type: "log.verified", position: 603 } },
      signed: { ok: true, value: { kind: "signed", size: 604 } },
    });
    expect(await verify()).toMatchObject({ ok: true, size: 605, checkpoints: 6 });
  });

  it("is exported and verified offline with the keys and a checkpoint that the reader has", async () => {
    await home.reopen();
    const folder = await home.export({ stream: run, withContent: true });
    const keys = [must(await verifierKeyOf(home.signer))];
    const source = openExportFolder(folder);
    expect(await verifyExport({ source, keys, since: latest })).toMatchObject({ ok: true, size: 602 });
    const short = openExportFolder(
      await home.export({ checkpoint: (await home.sink.read())[0]?.note ?? "" }),
    );
    expect(await verifyExport({ source: short, keys, since: latest })).toMatchObject({
      ok: false,
      firstBad: { position: 300, fault: "shorter-than-checkpoint" },
    });
  });
});

/** Removes an event as well as one can without the signing key: positions, chains, hashes and leaves all fit. */
function rewriteWithout(database: Database.Database, gone: number): void {
  database.exec("DELETE FROM events");
  const heads = new Map<string, Event>();
  const insert = database.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const event of events) {
    if (event.position === gone) continue;
    const before = heads.get(event.stream.id);
    const moved = {
      ...event,
      position: event.position < gone ? event.position : event.position - 1,
      seq: (before?.seq ?? 0) + 1,
      prevHash: before?.hash ?? event.prevHash,
    };
    const sealed = { ...moved, hash: expectedHash(moved) };
    heads.set(event.stream.id, sealed);
    const { hash, ...body } = sealed;
    const { position, stream, seq, type, version, at } = sealed;
    insert.run(
      position,
      stream.kind,
      stream.id,
      seq,
      type,
      version,
      at,
      canonicalJson(body),
      hash,
      leafHash(sealed),
    );
  }
}

function flip(file: string, offset: number): void {
  const byte = readFileSync(file)[offset] ?? 0;
  const handle = openSync(file, "r+");
  writeSync(handle, Uint8Array.of(byte ^ 1), 0, 1, offset);
  closeSync(handle);
}
