import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PermissionRule } from "#core/contract/permission.ts";
import { checkArgumentsPattern, matches, matchesGlob } from "./match-rule.ts";

const request = {
  tool: "deploy_serving",
  toolEffect: "external" as const,
  agent: "serving_deployer",
  agentTools: undefined,
  role: "operator" as const,
  argumentsJson: '{"environment":"prod"}',
  profile: "generic_ml",
  at: Date.UTC(2026, 10, 21, 8, 30),
  facts: {},
};
const rule = (more: Record<string, unknown>) =>
  PermissionRule.parse({
    id: "r",
    source: "profile",
    behaviour: "deny",
    priority: 1,
    reason: "test",
    ...more,
  });

describe("matches", () => {
  it.each([
    [{ tool: "deploy_*" }, true],
    [{ tool: "deploy_?erving" }, true],
    [{ tool: "train_*" }, false],
    [{ agent: "serving_*" }, true],
    [{ agent: "trainer" }, false],
    [{ role: "operator" }, true],
    [{ role: "admin" }, false],
    [{ profile: "generic_ml" }, true],
    [{ profile: "hipaa" }, false],
    [{ argumentsPattern: '"environment":"prod"' }, true],
    [{ argumentsPattern: '"environment":"test"' }, false],
    [{ timeWindow: { hours: "08:00-09:00" } }, true],
    [{ timeWindow: { hours: "08:31-09:00" } }, false],
    [{ timeWindow: { days: [6], hours: "00:00-24:00".replace("24:00", "23:59") } }, true],
    [{ timeWindow: { days: [0], hours: "00:00-23:59" } }, false],
    [{ timeWindow: { days: [5], hours: "22:00-09:00" } }, true],
    [{ timeWindow: { days: [6], hours: "22:00-09:00" } }, false],
    [{ tool: "deploy_*", role: "admin" }, false],
  ])("%j on a call at Saturday 08:30 UTC: %s", (conditions, expected) => {
    expect(matches(rule(conditions), request)).toBe(expected);
  });
});

describe("matchesGlob", () => {
  it("agrees with the regular expression it stands for", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 12 }).map((parts) => parts.join("")),
        fc.array(fc.constantFrom("a", "b"), { maxLength: 16 }).map((parts) => parts.join("")),
        (pattern, text) => {
          const expression = new RegExp(`^${pattern.replace(/\*+/g, ".*").replaceAll("?", ".")}$`);
          expect(matchesGlob(pattern, text)).toBe(expression.test(text));
        },
      ),
    );
  });
});

describe("checkArgumentsPattern", () => {
  it.each(["(a+)+$", "(a|aa)+$", "((ab)*c)*", "(x+x+)+y", "(?:a*)*b"])(
    "refuses %s, which can take exponential time",
    (pattern) => {
      expect(checkArgumentsPattern(pattern)).toMatchObject({ ok: false, failure: { code: "invalid-input" } });
    },
  );
  it.each(["(a)\\1", "a(?=b)", "a(?!b)", "(?<=a)b", "(", "[z-a]"])("refuses %s", (pattern) => {
    expect(checkArgumentsPattern(pattern).ok).toBe(false);
  });
  it.each(['"env":"prod"', "^.*secret.*$", "a+b*c?", "[(+*]+", "(ab){2}", "\\(a+\\)+"])(
    "accepts %s",
    (pattern) => {
      expect(checkArgumentsPattern(pattern)).toEqual({ ok: true, value: pattern });
    },
  );
});
