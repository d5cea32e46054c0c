import { describe, expect, it } from "vitest";
import { noUsage } from "#core/contract/provider.ts";
import { createRegistry } from "#core/registry/registry.ts";
import type { Agent } from "#core/contract/agent-manifest.ts";
import { createProviders } from "./create-providers.ts";

const make = (environment: NodeJS.ProcessEnv) =>
  createProviders({
    environment,
    agents: createRegistry<Agent>("agent", [], (agent) => agent.manifest.id),
    models: { anthropic: { fast: "deployment-fast" } },
  });
const usage = { ...noUsage, inputTokens: 1_000_000, outputTokens: 1_000_000 };

describe("createProviders", () => {
  it("takes a model from the environment, then the deployment, then what is shipped", () => {
    const plain = make({});
    expect(plain.modelFor("anthropic", "fast")).toBe("deployment-fast");
    expect(plain.costOf("anthropic", plain.modelFor("anthropic", "deep"), usage)).toBeGreaterThan(0);
    expect(make({ SWARM_MODEL_FAST: "mine" }).modelFor("anthropic", "fast")).toBe("mine");
    plain.close();
  });

  it("leaves the playbook its own model, which costs nothing", () => {
    const choice = make({ SWARM_MODEL_FAST: "mine" });
    const model = choice.modelFor("playbook", "fast");
    expect(model).not.toBe("mine");
    expect(choice.costOf("playbook", model, usage)).toBe(0);
    choice.close();
  });

  it("knows no price of what it does not know, which is not 0", () => {
    const choice = make({});
    expect(choice.costOf("anthropic", "some-model", usage)).toBeUndefined();
    expect(choice.costOf("nobody", "some-model", usage)).toBeUndefined();
    choice.close();
  });
});
