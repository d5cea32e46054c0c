import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Agent } from "#core/contract/agent-manifest.ts";
import type { RunRequest } from "#core/contract/run-request.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { loadRun } from "#core/run/load-run.ts";
import { startRun } from "#core/run/start-run.ts";
import { createPlaybookProvider } from "#lib/providers/playbook/playbook-provider.ts";
import { createToy, operator, toyAgents, toyRequest } from "./toy-runtime.ts";

/** The toy's team with a model tier for each, and the provider that an agent asks for by itself. */
const team = (own: Record<string, Partial<Agent["manifest"]["model"]>>): Agent[] =>
  toyAgents.map((agent) => ({
    ...agent,
    manifest: { ...agent.manifest, model: { ...agent.manifest.model, ...own[agent.manifest.id] } },
  }));

/** Who asked which model of which provider, once for each pair. */
async function play(agents: Agent[], request: Partial<RunRequest> = {}) {
  const byId = new Map(agents.map((agent) => [agent.manifest.id, agent]));
  const playbook = createPlaybookProvider({ playbookOf: (id) => byId.get(id)?.manifest.playbook });
  const toy = createToy({ agents, providers: [playbook, { ...playbook, id: "second" }] });
  const runtime = {
    ...toy.runtime,
    models: { ...toy.runtime.models, modelFor: (provider: string, tier: string) => `${provider}-${tier}` },
  };
  const started = await startRun(runtime, { request: { ...toyRequest(), ...request }, by: operator });
  if (!started.ok) throw new Error(started.failure.message);
  await driveRun(runtime, started.value, { reason: "resume", detach: new AbortController().signal });
  const loaded = await loadRun(runtime, started.value);
  if (!loaded.ok) throw new Error(loaded.failure.message);
  const asked = loaded.value.events
    .filter((event) => event.type === "turn.started")
    .map(({ data }) => z.object({ provider: z.string(), model: z.string() }).parse(data))
    .map(({ provider, model }) => `${provider}/${model}`);
  const rows = await runtime.stores.projections.list("agent_runs", { where: { run_id: started.value } });
  return { asked: [...new Set(asked)].toSorted(), rows: rows.rows, status: loaded.value.state.phase.status };
}

describe("which model an agent asks", () => {
  it("is the one configured for its tier when it names only a tier", async () => {
    const { asked } = await play(
      team({ chief: { tier: "deep" }, lead: { tier: "standard" }, hand: { tier: "fast" } }),
    );
    expect(asked).toEqual(["playbook/playbook-deep", "playbook/playbook-fast", "playbook/playbook-standard"]);
  });

  it("is its own when it names one", async () => {
    const { asked } = await play(team({ hand: { name: "small-and-quick" } }));
    expect(asked).toContain("playbook/small-and-quick");
  });

  it("is the run's for every agent when the request forces one", async () => {
    const { asked } = await play(team({ chief: { tier: "deep" }, hand: { name: "small-and-quick" } }), {
      model: "only-this",
    });
    expect(asked).toEqual(["playbook/only-this"]);
  });

  it("may be of another provider than its neighbour's, and the tables keep the two apart", async () => {
    const { asked, rows, status } = await play(team({ hand: { provider: "second", tier: "fast" } }));
    expect(status).toBe("succeeded");
    expect(asked).toContain("second/second-fast");
    const Row = z.object({ agent: z.string(), provider: z.string(), model: z.string() });
    const pairs = rows
      .map((row) => Row.parse(row))
      .map(({ agent, provider, model }) => `${agent}: ${provider} ${model}`);
    expect(pairs).toContain("hand: second second-fast");
    expect(pairs.some((pair) => pair.startsWith("chief: playbook "))).toBe(true);
    for (const row of rows) expect(Number(row["cost_usd"])).toBeGreaterThan(0);
  });
});
