import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadWorkflows } from "./load-workflows.ts";

const flow = (id: string, rest: string) => `id: ${id}
version: 1.0.0
description: A flow of the house.
${rest}`;

const twoStages = `nodes:
  - { id: train, type: stage, agent: trainer, objective: Train. }
  - { id: judge, type: stage, agent: auditor, objective: Judge. }
`;

describe("loadWorkflows", () => {
  let shipped: string;
  let own: string;
  beforeEach(() => {
    shipped = mkdtempSync(join(tmpdir(), "swarm-shipped-"));
    own = mkdtempSync(join(tmpdir(), "swarm-own-"));
    writeFileSync(join(shipped, "house.workflow.yaml"), flow("house", twoStages));
  });
  afterEach(() => {
    for (const folder of [shipped, own]) rmSync(folder, { recursive: true });
  });
  const load = () => loadWorkflows([shipped, own], { agents: ["trainer", "auditor"] });
  const complaint = async (): Promise<string> => {
    const loaded = await load();
    return loaded.ok ? "" : loaded.failure.message;
  };

  it("finds a customer's workflow beside the shipped ones", async () => {
    writeFileSync(join(own, "ours.workflow.yaml"), flow("ours", twoStages));
    const loaded = await load();
    expect(loaded.ok && loaded.value.map((graph) => graph.workflow.id)).toEqual(["house", "ours"]);
  });

  it("refuses a second workflow of one id instead of replacing the first", async () => {
    writeFileSync(join(own, "ours.workflow.yaml"), flow("house", twoStages));
    expect(await complaint()).toMatch(/two workflow files have the id house; rename one/);
  });

  it.each([
    ["an unknown key", `limts: {}\n${twoStages}`, /ours\.workflow\.yaml:4/],
    [
      "an unknown agent",
      twoStages.replace("auditor", "auditr"),
      /ours\.workflow\.yaml:6:\d+: .*unknown agent auditr; did you mean auditor\?/,
    ],
    [
      "a dangling edge",
      `flow: graph\n${twoStages}edges:\n  - { from: train, to: jugde }\n`,
      /ours\.workflow\.yaml:9:\d+: .*unknown node jugde; did you mean judge\?/,
    ],
    [
      "a condition that does not parse",
      `flow: graph\n${twoStages}edges:\n  - { from: train, to: judge, when: "facts.x >" }\n`,
      /ours\.workflow\.yaml:9:\d+: .*does not parse/,
    ],
  ])("names file and line of %s", async (_what, rest, message) => {
    writeFileSync(join(own, "ours.workflow.yaml"), flow("ours", rest));
    expect(await complaint()).toMatch(message);
  });
});
