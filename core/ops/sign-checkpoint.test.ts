import { beforeEach, describe, expect, it } from "vitest";
import type { StreamRef } from "#core/contract/event.ts";
import type { Signer } from "#core/contract/signer.ts";
import { openCheckpoint } from "#core/events/checkpoint.ts";
import { verifierKeyOf } from "#core/events/checkpoint-key.ts";
import { createFakeClock, type FakeClock } from "#core/testing/fake-clock.ts";
import { createTestSigner } from "#core/testing/test-signer.ts";
import { checkpointIfDue, isCheckpointDue } from "./checkpoint-policy.ts";
import { runDailyVerification } from "./daily-verification.ts";
import { LOG_STREAM } from "./log-events.ts";
import { type CheckpointContext, signCheckpoint } from "./sign-checkpoint.ts";
import { createTestLog, type TestLog } from "./log.testing.ts";
import { createTestPlaceStore, createTestSink, type TestPlaceStore, type TestSink } from "./sink.testing.ts";
import { verifyLog } from "./verify-log.ts";

const run: StreamRef = { kind: "run", id: "run_aaaaaa" };

let store: TestLog;
let sink: TestSink;
let place: TestPlaceStore;
let signer: Signer;
let clock: FakeClock;
let scans: number[];
let context: CheckpointContext & Pick<TestLog, "log">;

beforeEach(() => {
  store = createTestLog();
  sink = createTestSink();
  place = createTestPlaceStore();
  signer = createTestSigner();
  clock = createFakeClock();
  scans = [];
  const integrity: TestLog["integrity"] = {
    ...store.integrity,
    scan(options) {
      scans.push(options.fromPosition);
      return store.integrity.scan(options);
    },
  };
  context = { log: store.log, integrity, signer, sinks: [sink], place, clock };
});

async function add(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await store.append(run, "tool.finished", { data: { n } });
}

async function signed(): Promise<{ size: number; note: string }> {
  const result = await signCheckpoint(context);
  if (!result.ok) throw new Error(result.failure.message);
  if (result.value.kind !== "signed") throw new Error(result.value.kind);
  return result.value;
}

async function verified() {
  const key = await verifierKeyOf(signer);
  if (!key.ok) throw new Error(key.failure.message);
  return verifyLog({ integrity: store.integrity, keys: [key.value], checkpoints: await sink.read() });
}

