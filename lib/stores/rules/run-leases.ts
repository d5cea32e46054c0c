import { type Clock, isoTime } from "#core/contract/clock.ts";
import { fail, FailureError, type Result } from "#core/contract/failure.ts";
import type { LeaseToken, RunLeases } from "#core/contract/lease.ts";
import type { LeaseRow } from "./commit-tables.ts";

/** The table of leases and the power to change it while nobody else can. */
export interface LeaseTable {
  /** Runs the work alone; what it saved is kept when it returns. Throws a FailureError when storage fails. */
  exclusive<Value>(work: () => Value): Value;
  findLease(resource: string): LeaseRow | undefined;
  saveLease(row: LeaseRow): void;
}

/** Leases over a table: the rules are the same wherever the rows lie. */
export function createRunLeases(
  table: LeaseTable,
  options: { clock: Clock; isOwnerAlive(owner: string): boolean },
): RunLeases {
  const isHeld = (row: LeaseRow, owner: string) =>
    row.expiresAt > options.clock.now() && options.isOwnerAlive(owner);
  return {
    async acquire(runId, { owner, ttlMs }) {
      return asResult(() =>
        table.exclusive((): Result<LeaseToken> => {
          const row = table.findLease(runId);
          if (row?.owner !== undefined && isHeld(row, row.owner))
            return heldBy(row, row.owner, options.clock);
          const fence = (row?.fence ?? 0) + 1;
          table.saveLease({ resource: runId, owner, fence, expiresAt: options.clock.now() + ttlMs });
          return { ok: true, value: { resource: runId, owner, fence } };
        }),
      );
    },
    async renew(token, ttlMs) {
      return asResult(() =>
        table.exclusive((): Result<LeaseToken> => {
          const row = table.findLease(token.resource);
          if (row?.owner !== token.owner || row.fence !== token.fence) return lost(token, row);
          table.saveLease({ ...row, expiresAt: options.clock.now() + ttlMs });
          return { ok: true, value: { ...token } };
        }),
      );
    },
    async release(token) {
      table.exclusive(() => {
        const row = table.findLease(token.resource);
        if (row?.owner !== token.owner || row.fence !== token.fence) return;
        table.saveLease({ ...row, owner: undefined });
      });
    },
    async holder(runId) {
      const row = table.findLease(runId);
      if (row?.owner === undefined) return undefined;
      return { owner: row.owner, expiresAt: isoTime(row.expiresAt), alive: isHeld(row, row.owner) };
    },
  };
}

function heldBy(row: LeaseRow, owner: string, clock: Clock): Result<LeaseToken> {
  return fail(
    "conflict",
    `${owner} holds the lease of ${row.resource} until ${isoTime(row.expiresAt)}: let it work, or try again then.`,
    {
      retryable: true,
      retryAfterMs: row.expiresAt - clock.now(),
      details: { resource: row.resource, owner, expiresAt: isoTime(row.expiresAt) },
    },
  );
}

function lost(token: LeaseToken, row: LeaseRow | undefined): Result<LeaseToken> {
  return fail(
    "lease-lost",
    `${token.owner} lost the lease of ${token.resource} (fence ${token.fence}, the newest is ` +
      `${row?.fence ?? "none"}): stop, the newer holder goes on.`,
    {
      details: {
        resource: token.resource,
        owner: token.owner,
        fence: token.fence,
        newestFence: row?.fence ?? null,
        newestOwner: row?.owner ?? null,
      },
    },
  );
}

function asResult<Value>(work: () => Result<Value>): Result<Value> {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof FailureError) return { ok: false, failure: thrown.failure };
    throw thrown;
  }
}
