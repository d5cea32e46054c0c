import type { Result } from "./failure.ts";
import type { RunId } from "./ids.ts";

/** Proof of holding a lease: `fence` grows with each holder, so a late writer is told apart from the present one. */
export interface LeaseToken {
  resource: string;
  owner: string;
  fence: number;
}

/**
 * One driver per run. A lease that lapsed, or whose owner is known to be dead, can be taken over; the old
 * holder's writes then fail with `lease-lost`.
 */
export interface RunLeases {
  /** Failure `conflict` when somebody alive holds it; details name the owner. */
  acquire(runId: RunId, options: { owner: string; ttlMs: number }): Promise<Result<LeaseToken>>;
  /** Failure `lease-lost` when somebody else took it. */
  renew(token: LeaseToken, ttlMs: number): Promise<Result<LeaseToken>>;
  release(token: LeaseToken): Promise<void>;
  /** The present holder of a run's lease, alive or not. */
  holder(runId: RunId): Promise<{ owner: string; expiresAt: string; alive: boolean } | undefined>;
}
