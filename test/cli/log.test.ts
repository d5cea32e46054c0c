import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Sha256 } from "#core/contract/ids.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import { openRuntime } from "#api/boot/open-runtime.ts";
import { creditRun, writeCreditData } from "./credit-data.testing.ts";
import { createFolders, type Ended, filesBelow, lastJson, swarm } from "./swarm-process.testing.ts";

const folders = createFolders();
const data = writeCreditData(folders.make("log-data"), 400);
/** A home with a run up to its last gate; each test damages a copy. */
const sound = folders.make("log-home");
const runId = "run_verified";
/** An event in the middle of the run, with a payload. */
let place: { position: number; seq: number };

interface Verdict {
  ok: boolean;
  events: number;
  firstBad?: { seq?: number; position: number; fault: string };
}

function copyOfHome(): string {
  const home = join(folders.make("log-copy"), "home");
  cpSync(sound, home, { recursive: true });
  return home;
}

/** Changes the database as its owner can: the guards are taken away and put back, so that they give nothing away. */
function tamper(home: string, statement: string, ...values: (string | number | Buffer)[]): void {
  const database = new Database(join(home, "swarm.db"));
  const triggers = database
    .prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    .all();
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
  database.pragma("foreign_keys = OFF");
  const { changes } = database.prepare(statement).run(...values);
  for (const { sql } of triggers) database.exec(sql);
  database.pragma("wal_checkpoint(TRUNCATE)");
  database.close();
  if (changes === 0) throw new Error(`nothing was changed by ${statement}`);
}

function valueAt(column: string, table = "events"): string | Buffer {
  const database = new Database(join(sound, "swarm.db"), { readonly: true });
  const row = database
    .prepare<[number], { value: string | Buffer }>(
      `SELECT ${column} AS value FROM ${table} WHERE position = ?`,
    )
    .get(place.position);
  database.close();
  if (row === undefined) throw new Error(`no ${column} at ${place.position}`);
  return row.value;
}

/** One bit of the byte at an offset, so that text stays text. */
function flipped<Value extends string | Buffer>(value: Value, offset: number): Value {
  const bytes = Buffer.from(value);
  bytes.writeUInt8(bytes.readUInt8(offset) ^ 1, offset);
  return (typeof value === "string" ? bytes.toString("utf8") : bytes) as Value; // as it came in
}

const verify = (home: string, ...more: string[]): Promise<Ended> =>
  swarm(["log", "verify", ...more], { home });

beforeAll(async () => {
  const ran = await swarm(creditRun(data, "--approve", "ask", "--run-id", runId), { home: sound });
  expect(ran.code, ran.stderr).toBe(3);
  const database = new Database(join(sound, "swarm.db"), { readonly: true });
  const row = database
    .prepare<[], typeof place>(
      "SELECT e.position, e.seq FROM events e JOIN payloads p ON p.position = e.position WHERE e.seq > 60 ORDER BY e.seq LIMIT 1",
    )
    .get();
  database.close();
  if (row === undefined) throw new Error("the run has no payload behind event 60");
  place = row;
});
afterAll(() => folders.removeAll());

