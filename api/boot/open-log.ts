import { createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FailureError, fail, ok, type Result } from "#core/contract/failure.ts";
import type { Stores } from "#core/contract/stores.ts";
import { createVerifierKey, type VerifierKey } from "#core/events/checkpoint-key.ts";
import type { KeptCheckpoint } from "#core/events/checkpoint-sink.ts";
import { createCheckpointFolder } from "#lib/crypto/checkpoint-folder.ts";
import { checkpointFolders, findHome, type Home } from "./home.ts";
import { homeKeyName, openStores } from "./open-stores.ts";

/** A home's log for somebody who only looks: nothing is made, mended or migrated, and damage is no hindrance. */
export interface OpenedLog {
  home: Home;
  stores: Stores;
  /** The home's own public key. */
  key: VerifierKey;
  checkpoints: KeptCheckpoint[];
  close(): Promise<void>;
}

/**
 * Opens the log of the home for reading. Failures: `not-found` when there is no home or nothing was ever recorded
 * in it, `missing-part` when its public key is gone, `storage-failed`.
 */
export async function openLog(environment: NodeJS.ProcessEnv): Promise<Result<OpenedLog>> {
  const home = findHome(environment);
  let stores: Stores | undefined;
  try {
    stores = openStores(home, { readOnly: true });
    const key = await readPublicKey(home);
    if (!key.ok) {
      await stores.close();
      return key;
    }
    const kept = await Promise.all(
      checkpointFolders(home, environment).map((folder) => createCheckpointFolder(folder).read()),
    );
    const opened = stores;
    return ok({
      home,
      stores: opened,
      key: key.value,
      checkpoints: kept.flat(),
      close: () => opened.close(),
    });
  } catch (error) {
    await stores?.close();
    if (error instanceof FailureError) return { ok: false, failure: error.failure };
    throw error;
  }
}

async function readPublicKey(home: Home): Promise<Result<VerifierKey>> {
  try {
    const name = await homeKeyName(home);
    const pem = await readFile(join(home.keys, `${name}.pub.pem`), "utf8");
    const { x = "" } = createPublicKey(pem).export({ format: "jwk" });
    return createVerifierKey(name, Buffer.from(x, "base64url"));
  } catch (error) {
    return fail(
      "missing-part",
      `the public key of ${home.root} cannot be read (${error instanceof Error ? error.message : String(error)}); without it no checkpoint can be checked. Put home-id and keys/*.pub.pem back from a backup`,
    );
  }
}
