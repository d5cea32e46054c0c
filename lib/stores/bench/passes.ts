/**
 * What a pass over the whole log costs: read, rebuild of projections, scan. Run:
 * `npx node lib/stores/bench/passes.ts [events]`.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NewEvent } from "#core/contract/event.ts";
import { sampleProjection, sampleTotals } from "#core/testing/conformance/stores/sample-projections.ts";
import { createSqliteStores } from "../sqlite/create-sqlite-stores.ts";

const count = Number(process.argv[2] ?? 50_000);
const home = mkdtempSync(join(tmpdir(), "swarm-bench-"));
const options = {
  home,
  // Every event changes a row of each.
  projections: [sampleProjection, sampleTotals],
  clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
  random: (bytes: number) => randomBytes(bytes),
  isOwnerAlive: () => true,
};

const event = (index: number): NewEvent => ({
  type: "note.taken",
  version: 1,
  actor: { kind: "agent", id: "worker" },
  data: { index, text: "x".repeat(200) },
  ...(index % 4 === 0 ? { payload: { mediaType: "text/plain", bytes: new Uint8Array(2000) } } : {}),
});

async function measure(name: string, work: () => Promise<unknown>): Promise<void> {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await work();
  const wall = ((performance.now() - before) * 1000) / count;
  const { user, system } = process.cpuUsage(cpuBefore);
  console.log(
    `${name.padEnd(40)} ${wall.toFixed(1).padStart(8)} ${((user + system) / count).toFixed(1).padStart(8)}`,
  );
}

console.log(`microseconds per event (${count} events)        wall      cpu`);
let stores = createSqliteStores(options);
await measure("append, 100 events a commit", async () => {
  for (let done = 0; done < count; done += 100) {
    const events = Array.from({ length: 100 }, (_, index) => event(done + index));
    const id = `run_${String(Math.floor(done / 1000)).padStart(6, "0")}`;
    const result = await stores.log.commit({
      durability: "batched",
      appends: [{ stream: { kind: "run", id }, events }],
    });
    if (!result.ok) throw new Error(result.failure.message);
  }
});
await measure("read all", async () => {
  for (let position = 0; position < count; position += 1000)
    await stores.log.readAll({ fromPosition: position });
});
await measure("follow from the start", async () => {
  const abort = new AbortController();
  let seen = 0;
  for await (const events of stores.log.follow({ fromPosition: 0, signal: abort.signal })) {
    seen += events.length;
    if (seen >= count) abort.abort();
  }
});
await measure("rebuild of the projections", () => stores.projections.rebuild());
const scan = async (fromPosition: number) => {
  for await (const { fault } of stores.integrity.scan({ fromPosition }))
    if (fault !== undefined) throw new Error(fault);
};
await measure("scan, rows and whole store", () => scan(0));
await measure("scan, whole store alone", () => scan(count));
await stores.close();
await measure("close and open again", async () => {
  stores = createSqliteStores(options);
  await stores.close();
});
rmSync(home, { recursive: true });
