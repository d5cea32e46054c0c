import type { Stores } from "#core/contract/stores.ts";
import type { ProjectionDefinition } from "#core/contract/projection.ts";
import type { FakeClock } from "#core/testing/fake-clock.ts";

/** What the conformance suites need to know of an adapter of the stores. */
export interface StoreAdapter {
  name: string;
  /** Why a home of this adapter cannot be opened a second time, for the skips; undefined when it can. */
  opensOnceBecause: string | undefined;
  /** A fresh, empty home. */
  createHome(): Promise<TestHome>;
}

export interface TestHome {
  clock: FakeClock;
  /** Opens the home; further calls open the same home beside the first, as other processes would. */
  open(options?: TestStoreOptions): Stores;
  /** Closes all that was opened, and removes the home. */
  dispose(): Promise<void>;
}

export interface TestStoreOptions {
  projections?: readonly ProjectionDefinition[];
  isOwnerAlive?: (owner: string) => boolean;
  /** Seed of the payload keys. */
  seed?: number;
}