describe("swarm log verify", () => {
  it("finds a log that nobody touched sound, and writes nothing", async () => {
    const home = copyOfHome();
    const before = filesBelow(home).toSorted();
    const ended = await verify(home, "--json");
    expect(ended.code, ended.stdout).toBe(0);
    const verdict = lastJson<Verdict>(ended);
    expect(verdict.ok).toBe(true);
    expect(verdict.events).toBeGreaterThan(200);
    const side = /swarm\.db-(wal|shm)$/; // where readers keep their locks
    expect(
      filesBelow(home)
        .filter((file) => !side.test(file))
        .toSorted(),
    ).toEqual(before.filter((file) => !side.test(file)));
  });

  it.concurrent.each([
    ["the event's text", "body", 40],
    ["the hash of the event before", "body", "prevHash"],
    ["its hash", "hash", 5],
    ["its leaf of the tree", "leaf", 5],
    ["its type", "type", 0],
    ["its time", "at", 3],
    ["its stream's name", "stream_id", 6],
  ] as const)("names the event when one bit of %s is flipped", async (_, column, where) => {
    const home = copyOfHome();
    const value = valueAt(column);
    const offset = typeof where === "number" ? where : value.indexOf(`"${where}":"`) + where.length + 6;
    tamper(
      home,
      `UPDATE events SET ${column} = ? WHERE position = ?`,
      flipped(value, offset),
      place.position,
    );
    await expectFound(home);
  });

  it.concurrent.each(["content", "key", "commitment"] as const)(
    "names the event when one bit of its payload's %s is flipped",
    async (column) => {
      const home = copyOfHome();
      tamper(
        home,
        `UPDATE payloads SET ${column} = ? WHERE position = ?`,
        flipped(valueAt(column, "payloads"), 3),
        place.position,
      );
      await expectFound(home);
    },
  );

  it("names the event whose payload is gone without an erasure on record", async () => {
    const home = copyOfHome();
    tamper(home, "DELETE FROM payloads WHERE position = ?", place.position);
    await expectFound(home);
  });

  it("names the place where an event was taken out", async () => {
    const home = copyOfHome();
    tamper(home, "DELETE FROM events WHERE position = ?", place.position);
    await expectFound(home);
  });

  it("is content with a payload that was erased", async () => {
    const home = copyOfHome();
    const commitment = Sha256.parse(valueAt("commitment", "payloads"));
    const opened = await openRuntime({ environment: { SWARM_HOME: home } });
    if (!opened.ok) throw new Error(opened.failure.message);
    const { log, payloads } = opened.value.stores;
    expect(await payloads.erase(commitment)).toBe(true);
    const recorded = await log.commit({
      appends: [
        {
          stream: { kind: "run", id: runId },
          events: [
            newRunEvent(
              "payload.erased",
              { commitment, reason: "asked for" },
              { actor: { kind: "user", id: "ada", role: "operator" } },
            ),
          ],
        },
      ],
      durability: "full",
    });
    await opened.value.close();
    expect(recorded.ok).toBe(true);
    const ended = await verify(home);
    expect(ended.code, ended.stdout).toBe(0);
  });

  it("sees a tail that was cut off, by a checkpoint that somebody kept", async () => {
    const home = copyOfHome();
    const note = join(folders.make("log-note"), "note.txt");
    const signed = await swarm(["log", "checkpoint"], { home });
    expect(signed.code).toBe(0);
    writeFileSync(note, signed.stdout);
    expect((await verify(home, "--since", note)).code).toBe(0);
    // Whoever owns the folder cuts the log and every trace of how long it was.
    tamper(home, "DELETE FROM payloads WHERE position > ?", place.position);
    tamper(home, "DELETE FROM events WHERE position > ?", place.position);
    rmSync(join(home, "checkpoints"), { recursive: true });
    expect((await verify(home)).code, "a shorter chain is a chain").toBe(0);
    const ended = await verify(home, "--since", note, "--json");
    expect(ended.code).toBe(4);
    expect(lastJson<Verdict>(ended)).toMatchObject({ ok: false, firstBad: { position: place.position + 1 } });
  });

  it("sees a cut tail by the home's own checkpoints too", async () => {
    const home = copyOfHome();
    tamper(home, "DELETE FROM payloads WHERE position > ?", place.position);
    tamper(home, "DELETE FROM events WHERE position > ?", place.position);
    expect((await verify(home)).code).toBe(4);
  });
});

/** Exit code 4, and the words and the JSON name this event by its number in the run. */
async function expectFound(home: string): Promise<void> {
  const ended = await verify(home, "--json");
  expect(ended.code, ended.stderr).toBe(4);
  expect(lastJson<Verdict>(ended)).toMatchObject({ ok: false, firstBad: { position: place.position } });
  const words = await verify(home);
  expect(words.code).toBe(4);
  expect(words.stdout).toMatch(new RegExp(`NOT OK: the first bad place is .*\\b${place.seq}\\b`));
}
