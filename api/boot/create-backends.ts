import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ComputePool } from "#core/contract/compute.ts";
import type { TrainingBackend } from "#core/contract/training-backend.ts";
import { createPythonBackend } from "#lib/python/python-backend.ts";
import { createEmbeddedBackend } from "#tools/engine/backends/embedded-backend.ts";

/** The engine's own learners first; the Python libraries behind them start when they are first asked. */
export function createBackends(options: {
  environment: NodeJS.ProcessEnv;
  compute: ComputePool;
  scratch: string;
}): readonly TrainingBackend[] {
  const { environment, compute, scratch } = options;
  const root = fileURLToPath(new URL("../..", import.meta.url));
  return [
    createEmbeddedBackend(compute),
    createPythonBackend({ environment, root, scratch: join(scratch, "python") }),
  ];
}
