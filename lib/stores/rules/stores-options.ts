import type { Clock, RandomBytes } from "#core/contract/clock.ts";
import type { ProjectionDefinition } from "#core/contract/projection.ts";

/** What every adapter of the stores needs. */
export interface StoresOptions {
  projections: readonly ProjectionDefinition[];
  clock: Clock;
  /** Draws the keys of payload commitments. */
  random: RandomBytes;
  /** False only when the owner of a lease is known to be dead; its lease can then be taken before it lapses. */
  isOwnerAlive(owner: string): boolean;
}
