import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { StreamRef } from "#core/contract/event.ts";
import type { Signer } from "#core/contract/signer.ts";
import { type VerifierKey, verifierKeyOf } from "#core/events/checkpoint-key.ts";
import { payloadCommitment } from "#core/events/hash.ts";
import { decodeEntryBundle } from "#core/events/tiles-entries.ts";
import { readEntry } from "#core/events/verify-entry.ts";
import { createFakeClock } from "#core/testing/fake-clock.ts";
import { createTestSigner } from "#core/testing/test-signer.ts";
import { exportLog, type LogToExport } from "./export-log.ts";
import { signCheckpoint } from "./sign-checkpoint.ts";
import { copyExport, createTestExport, type TestExport } from "./export.testing.ts";
import { createTestLog, type TestLog } from "./log.testing.ts";
import { createTestPlaceStore, createTestSink, type TestSink } from "./sink.testing.ts";
import { verifyExport } from "./verify-export.ts";

const runA: StreamRef = { kind: "run", id: "run_aaaaaa" };
const runB: StreamRef = { kind: "run", id: "run_bbbbbb" };

interface Home {
  store: TestLog;
  sink: TestSink;
  signer: Signer;
  key: VerifierKey;
  sign(): Promise<string>;
}

async function newHome(): Promise<Home> {
  const [store, sink, signer] = [createTestLog(), createTestSink(), createTestSigner()];
  const key = await verifierKeyOf(signer);
  if (!key.ok) throw new Error(key.failure.message);
  const context = {
    ...store,
    signer,
    sinks: [sink],
    place: createTestPlaceStore(),
    clock: createFakeClock(),
  };
  return {
    store,
    sink,
    signer,
    key: key.value,
    async sign() {
      const signed = await signCheckpoint(context);
      if (!signed.ok || signed.value.note === undefined) throw new Error("nothing signed");
      return signed.value.note;
    },
  };
}

/** 300 events: one full bundle and a partial one; run B has 7 of them, three with content, one of it erased. */
async function filledHome(): Promise<Home & { checkpoint: string; earlier: string }> {
  const home = await newHome();
  const { store } = home;
  let earlier = "";
  for (let n = 0; n < 296; n += 1) {
    if (n === 100) earlier = await home.sign();
    if (n % 60 !== 30) await store.append(runA, "tool.finished", { data: { n } });
    else if (n % 120 !== 30) await store.append(runB, "tool.finished", { data: { n } });
    else
      await store.append(runB, "tool.finished", {
        data: { n },
        payload: { mediaType: "text/plain", bytes: Buffer.from(`content ${n}`) },
      });
  }
  await store.erase(runB, store.payloadRows[1]?.commitment ?? "");
  await store.append(runB, "run.succeeded");
  return { ...home, earlier, checkpoint: await home.sign() };
}

let home: Awaited<ReturnType<typeof filledHome>>;
beforeAll(async () => {
  home = await filledHome();
});

async function exported(more: Partial<LogToExport> = {}): Promise<TestExport> {
  const out = createTestExport();
  const { store, signer, checkpoint, sink } = home;
  const result = await exportLog({
    ...store,
    signer,
    checkpoint,
    checkpoints: await sink.read(),
    out,
    ...more,
  });
  if (!result.ok) throw new Error(result.failure.message);
  expect(result.value.files).toBe(out.files.size);
  expect(out.isCommitted).toBe(true);
  return out;
}

const verify = (source: TestExport, since?: string) =>
  verifyExport({ source, keys: [home.key], ...(since === undefined ? {} : { since }) });

const textOf = (out: TestExport, path: string) => Buffer.from(out.files.get(path) ?? []).toString();

