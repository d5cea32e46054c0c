import { parse } from "yaml";
import { AgentManifest } from "#core/contract/agent-manifest.ts";
import type { Clock } from "#core/contract/clock.ts";
import { projections } from "#core/events/projections/index.ts";
import { createHumanInTheLoopSource } from "#core/policy/rule-sources.ts";
import { createRegistry } from "#core/registry/registry.ts";
import { offerTool } from "#core/run/offered-tool.ts";
import { createTransferTools } from "#core/run/resolve-tool.ts";
import type { Runtime } from "#core/run/runtime.ts";
import { createSeededBytes } from "#core/testing/fake-clock.ts";
import { createLiveChannel } from "#lib/live/create-live-channel.ts";
import { loadAgents } from "#lib/manifests/load-agents.ts";
import { loadWorkflows } from "#lib/manifests/load-workflows.ts";
import { filesBelow, manifestText } from "#lib/manifests/manifest-files.ts";
import { createPlaybookProvider } from "#lib/providers/playbook/playbook-provider.ts";
import { createMemoryStores } from "#lib/stores/memory/create-memory-stores.ts";
import { createToy } from "#test/run/toy-runtime.ts";
import { demoTools } from "./demo-tools.ts";

const at = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;

/** The tools that the shipped agents may call, each once. */
async function namedTools(): Promise<string[]> {
  const names = new Set<string>();
  for (const path of await filesBelow(at("agents"), ".agent.yaml")) {
    const { tools } = AgentManifest.parse(parse((await manifestText(path)).text));
    for (const name of tools) names.add(name);
  }
  return [...names];
}

/**
 * A runtime over memory stores with the shipped agents and workflows and tools that only pretend: what a run looks
 * like, without its cost.
 */
export async function createDemoRuntime(clock: Clock): Promise<Runtime> {
  const tools = demoTools(clock, await namedTools());
  const loaded = await loadAgents(at("agents"), { tools: tools.map((tool) => tool.name) });
  if (!loaded.ok) throw new Error(loaded.failure.message);
  const agents = createRegistry("agent", loaded.value, (agent) => agent.manifest.id);
  const workflows = await loadWorkflows([at("lib/workflows")], { agents: agents.names() });
  if (!workflows.ok) throw new Error(workflows.failure.message);
  const stores = createMemoryStores({
    projections,
    clock,
    random: createSeededBytes(3),
    isOwnerAlive: () => true,
  });
  const provider = createPlaybookProvider({ playbookOf: (id) => agents.get(id)?.manifest.playbook });
  const asks = createHumanInTheLoopSource([
    { tool: "package_model", gate: "security", reason: "an image that leaves the house is looked at first" },
  ]);
  const toy = createToy({
    clock: { ...clock, advance: () => undefined, sleeps: [] },
    stores,
    sources: [asks],
    providers: [provider],
  });
  return {
    ...toy.runtime,
    agents,
    workflows: createRegistry("workflow", workflows.value, (graph) => graph.workflow.id),
    tools: createRegistry(
      "tool",
      [...tools.map(offerTool), ...createTransferTools(agents)],
      (tool) => tool.definition.name,
    ),
    deployment: { ...toy.runtime.deployment, id: "northwind" },
    models: { ...toy.runtime.models, provider: "playbook", modelFor: (_provider, tier) => `demo-${tier}` },
    costOf: (_provider, _model, usage) => usage.inputTokens * 3e-6 + usage.outputTokens * 15e-6,
    live: createLiveChannel(),
  };
}
