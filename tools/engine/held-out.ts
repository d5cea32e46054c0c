import { FailureError, failure } from "#core/contract/failure.ts";
import { type Frame, type Model, selectColumns } from "#lib/ml/index.ts";
import { type EngineContext, inEngine, runTask } from "./run-task.ts";

/**
 * Refuses the very rows that a model learnt from: what is measured on them says how well it remembers.
 * @throws FailureError invalid-input
 */
export async function requireHeldOut(context: EngineContext, model: Model, frame: Frame): Promise<void> {
  const { training } = model;
  // Other numbers of rows are other rows; reading all of them again would tell nothing new.
  if (frame.rowCount !== training.rowCount) return;
  const names = [...model.features.map((feature) => feature.name), model.target];
  const fingerprint = await runTask(context, "fingerprint-rows", {
    frame: inEngine(() => selectColumns(frame, names)),
  });
  if (fingerprint !== training.dataFingerprint) return;
  throw new FailureError(
    failure(
      "invalid-input",
      "these are the rows that the model was trained on; numbers on them say how well it remembers, not how well it predicts. Give the test part",
    ),
  );
}
