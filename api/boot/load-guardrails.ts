import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { DeploymentConfig } from "#core/contract/deployment.ts";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import { GuardrailManifest } from "#core/contract/guardrail.ts";
import type { AnyHookHandler } from "#core/contract/hook.ts";
import { nearestName } from "#core/registry/nearest-name.ts";
import {
  createDelegationLoopGuardrail,
  DelegationLoopConfig,
} from "#guardrails/platform_integrity/delegation-loop/enforce.ts";
import { readManifest } from "#lib/manifests/read-manifest.ts";

interface GuardrailEntry {
  folder: string;
  /** Checks the deployment's configuration and makes the handlers. */
  build(manifest: GuardrailManifest, config: unknown): Result<AnyHookHandler[]>;
}

function entry<Schema extends z.ZodType>(
  folder: string,
  schema: Schema,
  create: (manifest: GuardrailManifest, config: z.output<Schema>) => AnyHookHandler[],
): GuardrailEntry {
  return {
    folder,
    build(manifest, config) {
      const parsed = schema.safeParse(config);
      if (!parsed.success) {
        return fail("invalid-input", `guardrails.${manifest.id}: ${z.prettifyError(parsed.error)}`);
      }
      return ok(create(manifest, parsed.data));
    },
  };
}

/** Every guardrail on the shelf. A new one is a folder and a line here. */
const shelf: readonly GuardrailEntry[] = [
  entry("platform_integrity/delegation-loop", DelegationLoopConfig, createDelegationLoopGuardrail),
];

/** Reads the manifests, checks the deployment's configuration and gives the handlers for the hook chain. */
export async function loadGuardrails(
  root: string,
  configs: DeploymentConfig["guardrails"],
): Promise<Result<AnyHookHandler[]>> {
  const handlers: AnyHookHandler[] = [];
  const ids: string[] = [];
  for (const { folder, ...one } of shelf) {
    const file = join(root, folder, "guardrail.yaml");
    const read = readManifest(await readFile(file, "utf8"), { file, schema: GuardrailManifest });
    if (!read.ok) return read;
    const manifest = read.value.value;
    ids.push(manifest.id);
    const built = one.build(manifest, configs[manifest.id] ?? {});
    if (!built.ok) return built;
    handlers.push(...built.value);
  }
  const unknown = Object.keys(configs).find((id) => !ids.includes(id));
  if (unknown !== undefined) {
    const nearest = nearestName(unknown, ids);
    return fail(
      "invalid-input",
      `the deployment configures the unknown guardrail ${unknown}${nearest === undefined ? "" : `; did you mean ${nearest}?`} Known: ${ids.join(", ")}`,
    );
  }
  return ok(handlers);
}