describe("exportLog", () => {
  it("writes tiles, entries, checkpoints, keys, a read-me and a signed list of all", async () => {
    const out = await exported();
    const paths = [...out.files.keys()].sort();
    expect(paths.filter((path) => !path.startsWith("keys/test-key"))).toEqual([
      "README.txt",
      "SHA256SUMS",
      "SHA256SUMS.sig",
      "check.go",
      "checkpoint",
      "checkpoints/100.checkpoint",
      "checkpoints/299.checkpoint",
      "keys/verifier-keys.txt",
      "tile/0/000",
      "tile/0/001.p/43",
      "tile/1/000.p/1",
      "tile/entries/000",
      "tile/entries/001.p/43",
    ]);
    expect(textOf(out, "checkpoint")).toBe(home.checkpoint);
    const first = decodeEntryBundle(out.files.get("tile/entries/000") ?? new Uint8Array());
    expect(first).toMatchObject({ rest: 0 });
    expect(first.entries.map((entry) => readEntry(entry))).toHaveLength(256);
    expect(await verify(out, home.earlier)).toMatchObject({
      ok: true,
      events: 299,
      size: 299,
      keysFrom: "reader",
    });
  });

  it("adds for a run its events, their proofs, the keys of what was not erased and, asked for, the content", async () => {
    const out = await exported({ stream: runB, withContent: true });
    const lines = textOf(out, "run/events.jsonl").trimEnd().split("\n");
    expect(lines).toHaveLength(7);
    expect([...out.files.keys()].filter((path) => path.startsWith("run/proofs/"))).toHaveLength(7);
    const keys: Record<string, string> = JSON.parse(textOf(out, "run/payload-keys.json"));
    expect(Object.keys(keys)).toHaveLength(2);
    for (const [commitment, key] of Object.entries(keys)) {
      const content = out.files.get(`run/payloads/${commitment}`) ?? new Uint8Array();
      expect(Buffer.from(content).toString()).toMatch(/^content /);
      expect(payloadCommitment(Buffer.from(key, "hex"), content)).toBe(commitment);
    }
    expect(await verify(out, home.earlier)).toMatchObject({ ok: true, events: 7, size: 299 });
    const withoutContent = await exported({ stream: runB });
    expect([...withoutContent.files.keys()].some((path) => path.startsWith("run/payloads/"))).toBe(false);
    expect(await verify(withoutContent)).toMatchObject({ ok: true });
  });

  it("can leave the events of all other streams out and stays checkable", async () => {
    const out = await exported({ stream: runB, withEntries: false });
    expect([...out.files.keys()].some((path) => path.startsWith("tile/entries/"))).toBe(false);
    expect(textOf(out, "run/events.jsonl")).not.toContain(runA.id);
    expect(await verify(out, home.earlier)).toMatchObject({ ok: true, events: 7, size: 299, checkpoints: 4 });
  });

  it("ends where its checkpoint ends", async () => {
    const out = await exported({ checkpoint: home.earlier });
    expect([...out.files.keys()].filter((path) => path.startsWith("tile/"))).toEqual([
      "tile/entries/000.p/100",
      "tile/0/000.p/100",
    ]);
    expect(await verify(out)).toMatchObject({ ok: true, size: 100 });
  });

  it("names in its read-me the files that are really there", async () => {
    const out = await exported({ stream: runB, withContent: true });
    const readme = textOf(out, "README.txt");
    for (const [, path] of readme.matchAll(/ ((?:keys|tile|run)\/[\w./+-]*[\w])/g)) {
      if (path?.endsWith("COMMITMENT")) continue;
      expect(
        [...out.files.keys()].some((file) => file === path || file.startsWith(`${path}/`)),
        path,
      ).toBe(true);
    }
  });

  it.each([
    ["a damaged log", "log-corrupt", (store: TestLog) => store.rows.splice(7, 1)],
    ["a log cut short", "log-corrupt", (store: TestLog) => store.rows.splice(290)],
    [
      "a log with a rewritten event",
      "log-corrupt",
      (store: TestLog) => store.rows.splice(7, 1, ...store.rows.slice(8, 9)),
    ],
  ])("leaves nothing behind for %s", async (_what, code, damage) => {
    const { store, checkpoint, signer } = await filledHome();
    damage(store);
    const out = createTestExport();
    expect(await exportLog({ ...store, signer, checkpoint, out })).toMatchObject({
      ok: false,
      failure: { code },
    });
    expect(out).toMatchObject({ isCommitted: false, isDiscarded: true });
  });

  it("refuses a checkpoint of somebody else, a run that is not there and an empty log", async () => {
    const { store, signer } = home;
    const out = createTestExport();
    const refusal = async (more: Partial<LogToExport>) => {
      const result = await exportLog({ ...store, signer, checkpoint: home.checkpoint, out, ...more });
      return result.ok ? "exported" : result.failure.code;
    };
    expect(await refusal({ signer: createTestSigner() })).toBe("invalid-input");
    expect(await refusal({ stream: { kind: "run", id: "run_zzzzzz" } })).toBe("not-found");
    expect(await refusal({ checkpoints: [{ name: "x", note: home.checkpoint.replace("299", "298") }] })).toBe(
      "log-corrupt",
    );
  });
});

