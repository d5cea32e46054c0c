import { randomBytes } from "node:crypto";
import type { Stores } from "#core/contract/stores.ts";
import { sampleProjection, sampleTotals } from "#core/testing/conformance/stores/sample-projections.ts";
import { createSqliteStores } from "../create-sqlite-stores.ts";

/** Stores as a process of its own has them: real time, real randomness. */
export function openRealStores(home: string): Stores {
  return createSqliteStores({
    home,
    projections: [sampleProjection, sampleTotals],
    clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
    random: (count) => randomBytes(count),
    isOwnerAlive: () => true,
  });
}
