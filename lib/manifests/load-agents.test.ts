import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadAgents } from "./load-agents.ts";

const manifest = (id: string, tier: string, more = "") => `id: ${id}
version: 1.0.0
team: training
tier: ${tier}
description: Does what it says.
model:
  tier: standard
${more}`;

describe("loadAgents", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "swarm-agents-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const agent = (id: string, tier: string, more = ""): void => {
    write(`training/${id}.agent.yaml`, manifest(id, tier, more));
    write(`training/${id}.prompt.md`, `# ${id}\n`);
  };
  const load = () => loadAgents(folder, { tools: ["train_classifier", "profile_data"] });
  const complaint = async (): Promise<string> => {
    const loaded = await load();
    return loaded.ok ? "" : loaded.failure.message;
  };

  it("loads every manifest below the folder with its prompt", async () => {
    agent("boss", "director", "delegatesTo: [lead]\n");
    agent("lead", "coordinator", "delegatesTo: [hand]\n");
    agent("hand", "worker", "tools: [train_classifier]\n");
    const loaded = await load();
    expect(loaded.ok && loaded.value.map(({ manifest: { id } }) => id).toSorted()).toEqual([
      "boss",
      "hand",
      "lead",
    ]);
    expect(loaded.ok && loaded.value.find((one) => one.manifest.id === "hand")?.prompt).toBe("# hand");
  });

  it("has another hash for another prompt", async () => {
    agent("hand", "worker");
    const first = await load();
    write("training/hand.prompt.md", "# hand, but careful\n");
    const second = await load();
    const hash = (loaded: typeof first) => (loaded.ok ? loaded.value[0]?.hash : undefined);
    expect(hash(first)).toMatch(/^[0-9a-f]{64}$/);
    expect(hash(second)).not.toBe(hash(first));
  });

  it.each([
    ["upward", "worker", "director"],
    ["upward", "coordinator", "director"],
    ["upward", "worker", "coordinator"],
    ["sideways", "coordinator", "coordinator"],
    ["sideways", "worker", "worker"],
    ["sideways", "director", "director"],
  ])("refuses to delegate %s: from a %s to a %s", async (_way, from, to) => {
    agent("from", from, "delegatesTo: [to]\n");
    agent("to", to);
    expect(await complaint()).toMatch(
      new RegExp(`from\\.agent\\.yaml:8:\\d+: from is a ${from} and may not hand work to to, a ${to}`),
    );
  });

  it("names file, line and the nearest name for an unknown tool and an unknown delegate", async () => {
    agent("hand", "worker", "tools:\n  - profile_data\n  - train_clasifier\n");
    expect(await complaint()).toMatch(
      /hand\.agent\.yaml:10:\d+: there is no tool train_clasifier; did you mean train_classifier\?/,
    );
    agent("hand", "coordinator", "delegatesTo: [hands]\n");
    expect(await complaint()).toMatch(
      /hand\.agent\.yaml:8:\d+: there is no agent hands; did you mean hand\?/,
    );
  });

  it("refuses an unknown key, a second agent of one id, and a missing prompt, each with its file", async () => {
    agent("hand", "worker", "tolls: []\n");
    expect(await complaint()).toMatch(/hand\.agent\.yaml:8/);
    agent("hand", "worker");
    write("other/copy.agent.yaml", manifest("hand", "worker"));
    expect(await complaint()).toMatch(
      /copy\.agent\.yaml: its prompt is missing; write it in .*copy\.prompt\.md/,
    );
    write("other/copy.prompt.md", "# copy\n");
    expect(await complaint()).toMatch(/the agent id hand is used twice/);
  });
});
