import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stores } from "#core/contract/stores.ts";
import type {
  StoreAdapter,
  TestHome,
  TestStoreOptions,
} from "#core/testing/conformance/stores/store-adapter.ts";
import { createFakeClock, createSeededBytes } from "#core/testing/fake-clock.ts";
import { createSqliteStores, type SqliteStoresOptions } from "./create-sqlite-stores.ts";

/** A home on the disk, with all that tests of this folder may want to set. */
export interface SqliteTestHome extends TestHome {
  folder: string;
  open(options?: TestStoreOptions & Partial<SqliteStoresOptions>): Stores;
}

export function createSqliteHome(): SqliteTestHome {
  const folder = mkdtempSync(join(tmpdir(), "swarm-home-"));
  const clock = createFakeClock();
  const opened: Stores[] = [];
  return {
    folder,
    clock,
    open({ seed = 1, ...options } = {}) {
      const stores = createSqliteStores({
        home: folder,
        projections: [],
        clock,
        random: createSeededBytes(seed),
        isOwnerAlive: () => true,
        pollMs: 5,
        ...options,
      });
      opened.push(stores);
      return stores;
    },
    async dispose() {
      for (const stores of opened) await stores.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The SQLite stores as the conformance suites see them. */
export const sqliteAdapter: StoreAdapter = {
  name: "sqlite stores",
  opensOnceBecause: undefined,
  createHome: async () => createSqliteHome(),
};
