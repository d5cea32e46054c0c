import { isDeepStrictEqual } from "node:util";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import { FailureError, failure } from "#core/contract/failure.ts";
import { type Frame, type Model, sliceRows } from "#lib/ml/index.ts";
import { loadModel } from "./artifacts.ts";
import { inEngine, runTask } from "./run-task.ts";

/** Rows that both models score; a fault of the file shows in far fewer. */
const MOST_ROWS = 1000;

/**
 * Loads a model as it was kept and lets it predict beside the one in memory: a model that is not what was measured must
 * not count as trained.
 * @throws FailureError tool-failed when one bit of a prediction differs.
 */
export async function proveKeptModel(
  context: ToolContext,
  model: Model,
  { sha256, frame }: { sha256: string; frame: Frame },
): Promise<void> {
  const kept = await loadModel(context, sha256);
  const sample = inEngine(() => sliceRows(frame, 0, Math.min(MOST_ROWS, frame.rowCount)));
  const [before, after] = [
    await runTask(context, "score-frame", { model, frame: sample }),
    await runTask(context, "score-frame", { model: kept, frame: sample }),
  ];
  if (isDeepStrictEqual(before, after)) return;
  throw new FailureError(
    failure(
      "tool-failed",
      "the model as it was kept does not predict what the trained one does, so it does not count as trained; check the disk and train again",
      { details: { model: sha256 } },
    ),
  );
}
