import { tmpdir } from "node:os";
import { z } from "zod";
import type { MadeWith } from "#core/contract/environment-record.ts";
import { findPython } from "#lib/python/find-python.ts";
import { workerEnvironment } from "#lib/python/worker-environment.ts";
import { jsonOf } from "./json-of.ts";
import { outputOf } from "./run-program.ts";

/** Asks for versions without importing a library: that would take seconds. */
const PROGRAM = `
import importlib.metadata, json, platform
names = ["lightgbm", "numpy", "scikit-learn", "scipy", "threadpoolctl", "xgboost", "xgboost-cpu"]
packages = {}
for name in names:
    try:
        packages[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps({"version": platform.python_version(), "packages": packages}))
`;

const Answer = z.object({ version: z.string(), packages: z.record(z.string(), z.string()) });

/** Versions of the interpreter and the libraries that the Python backend would train with. */
export async function pythonEnvironment(
  root: string,
  environment: NodeJS.ProcessEnv,
): Promise<MadeWith["python"]> {
  const program = findPython(environment, root);
  if (!program.ok) return { status: "absent" };
  const folder = tmpdir();
  const output = await outputOf(program.value, ["-c", PROGRAM], {
    folder,
    environment: workerEnvironment(environment, folder),
  });
  const answer = Answer.safeParse(jsonOf(output ?? ""));
  return answer.success ? { status: "found", ...answer.data } : { status: "unreadable" };
}
