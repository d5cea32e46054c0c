import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Sha256 } from "#core/contract/ids.ts";
import { append, firstOf, note, runStream, valueOf } from "#core/testing/conformance/stores/sample-events.ts";
import { createSqliteHome, type SqliteTestHome } from "./sqlite-adapter.testing.ts";

let home: SqliteTestHome;
beforeEach(() => {
  home = createSqliteHome();
});
afterEach(() => home.dispose());

/** Whether bytes are anywhere in the home's files, write-ahead log included. */
function isInHome(folder: string, bytes: Uint8Array | string): boolean {
  const wanted = Buffer.from(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
  return readdirSync(folder, { withFileTypes: true }).some(
    (entry) => entry.isFile() && readFileSync(join(folder, entry.name)).includes(wanted),
  );
}

describe("erasure", () => {
  it("leaves neither content nor key in any file of the home, while the stores are open", async () => {
    const { log, payloads } = home.open();
    const content = "the name of a person ".repeat(500);
    const payload = { mediaType: "text/plain", bytes: new TextEncoder().encode(content) };
    const event = firstOf(valueOf(await log.commit(append(runStream(1), [note({}, payload)]))));
    const commitment = event.payloadRef?.commitment ?? ("" as Sha256); // fails below when there is none
    const key = await payloads.key(commitment);
    if (key === undefined) throw new Error("the payload has no key");
    expect(isInHome(home.folder, content.slice(0, 300))).toBe(true);
    expect(isInHome(home.folder, key)).toBe(true);
    expect(await payloads.erase(commitment)).toBe(true);
    expect(isInHome(home.folder, content.slice(0, 60))).toBe(false);
    expect(isInHome(home.folder, key)).toBe(false);
    expect(isInHome(home.folder, commitment)).toBe(true);
  });

  it("leaves nothing of any erased payload, whatever sizes lie beside it and in whatever order they go", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ size: fc.integer({ min: 30, max: 9000 }), order: fc.nat() }), {
          minLength: 1,
          maxLength: 60,
        }),
        async (payloadsToKeep) => {
          const own = createSqliteHome();
          const { log, payloads } = own.open();
          const written: { marker: string; commitment: Sha256; order: number }[] = [];
          for (const [index, { size, order }] of payloadsToKeep.entries()) {
            const marker = `<person ${index} of this test>`;
            const bytes = new TextEncoder().encode(marker.padEnd(size, "."));
            const event = firstOf(
              valueOf(await log.commit(append(runStream(1), [note({}, { mediaType: "text/plain", bytes })]))),
            );
            if (event.payloadRef !== undefined) {
              written.push({ marker, commitment: event.payloadRef.commitment, order });
            }
          }
          const gone = written.filter(({ order }) => order % 3 > 0).sort((a, b) => a.order - b.order);
          for (const { commitment } of gone) await payloads.erase(commitment);
          for (const { marker } of gone) expect(isInHome(own.folder, marker)).toBe(false);
          for (const { marker } of written.filter((one) => !gone.includes(one))) {
            expect(isInHome(own.folder, marker)).toBe(true);
          }
          await own.dispose();
        },
      ),
      { numRuns: 12 },
    );
  });

  it("is done even while a reader of another process keeps an old state, and its traces go when that ends", async () => {
    const stores = home.open();
    const content = "the name of a person ".repeat(500);
    const payload = { mediaType: "text/plain", bytes: new TextEncoder().encode(content) };
    const event = firstOf(valueOf(await stores.log.commit(append(runStream(1), [note({}, payload)]))));
    const reader = new Database(join(home.folder, "swarm.db"));
    reader.exec("BEGIN");
    reader.prepare("SELECT COUNT(*) FROM payloads").get();
    const commitment = event.payloadRef?.commitment ?? ("" as Sha256); // as above
    expect(await stores.payloads.erase(commitment)).toBe(true);
    expect(await stores.payloads.key(commitment)).toBeUndefined();
    reader.exec("COMMIT");
    reader.close();
    await stores.close();
    expect(isInHome(home.folder, content.slice(0, 60))).toBe(false);
  });
});