describe("verifyExport", () => {
  it("finds any flipped bit of any file", async () => {
    const sound = await exported({ stream: runB, withContent: true });
    const paths = [...sound.files.keys()];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.nat(), fc.nat(7), async (path, spot, bit) => {
        const damaged = copyExport(sound);
        const content = damaged.files.get(path) ?? new Uint8Array();
        content[spot % content.length] = (content[spot % content.length] ?? 0) ^ (1 << bit);
        expect(await verify(damaged)).toMatchObject({ ok: false });
      }),
      { numRuns: 150 },
    );
  });

  it("names the event when an entry's byte was flipped", async () => {
    const sound = await exported();
    const content = sound.files.get("tile/entries/001.p/43") ?? new Uint8Array();
    const { entries } = decodeEntryBundle(content);
    const [before, entry] = entries.slice(9, 11);
    const at = (before?.byteOffset ?? 0) + (before?.length ?? 0) + 2 + (entry?.indexOf(0x6e) ?? 0); // an "n"
    const damaged = copyExport(sound);
    const bytes = damaged.files.get("tile/entries/001.p/43") ?? new Uint8Array();
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect(await verify(damaged)).toMatchObject({ ok: false, firstBad: { position: 266 } });
  });

  it("finds any file that is missing", async () => {
    const sound = await exported({ stream: runB, withContent: true });
    for (const path of sound.files.keys()) {
      const damaged = copyExport(sound);
      damaged.files.delete(path);
      expect(await verify(damaged), path).toMatchObject({ ok: false });
    }
  });

  it("finds a missing tail with a checkpoint that the reader kept, however well the rest is made", async () => {
    const short = await exported({ checkpoint: home.earlier, checkpoints: [] });
    expect(await verify(short)).toMatchObject({ ok: true, size: 100 });
    expect(await verify(short, home.checkpoint)).toMatchObject({
      ok: false,
      firstBad: { position: 100, fault: "shorter-than-checkpoint" },
    });
    const shortRun = await exported({
      checkpoint: home.earlier,
      checkpoints: [],
      stream: runB,
      withEntries: false,
    });
    expect(await verify(shortRun, home.checkpoint)).toMatchObject({
      ok: false,
      firstBad: { position: 100, fault: "shorter-than-checkpoint" },
    });
  });

  it("finds events left out at the end of the run", async () => {
    for (const withEntries of [true, false]) {
      const out = await exported({ stream: runB, withEntries });
      const lines = textOf(out, "run/events.jsonl").trimEnd().split("\n");
      out.files.set("run/events.jsonl", Buffer.from(`${lines.slice(0, -1).join("\n")}\n`));
      const report = await verify(out);
      expect(report).toMatchObject({ ok: false, firstBad: { fault: "file-mismatch" } });
      if (!report.ok) expect(report.firstBad.detail).toContain("run/events.jsonl");
    }
  });

  it("names the event whose line, proof or content was changed", async () => {
    const cases: [string, (out: TestExport) => void, object][] = [
      ["line", (out) => edit(out, "run/events.jsonl", '"n":90', '"n":91'), { seq: 2, fault: "wrong-hash" }],
      [
        "proof",
        (out) => edit(out, "run/proofs/000003.tlog-proof", /\n(?!index)[A-Za-z0-9+/]{4}/, "\nAAAA"),
        { seq: 3, fault: "file-mismatch" },
      ],
      [
        "place",
        (out) => edit(out, "run/proofs/000003.tlog-proof", "index 1", "index 2"),
        { seq: 3, fault: "file-mismatch" },
      ],
      [
        "content",
        (out) => edit(out, /^run\/payloads\//, "content", "contents"),
        { seq: 1, fault: "payload-mismatch" },
      ],
    ];
    for (const [what, damage, finding] of cases) {
      const out = await exported({ stream: runB, withContent: true, withEntries: false });
      damage(out);
      expect(await verify(out), what).toMatchObject({ ok: false, firstBad: { stream: runB, ...finding } });
    }
  });

  it("believes the export's own keys only when the reader gives none, and says so", async () => {
    const out = await exported();
    expect(await verifyExport({ source: out })).toMatchObject({ ok: true, keysFrom: "export" });
    const stranger = await newHome();
    expect(await verifyExport({ source: out, keys: [stranger.key] })).toMatchObject({
      ok: false,
      keysFrom: "reader",
      firstBad: { fault: "checkpoint-signature" },
    });
    expect(await verifyExport({ source: createTestExport() })).toMatchObject({
      ok: false,
      firstBad: { fault: "file-missing" },
    });
  });
});

function edit(out: TestExport, path: string | RegExp, from: string | RegExp, to: string): void {
  const name = typeof path === "string" ? path : [...out.files.keys()].find((one) => path.test(one));
  if (name === undefined) throw new Error(`no file ${path}`);
  const text = textOf(out, name);
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`${name} has no ${from}`);
  out.files.set(name, Buffer.from(changed));
}
