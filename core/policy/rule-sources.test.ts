import { describe, expect, it } from "vitest";
import type { PermissionRequest } from "#core/contract/permission.ts";
import { createComplianceSource } from "./compliance-gate.ts";
import { createPolicyEngine } from "./policy-engine.ts";
import { createAllowlistSource, createHumanInTheLoopSource, createRbacSource } from "./rule-sources.ts";

const request: PermissionRequest = {
  tool: "package_model",
  toolEffect: "write",
  agent: "model_packager",
  agentTools: ["package_model"],
  role: "operator",
  argumentsJson: "{}",
  profile: undefined,
  at: 0,
  facts: { facts: {}, approved: {}, visits: {}, request: {} },
};
const rbac = createRbacSource({ none: "viewer", read: "viewer", write: "operator", external: "admin" });

function gates(deny_if: string, invariant = false) {
  const made = createComplianceSource([
    { id: "fairness_gate", blocks_tool: "package_model", deny_if, reason: "too unfair", invariant },
  ]);
  if (!made.ok) throw new Error(made.failure.message);
  return made.value;
}

describe("rule sources", () => {
  it("denies a caller below the role that an effect needs, whatever other rules say", () => {
    const allowsAll = {
      source: "operator-policy" as const,
      rulesFor: () => [
        {
          id: "all",
          source: "operator-policy" as const,
          behaviour: "allow" as const,
          priority: 1000,
          invariant: false,
          reason: "x",
          tool: "*",
        },
      ],
    };
    const engine = createPolicyEngine([rbac, createAllowlistSource(), allowsAll]);
    expect(engine.decide({ ...request, role: "viewer" })).toMatchObject({
      outcome: "deny",
      invariant: true,
      winner: { source: "rbac" },
      reason: expect.stringContaining("operator"),
    });
    expect(engine.decide(request).outcome).toBe("allow");
  });

  it("asks for the gate of its kind where a tool needs a person", () => {
    const engine = createPolicyEngine([
      createAllowlistSource(),
      createHumanInTheLoopSource([{ tool: "package_*", gate: "deploy", reason: "shipping needs a word" }]),
    ]);
    expect(engine.decide(request)).toMatchObject({
      outcome: "ask",
      gate: "deploy",
      reason: "shipping needs a word",
    });
  });

  it("blocks a tool while a compliance condition holds, above the allowlist", () => {
    const engine = createPolicyEngine([createAllowlistSource(), gates("facts.fairness.worst > 0.1")]);
    const worst = (value: number) => ({ ...request, facts: { facts: { fairness: { worst: value } } } });
    expect(engine.decide(worst(0.2))).toMatchObject({
      outcome: "deny",
      winner: { source: "compliance-gate", priority: 55 },
    });
    expect(engine.decide(worst(0.05)).outcome).toBe("allow");
  });

  it("blocks when the compliance condition cannot be computed, and says so", () => {
    const engine = createPolicyEngine([createAllowlistSource(), gates("facts.fairness.worst > 0.1")]);
    expect(engine.decide(request)).toMatchObject({
      outcome: "deny",
      reason: expect.stringContaining("cannot be computed"),
    });
  });

  it("refuses a compliance condition that does not parse, naming the gate", () => {
    const made = createComplianceSource([
      { id: "bad", blocks_tool: "x", deny_if: "facts.", reason: "r", invariant: false },
    ]);
    expect(made).toMatchObject({
      ok: false,
      failure: { code: "invalid-input", message: expect.stringContaining("bad") },
    });
  });

  it("denies when a source cannot be asked", () => {
    const engine = createPolicyEngine([
      createAllowlistSource(),
      {
        source: "egress",
        rulesFor: () => {
          throw new Error("no list");
        },
      },
    ]);
    expect(engine.decide(request)).toMatchObject({
      outcome: "deny",
      invariant: true,
      winner: { source: "egress" },
    });
  });
});
