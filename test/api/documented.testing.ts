import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Exchange } from "./api-client.testing.ts";

const script = fileURLToPath(new URL("check_exchanges.py", import.meta.url));

/**
 * Whether Python with openapi-spec-validator is there. In CI a missing one throws; elsewhere it is said loudly, and
 * the checks that need it are left out.
 */
export function hasOpenApiValidator(): boolean {
  const found = spawnSync("python3", ["-c", "import openapi_spec_validator, jsonschema, referencing"]);
  if (found.status === 0) return true;
  const message =
    "the API's document is checked with openapi-spec-validator: pip install openapi-spec-validator";
  if (process.env["CI"] !== undefined) throw new Error(message);
  console.warn(`SKIPPED: ${message}`);
  return false;
}

/** Validates the document, and every answer against it; gives how many were checked and what does not fit. */
export function checkDocumented(
  document: unknown,
  exchanges: readonly Exchange[],
): { checked: number; problems: string[] } {
  const input = [document, ...exchanges].map((line) => JSON.stringify(line)).join("\n");
  const run = spawnSync("python3", [script], { input: `${input}\n`, encoding: "utf8", maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(run.stderr);
  const lines = run.stdout.trimEnd().split("\n");
  const checked = Number(/^checked (\d+)$/.exec(lines.pop() ?? "")?.[1]);
  return { checked, problems: lines };
}
