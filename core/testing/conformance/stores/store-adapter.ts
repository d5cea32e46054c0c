import { it } from "vitest";
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

/**
 * A case for homes that several processes share. An adapter that opens once, such as one in memory, cannot have it:
 * the case is then listed as skipped with the adapter's own reason, so that nobody takes it for proven.
 */
export function sharedCase(adapter: StoreAdapter): (title: string, body: () => Promise<void>) => void {
  const { opensOnceBecause: reason } = adapter;
  return (title, body) => {
    it.skipIf(reason !== undefined)(reason === undefined ? title : `${title} (skipped: ${reason})`, body);
  };
}
