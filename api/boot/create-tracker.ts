import { setTimeout as wait } from "node:timers/promises";
import type { ExperimentTracker } from "#core/contract/experiment-tracker.ts";
import { readMlflowAddress } from "#lib/mlflow/mlflow-address.ts";
import { createMlflowTracker } from "#lib/mlflow/mlflow-tracker.ts";

/** The tracker of MLFLOW_TRACKING_URI; undefined where none is set, and then nothing is tried. */
export function createTracker(environment: NodeJS.ProcessEnv): ExperimentTracker | undefined {
  const address = readMlflowAddress(environment);
  if (address === undefined) return undefined;
  return createMlflowTracker({
    address,
    fetch,
    now: Date.now,
    wait: (milliseconds, signal) => wait(milliseconds, undefined, { signal }),
  });
}
