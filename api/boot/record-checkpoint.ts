import { join } from "node:path";
import type { Result } from "#core/contract/failure.ts";
import type { KeptCheckpoint } from "#core/events/checkpoint-sink.ts";
import { type CheckpointContext, type CheckpointOutcome, signCheckpoint } from "#core/ops/sign-checkpoint.ts";
import { createCheckpointFolder, createSignerPlaceFile } from "#lib/crypto/checkpoint-folder.ts";
import { checkpointFolders } from "./home.ts";
import type { OpenedRuntime } from "./open-runtime.ts";

/** What signing needs: the home's key and every place for checkpoints. */
export function checkpointContext(opened: OpenedRuntime): CheckpointContext {
  const { stores, signer, home, runtime } = opened;
  return {
    log: stores.log,
    integrity: stores.integrity,
    signer,
    sinks: checkpointFolders(home, opened.environment).map(createCheckpointFolder),
    place: createSignerPlaceFile(join(home.keys, "signer-place.json")),
    clock: runtime.clock,
  };
}

/** Signs the log as it stands: at the end of each drive, so that a finished run is under a signature. */
export function recordCheckpoint(opened: OpenedRuntime): Promise<Result<CheckpointOutcome>> {
  return signCheckpoint(checkpointContext(opened));
}

/** Every checkpoint that the home's places hold. */
export async function keptCheckpoints(opened: OpenedRuntime): Promise<KeptCheckpoint[]> {
  const all = await Promise.all(checkpointContext(opened).sinks.map((sink) => sink.read()));
  return all.flat();
}
