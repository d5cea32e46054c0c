import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { LogIntegrity } from "#core/contract/integrity.ts";
import { canonicalJson } from "#core/events/canonical-json.ts";
import { expectedHash } from "#core/events/seal.ts";
import { LOG_STREAM } from "./log-events.ts";
import {
  createTestAuditor,
  eventsOf,
  newHistory,
  rewriteFrom,
  runA,
  runB,
  type TestAuditor,
} from "./history.testing.ts";
import { verifyLog } from "./verify-log.ts";

let auditor: TestAuditor;
beforeAll(async () => {
  auditor = await createTestAuditor();
});

describe("verifyLog on a tampered log", () => {
  it("names the event that is missing when a row was deleted", async () => {
    for (let position = 0; position < 22; position += 1) {
      const store = await newHistory();
      const { stream, seq } = eventsOf(store)[position] ?? {};
      store.rows.splice(position, 1);
      const located = position === 15 ? {} : { stream, seq }; // the only event of the log's own stream
      expect(await auditor.verify(store)).toMatchObject({
        ok: false,
        firstBad: { position, fault: "gap", ...located },
      });
    }
  });

  it("calls a place a gap when the store says that no row stands there", async () => {
    const store = await newHistory();
    const [gone] = store.rows.splice(8, 1);
    expect(gone?.position).toBe(8);
    const integrity: LogIntegrity = {
      ...store.integrity,
      async *scan(options) {
        for await (const place of store.integrity.scan(options)) {
          if (place.position === 9) yield { position: 8, isGap: true, fault: "position 8 is missing" };
          yield place;
        }
      },
    };
    expect(await verifyLog({ integrity, keys: [] })).toMatchObject({
      ok: false,
      firstBad: { position: 8, stream: runA, seq: 5, fault: "gap", detail: "position 8 is missing" },
    });
  });

  it("calls a cut tail by its name though its content was left behind", async () => {
    const store = await newHistory();
    const since = await auditor.checkpointAt(store, 24);
    store.rows.splice(23);
    const integrity: LogIntegrity = {
      ...store.integrity,
      async *scan(options) {
        yield* store.integrity.scan(options);
        yield { position: 23, isGap: true, fault: "a payload of an event that is not there" };
      },
    };
    expect(await verifyLog({ integrity, keys: [auditor.key], since })).toMatchObject({
      ok: false,
      firstBad: { position: 23, fault: "shorter-than-checkpoint" },
    });
    expect(await verifyLog({ integrity, keys: [] })).toMatchObject({ ok: false, firstBad: { fault: "gap" } });
  });

  it("names the event behind a row that cannot be read", async () => {
    const store = await newHistory();
    const row = store.rows[8];
    if (row !== undefined) row.entry = new Uint8Array(3);
    expect(await auditor.verify(store)).toMatchObject({
      ok: false,
      size: 8,
      firstBad: { position: 8, stream: runA, seq: 5, fault: "unreadable" },
    });
  });

  it("names rows that changed places, appear twice or were renumbered", async () => {
    const swapped = await newHistory();
    const [first, second] = [swapped.rows[4], swapped.rows[6]];
    if (first !== undefined && second !== undefined)
      [first.entry, second.entry] = [second.entry, first.entry];
    expect(await auditor.verify(swapped)).toMatchObject({
      ok: false,
      firstBad: { position: 4, fault: "gap" },
    });

    const doubled = await newHistory();
    doubled.rows.splice(5, 0, ...doubled.rows.slice(4, 5));
    expect(await auditor.verify(doubled)).toMatchObject({
      ok: false,
      firstBad: { position: 5, fault: "gap" },
    });

    const renumbered = await newHistory();
    renumbered.rows.splice(22, 1);
    for (const [position, row] of renumbered.rows.entries()) row.position = position;
    expect(await auditor.verify(renumbered)).toMatchObject({
      ok: false,
      firstBad: { position: 22, fault: "gap" },
    });
  });

  it("finds an event rewritten with a fitting hash at the next event of its stream", async () => {
    const store = await newHistory();
    const row = store.rows[4];
    const [event] = eventsOf(store).slice(4, 5);
    if (row === undefined || event === undefined) throw new Error("no row");
    const forged = { ...event, data: { n: 5 } };
    row.entry = new TextEncoder().encode(canonicalJson({ ...forged, hash: expectedHash(forged) }));
    expect(await auditor.verify(store)).toMatchObject({
      ok: false,
      firstBad: { position: 6, stream: runA, seq: 4, fault: "broken-link" },
    });
  });

  it("finds a history rewritten from some event on by the checkpoints, and narrows it down between them", async () => {
    const store = await newHistory();
    const checkpoints = [
      await auditor.checkpointAt(store, 5),
      await auditor.checkpointAt(store, 10),
      await auditor.checkpointAt(store, 20),
    ];
    rewriteFrom(store, 12, (event) => ({ ...event, data: { n: -1 } }));
    const unseen = await newHistory();
    rewriteFrom(unseen, 22, (event) => ({ ...event, data: { n: -1 } }));
    expect(await auditor.verify(unseen)).toMatchObject({ ok: true, checkpoints: 1 });
    expect(
      await auditor.verify(unseen, { since: await auditor.checkpointAt(await newHistory(), 24) }),
    ).toMatchObject({
      ok: false,
      firstBad: { fault: "root-mismatch", position: 15 },
    });
    // The recorded checkpoint at position 15 speaks of 15 events, so it is the first that cannot hold.
    expect(await auditor.verify(store, { checkpoints })).toMatchObject({
      ok: false,
      firstBad: { fault: "root-mismatch", position: 10 },
    });
  });

  it("finds a rewritten history by the recorded checkpoint alone", async () => {
    const store = await newHistory();
    rewriteFrom(store, 2, (event) => ({ ...event, data: { n: -1 } }));
    expect(await auditor.verify(store)).toMatchObject({
      ok: false,
      firstBad: { fault: "root-mismatch", position: 0 },
    });
  });

  it("accepts a cut tail as a valid chain, and finds it with any checkpoint that saw more", async () => {
    const store = await newHistory();
    const since = await auditor.checkpointAt(store, 24);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 24 }), async (cut) => {
        const short = await newHistory();
        short.rows.splice(24 - cut);
        // A lost record of an erasure leaves a payload unexplained; nothing else shows.
        expect((await auditor.verify(short)).ok).toBe(cut < 4 || cut === 24);
        expect(await auditor.verify(short, { since })).toMatchObject({
          ok: false,
          firstBad: { position: 24 - cut, fault: "shorter-than-checkpoint" },
        });
        expect(await auditor.verify(short, { checkpoints: [since] })).toMatchObject({ ok: false });
      }),
      { numRuns: 24 },
    );
  });

  it("calls a cut tail by its name when the store also reports a fault of its own at the end", async () => {
    const store = await newHistory();
    const since = await auditor.checkpointAt(store, 24);
    store.rows.splice(20);
    const integrity: LogIntegrity = {
      ...store.integrity,
      async *scan(options) {
        yield* store.integrity.scan(options);
        yield { position: 20, fault: "a guard is missing" };
      },
    };
    const report = await verifyLog({ integrity, keys: [auditor.key], since });
    expect(report).toMatchObject({ ok: false, firstBad: { position: 20, fault: "shorter-than-checkpoint" } });
    if (!report.ok) expect(report.firstBad.detail).toContain("a guard is missing");
    expect(await verifyLog({ integrity, keys: [auditor.key] })).toMatchObject({
      ok: false,
      firstBad: {
        position: 20,
        fault: "unreadable",
        detail: expect.stringContaining("a guard is missing") as string,
      },
    });
  });

  it("takes no erasure for granted that is not on the record, and an erasure of one for no other", async () => {
    const store = await newHistory();
    const [gone, erased] = store.payloadRows.splice(2, 2);
    await store.append(runA, "payload.erased", {
      data: { commitment: erased?.commitment ?? "", reason: "asked for" },
    });
    expect(await auditor.verify(store)).toMatchObject({
      ok: false,
      firstBad: { position: 9, stream: runB, seq: 5, fault: "payload-missing" },
    });
    await store.append(runB, "payload.erased", {
      data: { commitment: gone?.commitment ?? "", reason: "asked for" },
    });
    expect(await auditor.verify(store)).toMatchObject({ ok: true });
  });

  it("names damage before a missing payload, because the damage may be the record of its erasure", async () => {
    const changed = await newHistory();
    const row = changed.rows[20];
    if (row !== undefined)
      row.entry = Buffer.from(Buffer.from(row.entry).toString().replace("asked", "ASKED"));
    expect(await auditor.verify(changed)).toMatchObject({
      ok: false,
      firstBad: { position: 20, stream: runA, seq: 11, fault: "wrong-hash" },
    });
    const cut = await newHistory();
    const since = await auditor.checkpointAt(cut, 24);
    cut.rows.splice(19);
    const report = await auditor.verify(cut, { since });
    expect(report).toMatchObject({ ok: false, firstBad: { position: 19, fault: "shorter-than-checkpoint" } });
    if (!report.ok) expect(report.firstBad.detail).toContain("besides, at position 0: the payload");
    expect(await auditor.verify(cut)).toMatchObject({
      ok: false,
      firstBad: { position: 0, fault: "payload-missing" },
    });
  });

  it("says which checkpoint is not to be trusted", async () => {
    const store = await newHistory();
    const good = await auditor.checkpointAt(store, 24);
    const bad = good.replace(/(\S{4})\n$/, "AAA=\n");
    const report = await auditor.verify(store, { checkpoints: [good, bad] });
    expect(report).toMatchObject({ ok: false, firstBad: { fault: "checkpoint-signature" } });
    if (!report.ok) expect(report.firstBad.detail).toContain("sink/1");
    expect(await verifyLog({ integrity: store.integrity, keys: [], since: good })).toMatchObject({
      ok: false,
      firstBad: { fault: "checkpoint-signature" },
    });
  });

  it("of one stream looks at no other stream's payloads, but at every chain", async () => {
    const store = await newHistory();
    store.payloadRows.length = 0;
    await store.append(runA, "tool.finished");
    expect(await auditor.verify(store, { stream: LOG_STREAM })).toMatchObject({
      ok: true,
      events: 1,
      size: 25,
    });
    expect(await auditor.verify(store, { stream: runB })).toMatchObject({
      ok: false,
      firstBad: { position: 3, stream: runB, seq: 2, fault: "payload-missing" },
    });
    const row = store.rows[21];
    if (row !== undefined)
      row.entry = Buffer.from(Buffer.from(row.entry).toString().replace("number 21", "number 12"));
    expect(await auditor.verify(store, { stream: LOG_STREAM })).toMatchObject({
      ok: false,
      firstBad: { position: 21, stream: runB, fault: "wrong-hash" },
    });
  });

  it("turns a store that breaks off into a finding, and an abort into a rejection", async () => {
    const store = await newHistory();
    const integrity: LogIntegrity = {
      ...store.integrity,
      async *scan() {
        for await (const place of store.integrity.scan({ fromPosition: 0 })) {
          if (place.position === 9) throw new Error("disk image is malformed");
          yield place;
        }
      },
    };
    const report = await verifyLog({ integrity, keys: [] });
    expect(report).toMatchObject({ ok: false, size: 9, firstBad: { position: 9, fault: "unreadable" } });
    const gone = new AbortController();
    gone.abort(new Error("enough"));
    await expect(verifyLog({ integrity: store.integrity, keys: [], signal: gone.signal })).rejects.toThrow(
      "enough",
    );
  });
});
