import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Stores } from "#core/contract/stores.ts";
import { projections } from "#core/events/projections/index.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { startRun } from "#core/run/start-run.ts";
import { createFakeClock, createSeededBytes } from "#core/testing/fake-clock.ts";
import { createMemoryStores } from "#lib/stores/memory/create-memory-stores.ts";
import { createSqliteStores } from "#lib/stores/sqlite/create-sqlite-stores.ts";
import { createToy, operator, toyRequest } from "./toy-runtime.ts";

const options = () => ({
  projections,
  clock: createFakeClock(),
  random: createSeededBytes(1),
  isOwnerAlive: () => false,
});

describe.each(["memory", "sqlite"])("the tables that are computed from the log, in %s", (kind) => {
  let home: string;
  let stores: Stores;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "swarm-projections-"));
    stores = kind === "memory" ? createMemoryStores(options()) : createSqliteStores({ home, ...options() });
  });
  afterEach(async () => {
    await stores.close();
    rmSync(home, { recursive: true });
  });

  const tables = async () =>
    Object.fromEntries(
      await Promise.all(
        projections.map(async ({ name }) => [name, (await stores.projections.list(name)).rows] as const),
      ),
    );

  it("are the same when dropped and folded again, after runs of every end", async () => {
    for (const approve of ["auto", "ask"] as const) {
      const toy = createToy({ stores });
      const started = await startRun(toy.runtime, { request: toyRequest({ approve }), by: operator });
      if (!started.ok) throw new Error(started.failure.message);
      await driveRun(toy.runtime, started.value, { reason: "resume", detach: new AbortController().signal });
    }
    const before = await tables();
    expect(before["runs"]?.map((row) => row["status"]).toSorted()).toEqual(["succeeded", "waiting"]);
    for (const name of ["gates", "tool_calls", "agent_runs", "artifacts"])
      expect(before[name]?.length, name).toBeGreaterThan(0);
    await stores.projections.rebuild();
    expect(await tables()).toEqual(before);
  });
});