describe("signCheckpoint", () => {
  it("signs the log as it stands, gives the note to every sink and then records it", async () => {
    await add(5);
    const other = createTestSink("other");
    context.sinks = [sink, other];
    const { size, note } = await signed();
    expect(size).toBe(5);
    expect([...sink.notes]).toEqual([[5, note]]);
    expect([...other.notes]).toEqual([[5, note]]);
    const [event] = await store.log.read(LOG_STREAM);
    const key = await verifierKeyOf(signer);
    const opened = openCheckpoint(note, key.ok ? [key.value] : []);
    if (!opened.ok) throw new Error(opened.failure.message);
    expect(event).toMatchObject({
      type: "checkpoint.signed",
      version: 1,
      position: 5,
      data: { size: 5, root: opened.value.root, keyName: signer.keyName },
    });
  });

  it("goes on from the stored place and reads only what is new", async () => {
    await add(20);
    await signed();
    await add(3);
    scans.length = 0;
    const { size } = await signed();
    expect(size).toBe(24);
    expect(Math.min(...scans)).toBeGreaterThanOrEqual(19); // the last signed event, then the new ones
    expect(await verified()).toMatchObject({ ok: true, size: 25, checkpoints: 4 });
  });

  it("signs the same trees with and without a stored place", async () => {
    await add(7);
    await signed();
    await add(6);
    place.place = undefined;
    await signed();
    await add(1);
    place.place = { note: "not a note", hashes: [], signedAt: 0 };
    await signed();
    expect([...sink.notes.keys()]).toEqual([7, 14, 16]);
    expect(await verified()).toMatchObject({ ok: true, checkpoints: 6 });
  });

  it("has nothing to say about an empty log or one in which only checkpoints are new", async () => {
    expect(await signCheckpoint(context)).toEqual({ ok: true, value: { kind: "nothing-new" } });
    await add(2);
    const { note } = await signed();
    expect(await signCheckpoint(context)).toEqual({ ok: true, value: { kind: "nothing-new", note } });
    expect(store.rows).toHaveLength(3);
  });

  it("records what one sink took and names the others; records nothing that no sink took", async () => {
    await add(2);
    const down = createTestSink("far away");
    down.down = true;
    context.sinks = [down, sink];
    expect(await signCheckpoint(context)).toMatchObject({
      ok: true,
      value: { kind: "signed", missedBy: [{ sink: "far away" }] },
    });
    sink.down = true;
    await add(1);
    expect(await signCheckpoint(context)).toMatchObject({
      ok: false,
      failure: { code: "storage-failed", retryable: true },
    });
    expect(await store.log.read(LOG_STREAM)).toHaveLength(1);
    context.sinks = [];
    expect(await signCheckpoint(context)).toMatchObject({ ok: false, failure: { code: "missing-part" } });
  });

  it("goes on after a crash between the note and its record", async () => {
    await add(4);
    const { commit } = store.log;
    context.log = { ...store.log, commit: () => Promise.reject(new Error("killed")) };
    await expect(signCheckpoint(context)).rejects.toThrow("killed");
    context.log = { ...store.log, commit };
    expect(await signCheckpoint(context)).toEqual({
      ok: true,
      value: { kind: "nothing-new", note: sink.notes.get(4) },
    });
    await add(1);
    const { size } = await signed();
    expect(size).toBe(5);
    expect(await verified()).toMatchObject({ ok: true });
  });

  it("yields to another process that signed in between", async () => {
    await add(4);
    const { commit } = store.log;
    context.log = {
      ...store.log,
      async commit(transaction) {
        await store.append(LOG_STREAM, "log.verified");
        return commit(transaction);
      },
    };
    expect(await signCheckpoint(context)).toMatchObject({ ok: false, failure: { code: "conflict" } });
  });

  it("signs no event whose hash, link or position is wrong", async () => {
    await add(6);
    const [row] = store.rows.slice(3);
    const text = Buffer.from(row?.entry ?? []).toString();
    if (row !== undefined) row.entry = Buffer.from(text.replace('"n":3', '"n":4'));
    expect(await signCheckpoint(context)).toMatchObject({ ok: false, failure: { code: "log-corrupt" } });
    if (row !== undefined) row.entry = new Uint8Array();
    expect(await signCheckpoint(context)).toMatchObject({ ok: false, failure: { code: "log-corrupt" } });
    store.rows.splice(3, 1);
    expect(await signCheckpoint(context)).toMatchObject({ ok: false, failure: { code: "log-corrupt" } });
    expect(sink.notes.size).toBe(0);
  });

  it.each([
    ["with", true],
    ["without", false],
  ])(
    "signs no log that is shorter than what it signed before, %s a stored place",
    async (_word, keepsPlace) => {
      await add(6);
      await signed();
      store.rows.splice(4);
      if (!keepsPlace) place.place = undefined;
      expect(await signCheckpoint(context)).toMatchObject({ ok: false, failure: { code: "log-corrupt" } });
    },
  );

  it.each([
    ["with", true],
    ["without", false],
  ])(
    "signs no other log in place of the one it signed before, %s a stored place",
    async (_word, keepsPlace) => {
      await add(6);
      await signed();
      store.rows.splice(3);
      for (let n = 0; n < 9; n += 1) await store.append(run, "tool.finished", { data: { other: n } });
      if (!keepsPlace) place.place = undefined;
      expect(await signCheckpoint(context)).toMatchObject({ ok: false, failure: { code: "log-corrupt" } });
      expect([...sink.notes.keys()]).toEqual([6]);
    },
  );

  it("signs nothing when a sink holds another checkpoint of the same size", async () => {
    await add(6);
    sink.notes.set(6, "another");
    place.place = undefined;
    expect(await signCheckpoint({ ...context, sinks: [{ ...sink, read: async () => [] }] })).toMatchObject({
      ok: false,
      failure: { code: "log-corrupt" },
    });
    expect(await signCheckpoint(context)).toMatchObject({ ok: false, failure: { code: "log-corrupt" } });
    expect(await store.log.read(LOG_STREAM)).toHaveLength(0);
  });
});

