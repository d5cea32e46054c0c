import { randomBytes } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { FailureError, fail, ok, type Result } from "#core/contract/failure.ts";
import type { Stores } from "#core/contract/stores.ts";
import { projections } from "#core/events/projections/index.ts";
import { createSqliteStores } from "#lib/stores/sqlite/create-sqlite-stores.ts";
import { findHome, type Home } from "./home.ts";
import { isOwnerAlive } from "./process-owner.ts";
import { systemClock } from "./system-clock.ts";

/** The stores of a home, for writing or, damaged ones too, for looking only. Throws FailureError. */
export function openStores(home: Home, options: { readOnly: boolean }): Stores {
  return createSqliteStores({
    home: home.root,
    projections,
    clock: systemClock,
    random: (count) => new Uint8Array(randomBytes(count)),
    isOwnerAlive,
    ...options,
  });
}

/** The name of the home's own key; it carries the home's id, so that notes of two homes cannot be confused. */
export async function homeKeyName(home: Home): Promise<string> {
  return `swarm-${(await readFile(join(home.root, "home-id"), "utf8")).trim()}`;
}

/**
 * A home's tables for a command that only lists them: nothing else is loaded, which is most of such a command's time.
 * `stores` is undefined where nothing was ever recorded; no home is made then. Failures: `storage-failed`.
 */
export async function openTables(
  environment: NodeJS.ProcessEnv,
): Promise<Result<{ stores: Stores | undefined; close(): Promise<void> }>> {
  const home = findHome(environment);
  try {
    if (!(await isThere(join(home.root, "swarm.db")))) {
      return ok({ stores: undefined, close: () => Promise.resolve() });
    }
    // Opened for writing: tables of an earlier version are computed anew before anybody reads them.
    const stores = openStores(home, { readOnly: false });
    return ok({ stores, close: () => stores.close() });
  } catch (error) {
    if (error instanceof FailureError) return { ok: false, failure: error.failure };
    return fail(
      "storage-failed",
      `the home folder ${home.root} cannot be used (${error instanceof Error ? error.message : String(error)}); set SWARM_HOME to a folder that you can write`,
    );
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
