import { existsSync } from "node:fs";
import { join } from "node:path";
import { fail, ok, type Result } from "#core/contract/failure.ts";

/** What to do where the backend is not installed. */
export const CURE =
  "run `npm run setup:python` in Swarm's folder, or name an interpreter that has the libraries with SWARM_PYTHON";

/**
 * The interpreter of the backend: SWARM_PYTHON, else the one that `npm run setup:python` made in SWARM_PYTHON_HOME or in
 * `.venv-swarm` beside Swarm. The system's own Python is never taken unasked: it has other versions of the libraries.
 */
export function findPython(environment: NodeJS.ProcessEnv, root: string): Result<string> {
  const named = environment["SWARM_PYTHON"];
  if (named !== undefined && named !== "") return ok(named);
  const home = environment["SWARM_PYTHON_HOME"] || join(root, ".venv-swarm");
  const program = ["bin/python", "Scripts/python.exe"].map((path) => join(home, path)).find(existsSync);
  if (program !== undefined) return ok(program);
  return fail("missing-part", `the Python backend is not installed; ${CURE}`);
}
