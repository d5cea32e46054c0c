import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  createTestAuditor,
  eventsOf,
  newHistory,
  runA,
  runB,
  type TestAuditor,
  treeOf,
} from "./history.testing.ts";
import { createTestLog } from "./log.testing.ts";

let auditor: TestAuditor;
beforeAll(async () => {
  auditor = await createTestAuditor();
});

describe("verifyLog on a sound log", () => {
  it("counts the events and gives the root that a signed checkpoint of that size has", async () => {
    const store = await newHistory();
    const report = await auditor.verify(store, {
      checkpoints: [await auditor.checkpointAt(store, 7)],
      since: await auditor.checkpointAt(store, 24),
    });
    expect(report).toEqual({
      ok: true,
      events: 24,
      size: 24,
      head: treeOf(store).root(),
      checkpoints: 3,
    });
  });

  it("says of an empty log that it is sound and that no checkpoint backs this", async () => {
    expect(await auditor.verify(createTestLog())).toMatchObject({
      ok: true,
      events: 0,
      size: 0,
      checkpoints: 0,
    });
  });

  it("counts one stream only when asked, and gives the hash of its last event", async () => {
    const store = await newHistory();
    const last = eventsOf(store).findLast(({ stream }) => stream.id === runB.id);
    expect(await auditor.verify(store, { stream: runB })).toMatchObject({
      ok: true,
      events: 11,
      size: 24,
      chainHead: last?.hash,
    });
  });

  it("stays sound when content is erased and the erasure is on the record", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 4 }), async (picks) => {
        const store = await newHistory();
        const before = await auditor.checkpointAt(store, 24);
        const commitments = store.payloadRows.map(({ commitment }) => commitment);
        for (const pick of picks) {
          const commitment = commitments[pick % commitments.length] ?? "";
          if (store.payloadRows.some((row) => row.commitment === commitment))
            await store.erase(runA, commitment);
        }
        expect(await auditor.verify(store, { since: before })).toMatchObject({ ok: true });
      }),
      { numRuns: 20 },
    );
  });
});

describe("verifyLog on a damaged log", () => {
  it("finds and locates any single flipped bit of any stored event", async () => {
    const sound = await newHistory();
    const streams = eventsOf(sound).map(({ stream, seq }) => ({ stream, seq }));
    await fc.assert(
      fc.asyncProperty(fc.nat(23), fc.nat(), fc.nat(7), async (position, pick, bit) => {
        const store = await newHistory();
        const entry = store.rows[position]?.entry ?? new Uint8Array();
        const at = pick % entry.length;
        entry[at] = (entry[at] ?? 0) ^ (1 << bit);
        const report = await auditor.verify(store);
        expect(report.ok).toBe(false);
        if (report.ok) return;
        expect(report.firstBad.position).toBe(position);
        expect(["unreadable", "wrong-hash"]).toContain(report.firstBad.fault);
        // The last event of a stream has no later one that could tell whose an unreadable place was.
        const place = streams[position];
        const isLast = !streams.slice(position + 1).some(({ stream }) => stream.id === place?.stream.id);
        if (!isLast) expect(report.firstBad).toMatchObject(place ?? {});
      }),
      { numRuns: 400 },
    );
  });

  it("finds and locates any single flipped bit of a payload, its key or its commitment", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(7),
        fc.constantFrom("content", "key", "commitment"),
        fc.nat(),
        fc.nat(7),
        async (pick, part, spot, bit) => {
          const store = await newHistory();
          const row = store.payloadRows[pick % store.payloadRows.length];
          if (row === undefined) throw new Error("no payload");
          const owner = eventsOf(store).find(({ payloadRef }) => payloadRef?.commitment === row.commitment);
          const bytes = part === "commitment" ? Buffer.from(row.commitment) : row[part];
          bytes[spot % bytes.length] = (bytes[spot % bytes.length] ?? 0) ^ (1 << bit);
          if (part === "commitment") row.commitment = bytes.toString();
          expect(await auditor.verify(store)).toMatchObject({
            ok: false,
            firstBad: {
              position: owner?.position,
              stream: owner?.stream,
              seq: owner?.seq,
              fault: part === "commitment" ? "payload-missing" : "payload-mismatch",
            },
          });
        },
      ),
      { numRuns: 100 },
    );
  });
});
