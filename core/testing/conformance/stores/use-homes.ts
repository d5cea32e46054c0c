import { afterEach } from "vitest";
import { sampleProjection, sampleTotals } from "./sample-projections.ts";
import type { StoreAdapter, TestHome } from "./store-adapter.ts";

/** Gives each test fresh homes and removes them after it. Call it once in a describe. */
export function useHomes(adapter: StoreAdapter): { home(): Promise<TestHome> } {
  const homes: TestHome[] = [];
  afterEach(async () => {
    for (const home of homes.splice(0)) await home.dispose();
  });
  return {
    async home() {
      const home = await adapter.createHome();
      homes.push(home);
      return {
        ...home,
        open: (options = {}) => home.open({ projections: [sampleProjection, sampleTotals], ...options }),
      };
    },
  };
}