describe("checkpoint policy", () => {
  const policy = { everyEvents: 10, everySeconds: 60 };

  it.each([
    [0, 1e9, false],
    [1, 59, false],
    [1, 60, true],
    [9, 0, false],
    [10, 0, true],
  ])("with %i new events after %i seconds says %s", (newEvents, seconds, due) => {
    expect(isCheckpointDue(policy, { newEvents, seconds })).toBe(due);
  });

  it("signs after ten events or a minute, and lets an idle log be", async () => {
    const tick = async () => {
      const result = await checkpointIfDue(context, policy);
      return result.ok ? result.value.kind : result.failure.code;
    };
    expect(await tick()).toBe("not-due");
    await add(1);
    expect(await tick()).toBe("signed"); // nothing was ever signed: the last time is long ago
    await add(9);
    expect(await tick()).toBe("not-due");
    await add(1);
    expect(await tick()).toBe("signed");
    await add(1);
    clock.advance(59_000);
    expect(await tick()).toBe("not-due");
    clock.advance(1_000);
    expect(await tick()).toBe("signed");
    clock.advance(86_400_000);
    expect(await tick()).toBe("not-due");
    expect(sink.notes.size).toBe(3);
  });
});

describe("daily verification", () => {
  it("records range, root and verdict, and signs the record", async () => {
    await add(8);
    await signed();
    const result = await runDailyVerification(context);
    if (!result.ok) throw new Error(result.failure.message);
    const { report, recorded, signed: checkpoint } = result.value;
    expect(report).toMatchObject({ ok: true, size: 9, checkpoints: 2 });
    expect(recorded).toMatchObject({
      ok: true,
      value: { type: "log.verified", position: 9, data: { from: 0, to: 9, root: report.head, ok: true } },
    });
    expect(checkpoint).toMatchObject({ ok: true, value: { kind: "signed", size: 10 } });
  });

  it("records and signs a bad verdict with its first bad place", async () => {
    await add(8);
    await signed();
    const [row] = store.rows.slice(3);
    if (row !== undefined)
      row.entry = Buffer.from(Buffer.from(row.entry).toString().replace('"n":3', '"n":4'));
    const result = await runDailyVerification(context);
    expect(result).toMatchObject({
      ok: true,
      value: {
        report: { ok: false },
        recorded: {
          ok: true,
          value: {
            data: { to: 3, ok: false, firstBad: { position: 3, stream: run, seq: 4, fault: "wrong-hash" } },
          },
        },
        signed: { ok: true, value: { kind: "signed", size: 10 } },
      },
    });
  });

  it("finds that the sinks lost the checkpoint that is on record", async () => {
    await add(4);
    await signed();
    await add(4);
    await signed();
    sink.notes.delete(4);
    expect(await runDailyVerification(context)).toMatchObject({ value: { report: { ok: true } } });
    sink.notes.clear();
    expect(await runDailyVerification(context)).toMatchObject({
      value: { report: { ok: false, firstBad: { stream: LOG_STREAM, fault: "checkpoint-missing" } } },
    });
  });

  it("tells of a cut log though it can no longer sign", async () => {
    await add(8);
    await signed();
    store.rows.splice(5);
    const result = await runDailyVerification(context);
    expect(result).toMatchObject({
      ok: true,
      value: {
        report: { ok: false, firstBad: { position: 5, fault: "shorter-than-checkpoint" } },
        recorded: { ok: true },
        signed: { ok: false, failure: { code: "log-corrupt" } },
      },
    });
  });
});
