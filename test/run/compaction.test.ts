import { describe, expect, it } from "vitest";
import { AgentManifest } from "#core/contract/agent-manifest.ts";
import type { AnyHookHandler } from "#core/contract/hook.ts";
import { Workflow } from "#core/contract/workflow.ts";
import { hashOfJson } from "#core/events/hash.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { loadRun } from "#core/run/load-run.ts";
import { startRun } from "#core/run/start-run.ts";
import { createToy, operator, toyRequest } from "./toy-runtime.ts";

const talker = AgentManifest.parse({
  id: "talker",
  version: "1.0.0",
  team: "data",
  tier: "worker",
  description: "Talks a lot.",
  tools: ["measure"],
  playbook: {
    rules: [
      {
        times: 12,
        say: `Thinking aloud: ${"word ".repeat(120)}`,
        call: "measure",
        with: { text: "${request.problem}" },
      },
      { finish: "measured ${facts.measured.length} after ${count('measure')} calls" },
    ],
  },
});
const workflow = Workflow.parse({
  id: "toy",
  version: "1.0.0",
  description: "One long stage.",
  nodes: [{ id: "talk", type: "stage", agent: "talker", objective: "Talk.", expects: ["measured"] }],
});

async function run(options: { contextWindow: number; handlers?: AnyHookHandler[] }) {
  const prompt = "You talk.";
  const toy = createToy({
    agents: [{ manifest: talker, prompt, hash: hashOfJson({ talker, prompt }) }],
    workflow,
    ...options,
  });
  const started = await startRun(toy.runtime, { request: toyRequest(), by: operator });
  if (!started.ok) throw new Error(started.failure.message);
  const driven = await driveRun(toy.runtime, started.value, {
    reason: "resume",
    detach: new AbortController().signal,
  });
  const loaded = await loadRun(toy.runtime, started.value);
  if (!driven.ok || !loaded.ok) throw new Error("the run broke");
  const invocation = [...loaded.value.state.invocations.values()][0];
  if (invocation === undefined) throw new Error("no agent ran");
  const payload = async (seqType: string) => {
    const event = loaded.value.events.findLast((one) => one.type === seqType);
    if (event?.payloadRef === undefined) throw new Error(`no ${seqType}`);
    const read = await toy.runtime.stores.payloads.read(event.payloadRef);
    return read.ok
      ? (JSON.parse(new TextDecoder().decode(read.value)) as { summary: string })
      : { summary: "" };
  };
  return { outcome: driven.value, invocation, state: loaded.value.state, payload };
}

describe("a conversation that fills the model's window", () => {
  it("is shortened before the next call, and the agent goes on to the same end", async () => {
    const whole = await run({ contextWindow: 200_000 });
    const tight = await run({ contextWindow: 2500 });
    expect(whole.invocation.compactions).toHaveLength(0);
    expect(tight.invocation.compactions.length).toBeGreaterThan(0);
    expect(tight.outcome).toBe("succeeded");
    expect(tight.invocation.turns).toHaveLength(whole.invocation.turns.length);
    expect(await tight.payload("agent.finished")).toEqual(await whole.payload("agent.finished"));
    expect((await tight.payload("context.compacted")).summary).toContain("measure: done");
  });

  it("keeps word for word what PRE_COMPACTION marks, and shows POST_COMPACTION the summary", async () => {
    const handlers: AnyHookHandler[] = [
      {
        id: "keep-law",
        point: "PRE_COMPACTION",
        owner: "test",
        priority: 50,
        invariant: false,
        timeoutMs: 1000,
        handle: (payload) => ({
          outcome: "redact",
          payload: { ...payload, preserve: ["The limit is 0.1."] },
          findings: [],
        }),
      },
      {
        id: "remind",
        point: "POST_COMPACTION",
        owner: "test",
        priority: 50,
        invariant: false,
        timeoutMs: 1000,
        handle: ({ summary }) => ({
          outcome: "redact",
          payload: { summary: `${summary}\nRemember whom you serve.` },
          findings: [],
        }),
      },
    ];
    const tight = await run({ contextWindow: 2500, handlers });
    const { summary } = await tight.payload("context.compacted");
    expect(summary).toContain("The limit is 0.1.");
    expect(summary.endsWith("Remember whom you serve.")).toBe(true);
  });

  it("ends the agent with a clear failure when nothing more can be taken out", async () => {
    const tiny = await run({ contextWindow: 300 });
    expect(tiny.outcome).toBe("failed");
    expect(tiny.state.phase).toMatchObject({ failure: { code: "context-too-long" } });
  });
});
