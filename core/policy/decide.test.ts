import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PermissionRequest, PermissionRule } from "#core/contract/permission.ts";
import { decide } from "./decide.ts";

const request: PermissionRequest = {
  tool: "deploy_serving",
  toolEffect: "external",
  agent: "serving_deployer",
  agentTools: ["deploy_serving"],
  role: "operator",
  argumentsJson: '{"environment":"prod"}',
  profile: undefined,
  at: Date.UTC(2026, 10, 21, 8),
  facts: {},
};

const rule = (more: Partial<PermissionRule>): PermissionRule =>
  PermissionRule.parse({
    id: `${more.behaviour}.${more.priority}${more.invariant === true ? ".invariant" : ""}`,
    source: "operator-policy",
    behaviour: "allow",
    priority: 50,
    reason: "test",
    ...more,
  });

type Row = [name: string, rules: Partial<PermissionRule>[], outcome: string, winner: string | undefined];

describe("decide: the truth table", () => {
  it.each<Row>([
    [
      "invariant deny beats a higher allow",
      [
        { behaviour: "deny", priority: 60, invariant: true },
        { behaviour: "allow", priority: 1000 },
      ],
      "deny",
      "deny.60.invariant",
    ],
    [
      "invariant deny beats a higher ask",
      [
        { behaviour: "deny", priority: 60, invariant: true },
        { behaviour: "ask", priority: 1000 },
      ],
      "deny",
      "deny.60.invariant",
    ],
    [
      "the higher of two invariant denies is named",
      [
        { behaviour: "deny", priority: 60, invariant: true },
        { behaviour: "deny", priority: 90, invariant: true },
      ],
      "deny",
      "deny.90.invariant",
    ],
    [
      "higher allow beats lower deny",
      [
        { behaviour: "allow", priority: 51 },
        { behaviour: "deny", priority: 50 },
      ],
      "allow",
      "allow.51",
    ],
    [
      "higher deny beats lower allow",
      [
        { behaviour: "allow", priority: 50 },
        { behaviour: "deny", priority: 51 },
      ],
      "deny",
      "deny.51",
    ],
    [
      "higher ask beats lower deny",
      [
        { behaviour: "ask", priority: 51 },
        { behaviour: "deny", priority: 50 },
      ],
      "ask",
      "ask.51",
    ],
    [
      "deny before ask at equal priority",
      [
        { behaviour: "ask", priority: 50 },
        { behaviour: "deny", priority: 50 },
      ],
      "deny",
      "deny.50",
    ],
    [
      "ask before allow at equal priority",
      [
        { behaviour: "allow", priority: 50 },
        { behaviour: "ask", priority: 50 },
      ],
      "ask",
      "ask.50",
    ],
    [
      "deny before allow at equal priority",
      [
        { behaviour: "allow", priority: 50 },
        { behaviour: "deny", priority: 50 },
      ],
      "deny",
      "deny.50",
    ],
    [
      "an invariant mark on an allow gives it no strength",
      [
        { behaviour: "allow", priority: 10, invariant: true },
        { behaviour: "deny", priority: 50 },
      ],
      "deny",
      "deny.50",
    ],
    [
      "a rule for another tool does not count",
      [
        { behaviour: "deny", priority: 900, invariant: true, tool: "train_*" },
        { behaviour: "allow", priority: 1 },
      ],
      "allow",
      "allow.1",
    ],
  ])("%s", (_name, rules, outcome, winner) => {
    const decision = decide(rules.map(rule), request);
    expect(decision).toMatchObject({ outcome, winner: { id: winner } });
  });

  it("denies a tool off the agent's list by default, naming agent and tool", () => {
    const decision = decide([], { ...request, agentTools: ["profile_data"] });
    expect(decision).toMatchObject({ outcome: "deny", matched: [], invariant: false });
    expect(decision.reason).toContain("deploy_serving");
    expect(decision.reason).toContain("serving_deployer");
  });

  it("allows by default what a person calls by hand", () => {
    expect(decide([], { ...request, agent: undefined, agentTools: undefined }).outcome).toBe("allow");
  });

  it("lists every rule that matched, strongest first, and none that did not", () => {
    const rules = [
      rule({ id: "a", behaviour: "allow", priority: 10 }),
      rule({ id: "b", behaviour: "deny", priority: 60, invariant: true }),
      rule({ id: "c", behaviour: "ask", priority: 99 }),
      rule({ id: "d", behaviour: "deny", priority: 999, role: "viewer" }),
    ];
    expect(decide(rules, request).matched.map((one) => one.id)).toEqual(["b", "c", "a"]);
  });
});

const anyRule = fc.record({
  id: fc.string({ minLength: 1, maxLength: 8 }),
  source: fc.constant("operator-policy" as const),
  behaviour: fc.constantFrom("allow" as const, "deny" as const, "ask" as const),
  priority: fc.integer({ min: 0, max: 1000 }),
  invariant: fc.constant(false),
  reason: fc.constant("generated"),
  tool: fc.constantFrom("*", "deploy_*", "train_*", "deploy_serving"),
});

describe("decide: laws", () => {
  it("no set of operator rules turns an invariant deny into anything else", () => {
    fc.assert(
      fc.property(
        fc.array(anyRule, { maxLength: 30 }),
        fc.integer({ min: 0, max: 1000 }),
        (rules, priority) => {
          const floor = rule({
            id: "floor",
            source: "profile",
            behaviour: "deny",
            invariant: true,
            priority,
          });
          expect(decide([...rules, floor], request)).toMatchObject({
            outcome: "deny",
            winner: { id: "floor" },
          });
        },
      ),
    );
  });

  it("does not depend on the order of the rules", () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyRule, { maxLength: 12, selector: (one) => one.id }), (rules) => {
        expect(decide(rules.toReversed(), request)).toEqual(decide(rules, request));
      }),
    );
  });

  it("adding a deny never turns a refusal into consent", () => {
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 12 }), anyRule, (rules, extra) => {
        const before = decide(rules, request).outcome;
        const after = decide([...rules, { ...extra, behaviour: "deny" }], request).outcome;
        if (before !== "allow") expect(after).not.toBe("allow");
      }),
    );
  });
});
