import { totalmem } from "node:os";
import { fail, ok, type Result } from "#core/contract/failure.ts";

/**
 * Megabytes that one piece of the engine's work may take beside its input: SWARM_TASK_MEMORY_MB, else half of what this
 * process may have. A limit that is asked for beforehand is a clear answer; a process without memory is none.
 */
export function taskMemory(environment: NodeJS.ProcessEnv): Result<number> {
  const given = environment["SWARM_TASK_MEMORY_MB"];
  if (given === undefined || given === "") return ok(Math.floor(availableBytes() / 2e6));
  const megabytes = Number(given);
  if (Number.isInteger(megabytes) && megabytes >= 1) return ok(megabytes);
  return fail(
    "invalid-input",
    `SWARM_TASK_MEMORY_MB is ${JSON.stringify(given)}; give whole megabytes, for instance 1000, or leave it out`,
  );
}

/** The limit of the control group where there is one; without one Node answers 0 or more than the machine has. */
function availableBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
