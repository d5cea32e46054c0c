import { join } from "node:path";
import type { Agent } from "#core/contract/agent-manifest.ts";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { ToolDefinition } from "#core/contract/tool-definition.ts";
import { createHookChain, type HookChain } from "#core/hooks/hook-chain.ts";
import { createRegistry, type Registry } from "#core/registry/registry.ts";
import { type OfferedTool, offerTool } from "#core/run/offered-tool.ts";
import { createTransferTools, toolNamesOf } from "#core/run/resolve-tool.ts";
import type { WorkflowGraph } from "#core/workflow/workflow-graph.ts";
import { loadAgents } from "#lib/manifests/load-agents.ts";
import { loadWorkflows } from "#lib/manifests/load-workflows.ts";
import { lintPlaybook } from "#lib/providers/playbook/lint-playbook.ts";
import { tools as shippedTools } from "#tools/index.ts";
import { type LoadedDeployment, loadDeployment } from "./load-deployment.ts";
import { loadGuardrails } from "./load-guardrails.ts";

/** What can be chosen from, read and checked as a whole; nothing of it depends on a home. */
export interface Shelf {
  deployment: LoadedDeployment;
  tools: Registry<OfferedTool>;
  agents: Registry<Agent>;
  workflows: Registry<WorkflowGraph>;
  hooks: HookChain;
}

/** What a composition puts beside the shipped shelf. */
export interface ShelfAdditions {
  /** A tool of a name that is there already takes its place. */
  tools?: readonly ToolDefinition[];
  /** Folder with one folder a team, as `agents/` is; takes the place of the shipped one. */
  agents?: string;
  /** Folders with `*.workflow.yaml`. */
  workflows?: readonly string[];
}

/** The checkout (or installed package) that this file lies in. */
const root = new URL("../../", import.meta.url).pathname;

/**
 * Loads the deployment (the given folder, or SWARM_DEPLOYMENT, or the default one) and everything on the shelf. A
 * mistake in any file is a failure that names file and line.
 */
export async function loadShelf(options: {
  environment: NodeJS.ProcessEnv;
  deploymentFolder?: string | undefined;
  additions?: ShelfAdditions | undefined;
}): Promise<Result<Shelf>> {
  const { additions = {} } = options;
  const deployment = await loadDeployment({
    folder: options.deploymentFolder ?? (options.environment["SWARM_DEPLOYMENT"] || undefined),
    templates: join(root, "lib/templates"),
  });
  if (!deployment.ok) return deployment;
  const tools = withAdded(shippedTools, additions.tools ?? []);
  const loadedAgents = await loadAgents(additions.agents ?? join(root, "agents"), {
    tools: tools.map((tool) => tool.name),
  });
  if (!loadedAgents.ok) return loadedAgents;
  const agents = createRegistry("agent", loadedAgents.value, (agent) => agent.manifest.id);
  const toolRegistry = createRegistry(
    "tool",
    [...tools.map(offerTool), ...createTransferTools(agents)],
    (tool) => tool.definition.name,
  );
  const playbooks = checkPlaybooks(agents.list());
  if (!playbooks.ok) return playbooks;
  const workflows = await loadWorkflows(
    [
      join(root, "lib/workflows"),
      ...(deployment.value.workflows === undefined ? [] : [deployment.value.workflows]),
      ...(additions.workflows ?? []),
    ],
    { agents: agents.names() },
  );
  if (!workflows.ok) return workflows;
  const guardrails = await loadGuardrails(join(root, "guardrails"), deployment.value.guardrails);
  if (!guardrails.ok) return guardrails;
  return ok({
    deployment: deployment.value,
    tools: toolRegistry,
    agents,
    workflows: createRegistry("workflow", workflows.value, (graph) => graph.workflow.id),
    hooks: createHookChain(guardrails.value),
  });
}

function withAdded(shipped: readonly ToolDefinition[], added: readonly ToolDefinition[]): ToolDefinition[] {
  const names = new Set(added.map((tool) => tool.name));
  return [...shipped.filter((tool) => !names.has(tool.name)), ...added];
}

function checkPlaybooks(agents: readonly Agent[]): Result<undefined> {
  for (const agent of agents) {
    const { manifest } = agent;
    if (manifest.playbook === undefined) continue;
    const problem = lintPlaybook(manifest.playbook, toolNamesOf(agent))[0];
    if (problem === undefined) continue;
    return fail(
      "invalid-input",
      `agents/${manifest.team}/${manifest.id}.agent.yaml: playbook: rule ${problem.rule}: ${problem.where}: ${problem.message}`,
    );
  }
  return ok(undefined);
}
