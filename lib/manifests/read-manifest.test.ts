import { describe, expect, it } from "vitest";
import { AgentManifest } from "#core/contract/agent-manifest.ts";
import { Workflow } from "#core/contract/workflow.ts";
import { readManifest } from "./read-manifest.ts";

const agent = `id: trainer
version: 1.0.0
team: training
tier: worker
description: Fits models.
tools:
  - train_classifier
`;

const read = (text: string) =>
  readManifest(text, { file: "agents/trainer.agent.yaml", schema: AgentManifest });
const messageOf = (text: string): string => {
  const result = read(text);
  if (result.ok) throw new Error("expected a failure");
  expect(result.failure.code).toBe("invalid-input");
  return result.failure.message;
};

describe("readManifest", () => {
  it("gives the parsed value with defaults", () => {
    expect(read(agent)).toMatchObject({
      ok: true,
      value: { value: { id: "trainer", limits: { maxTurns: 20 } } },
    });
  });

  it("names file, line and nearest key for an unknown key", () => {
    expect(messageOf(`${agent}delegateTo: []\n`)).toBe(
      "agents/trainer.agent.yaml:8:1: unknown key delegateTo; did you mean delegatesTo?",
    );
  });

  it("names the line of an unknown key in a nested object", () => {
    expect(messageOf(`${agent}limits:\n  maxTurn: 3\n`)).toContain(
      "trainer.agent.yaml:9:3: unknown key maxTurn; did you mean maxTurns?",
    );
  });

  it("names the line of a value that does not fit", () => {
    expect(messageOf(agent.replace("tier: worker", "tier: boss"))).toContain(
      "agents/trainer.agent.yaml:4:1: tier:",
    );
  });

  it("says where YAML itself is broken", () => {
    expect(messageOf("id: [a\nteam: data\n")).toMatch(/trainer\.agent\.yaml:\d+:\d+: not valid YAML/);
  });

  it("refuses a key given twice", () => {
    expect(messageOf(`${agent}team: data\n`)).toContain("unique");
  });

  it("finds keys inside lists of unions", () => {
    const result = readManifest(
      "id: flow\nversion: 1.0.0\ndescription: x\nnodes:\n  - id: a\n    type: stage\n    agent: trainer\n    objectives: do\n",
      { file: "w.yaml", schema: Workflow },
    );
    expect(result.ok).toBe(false);
    if (!result.ok)
      expect(result.failure.message).toContain("w.yaml:8:5: unknown key objectives; did you mean objective?");
  });

  it("does not unfold documents without end", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
      .split("")
      .map(
        (name, index) =>
          `${name}: &${name} [${Array.from({ length: 9 }, () => `*${"abcdefgh"[index]}`).join(",")}]`,
      )
      .join("\n")}\n`;
    expect(messageOf(bomb)).toMatch(/alias/i);
  });
});
