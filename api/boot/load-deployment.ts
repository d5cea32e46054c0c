import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type ApprovalRule,
  type ComplianceGate,
  DeploymentConfig,
  DeploymentTemplate,
  type PolicyRule,
} from "#core/contract/deployment.ts";
import type { z } from "zod";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import { PermissionRule, type PermissionSource } from "#core/contract/permission.ts";
import type { ToolSettings } from "#core/contract/tool-definition.ts";
import { RunLimits } from "#core/contract/workflow.ts";
import { hashOfJson } from "#core/events/hash.ts";
import { createComplianceSource } from "#core/policy/compliance-gate.ts";
import { checkArgumentsPattern } from "#core/policy/match-rule.ts";
import {
  createAllowlistSource,
  createFixedSource,
  createHumanInTheLoopSource,
  createRbacSource,
  sourcePriority,
} from "#core/policy/rule-sources.ts";
import { manifestText } from "#lib/manifests/manifest-files.ts";
import { readManifest } from "#lib/manifests/read-manifest.ts";

/** A deployment as the runtime uses it: template and customer's configuration laid over each other. */
export interface LoadedDeployment {
  id: string;
  profile: string;
  /** Hash of both files' content: what run.created freezes. */
  configHash: string;
  provider: string;
  models: DeploymentConfig["models"];
  limits: z.output<typeof RunLimits>;
  settings: ToolSettings;
  sources: PermissionSource[];
  guardrails: DeploymentConfig["guardrails"];
  /** Folder of the customer's own workflows, when a deployment folder was given. */
  workflows: string | undefined;
}

/** Without a folder: the profile generic_ml and nothing else. */
const defaultConfig: DeploymentConfig = DeploymentConfig.parse({
  id: "default",
  basedOn: "generic_ml@1.0.0",
});

/**
 * Loads `config.yaml` of a deployment folder and the template it is based on. Failures name file and line and say
 * what is known instead.
 */
export async function loadDeployment(options: {
  folder: string | undefined;
  templates: string;
}): Promise<Result<LoadedDeployment>> {
  const { folder } = options;
  let config = defaultConfig;
  if (folder !== undefined) {
    const read = await readFileAs(join(folder, "config.yaml"), DeploymentConfig);
    if (!read.ok) return read;
    config = read.value;
  }
  const [name = "", version = ""] = config.basedOn.split("@");
  const known = await readdir(options.templates);
  if (!known.includes(name)) {
    return fail(
      "invalid-input",
      `deployment ${config.id} is based on the unknown template ${name}; there are: ${known.join(", ")}`,
    );
  }
  const template = await readFileAs(join(options.templates, name, "template.yaml"), DeploymentTemplate);
  if (!template.ok) return template;
  if (template.value.version !== version) {
    return fail(
      "invalid-input",
      `deployment ${config.id} pins ${name}@${version}, this Swarm ships ${name}@${template.value.version}; change the pin after reading what changed`,
    );
  }
  const sources = permissionSources(config, template.value);
  if (!sources.ok) return sources;
  return ok({
    id: config.id,
    profile: name,
    configHash: hashOfJson({ config, template: template.value }),
    provider: config.provider ?? template.value.provider ?? "playbook",
    models: { ...template.value.models, ...config.models },
    limits: RunLimits.parse({ ...template.value.limits, ...config.limits }),
    settings: {
      fairnessLimit: config.settings.fairnessLimit ?? template.value.settings.fairnessLimit ?? 0.1,
      driftLimit: config.settings.driftLimit ?? template.value.settings.driftLimit ?? 0.25,
    },
    sources: sources.value,
    guardrails: { ...template.value.guardrails, ...config.guardrails },
    workflows: folder === undefined ? undefined : join(folder, "workflows"),
  });
}

async function readFileAs<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<Result<z.output<Schema>>> {
  try {
    const { text, file } = await manifestText(path);
    const read = readManifest(text, { file, schema });
    return read.ok ? ok(read.value.value) : read;
  } catch (error) {
    return fail(
      "not-found",
      `${path} cannot be read (${error instanceof Error ? error.message : String(error)}); a deployment is a folder with a config.yaml`,
    );
  }
}

function permissionSources(
  config: DeploymentConfig,
  template: DeploymentTemplate,
): Result<PermissionSource[]> {
  const operator = rulesOf("operator-policy", config.policies);
  if (!operator.ok) return operator;
  const profile = rulesOf("profile", template.policies);
  if (!profile.ok) return profile;
  const gates: ComplianceGate[] = [...template.complianceGates, ...config.complianceGates];
  const compliance = createComplianceSource(gates);
  if (!compliance.ok) return compliance;
  const approvals: ApprovalRule[] = [...template.approvals, ...config.approvals];
  return ok([
    createRbacSource({ none: "operator", read: "operator", write: "operator", external: "operator" }),
    createAllowlistSource(),
    createHumanInTheLoopSource(approvals),
    createFixedSource("operator-policy", operator.value),
    createFixedSource("profile", profile.value),
    compliance.value,
  ]);
}

/** Gives written rules their source and strength. A profile's deny is invariant: no operator rule turns it off. */
function rulesOf(
  source: "operator-policy" | "profile",
  rules: readonly PolicyRule[],
): Result<PermissionRule[]> {
  const made: PermissionRule[] = [];
  for (const rule of rules) {
    if (rule.argumentsPattern !== undefined) {
      const checked = checkArgumentsPattern(rule.argumentsPattern);
      if (!checked.ok) return fail("invalid-input", `rule ${rule.id}: ${checked.failure.message}`);
    }
    const usual =
      source === "operator-policy"
        ? sourcePriority.operatorPolicy
        : rule.behaviour === "deny"
          ? sourcePriority.profileDeny
          : sourcePriority.profileAsk;
    const priority = rule.priority ?? usual;
    made.push(
      PermissionRule.parse({
        ...rule,
        source,
        priority,
        invariant:
          source === "profile" && rule.behaviour === "deny" && priority >= sourcePriority.profileDeny,
      }),
    );
  }
  return ok(made);
}
