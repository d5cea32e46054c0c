import { describe, expect, it } from "vitest";
import { Workflow } from "#core/contract/workflow.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { loadRun } from "#core/run/load-run.ts";
import { startRun } from "#core/run/start-run.ts";
import { createScriptedProvider } from "#core/testing/scripted-provider.ts";
import { tools as shippedTools } from "#tools/index.ts";
import { createToy, operator, toyAgents, toyRequest } from "./toy-runtime.ts";

const workflow = Workflow.parse({
  id: "toy",
  version: "1.0.0",
  description: "One stage.",
  nodes: [{ id: "work", type: "stage", agent: "chief", objective: "Work." }],
});

/** Lets the chief, who may hand work to the lead only, call one tool and then finish. */
async function chiefCalls(name: string) {
  const provider = createScriptedProvider([
    { reply: { calls: [{ name, input: { task: "Do it." } }] } },
    // The lead's own answer, when it is reached.
    ...(name === "transfer_to_lead" ? [{ reply: { text: "done" } }] : []),
    { reply: { text: "done" } },
  ]);
  const toy = createToy({ providers: [provider], workflow });
  const started = await startRun(toy.runtime, { request: toyRequest(), by: operator });
  if (!started.ok) throw new Error(started.failure.message);
  await driveRun(toy.runtime, started.value, { reason: "resume", detach: new AbortController().signal });
  const loaded = await loadRun(toy.runtime, started.value);
  if (!loaded.ok) throw new Error(loaded.failure.message);
  const [call] = loaded.value.state.calls.values();
  return {
    offered: provider.requests[0]?.tools.map((tool) => tool.name),
    end: call?.end,
    agents: [...loaded.value.state.invocations.values()].map(({ agent }) => agent),
  };
}

describe("handing work over", () => {
  it("is offered as one tool for each agent that the manifest names, and for no other", async () => {
    const { offered, agents } = await chiefCalls("transfer_to_lead");
    expect(offered).toEqual(["transfer_to_lead"]);
    expect(agents).toEqual(["chief", "lead"]);
  });

  it("is refused past the manifest, to agents that exist and to invented ones", async () => {
    const past = await chiefCalls("transfer_to_hand");
    expect(past.end).toMatchObject({ kind: "refused", by: "policy" });
    expect(past.agents).toEqual(["chief"]);
    const invented = await chiefCalls("transfer_to_nobody");
    expect(invented.end).toMatchObject({
      kind: "refused",
      failure: { code: "tool-unknown", message: expect.stringContaining("transfer_to_") },
    });
    expect(invented.agents).toEqual(["chief"]);
  });

  it("has no tool in any tool folder: agents are all it takes", () => {
    expect(shippedTools.filter(({ name }) => name.startsWith("transfer_to_"))).toEqual([]);
    expect(toyAgents.map(({ manifest }) => manifest.delegatesTo)).toEqual([["lead"], ["hand"], []]);
  });
});
