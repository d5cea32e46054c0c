import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasOutsideTool } from "../packaging/outside-tool.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The interpreter that the tests use: the one named, the one that setup:python made, or the system's. */
export const python: string =
  process.env["SWARM_PYTHON"] ??
  [join(process.env["SWARM_PYTHON_HOME"] ?? join(root, ".venv-swarm"), "bin/python")].find(existsSync) ??
  "python3";

/** True when the interpreter has the backend's libraries; without them the tests skip loudly, and fail in CI. */
export const hasPythonBackend = (): Promise<boolean> =>
  hasOutsideTool(
    python,
    ["-c", "import lightgbm, xgboost, sklearn, threadpoolctl"],
    "run `npm run setup:python`, or name an interpreter with lightgbm, xgboost and scikit-learn in SWARM_PYTHON",
  );

/** Runs a Python script with JSON on its standard input; its standard output as JSON. */
export function askPython(script: string, input: unknown): unknown {
  const ran = spawnSync(python, ["-c", script], {
    input: JSON.stringify(input),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout) as unknown;
}
