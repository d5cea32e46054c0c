import type { StoreAdapter } from "#core/testing/conformance/stores/store-adapter.ts";
import { createFakeClock, createSeededBytes } from "#core/testing/fake-clock.ts";
import { createMemoryStores } from "./create-memory-stores.ts";

/** The memory stores as the conformance suites see them. */
export const memoryAdapter: StoreAdapter = {
  name: "memory stores",
  opensOnceBecause: "what is in memory belongs to one opening",
  async createHome() {
    const clock = createFakeClock();
    const opened: ReturnType<typeof createMemoryStores>[] = [];
    return {
      clock,
      open({ projections = [], isOwnerAlive = () => true, seed = 1 } = {}) {
        const stores = createMemoryStores({
          projections,
          isOwnerAlive,
          clock,
          random: createSeededBytes(seed),
        });
        opened.push(stores);
        return stores;
      },
      async dispose() {
        for (const stores of opened) await stores.close();
      },
    };
  },
};
