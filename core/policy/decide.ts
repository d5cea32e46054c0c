import type { Decision, MatchedRule, PermissionRequest, PermissionRule } from "#core/contract/permission.ts";
import { matches } from "./match-rule.ts";

/** At equal priority a careful reader expects deny to override ask, and ask to override allow. */
const strictness = { deny: 2, ask: 1, allow: 0 } as const;

/**
 * Decides one tool call. (1) Any matching invariant deny wins. (2) Otherwise the highest priority wins. (3) At
 * equal priority: deny, then ask, then allow. (4) Without a match: deny for a tool off the agent's list, allow
 * for a call made by a person. Pure; `matched` holds every rule that matched, strongest first.
 */
export function decide(rules: readonly PermissionRule[], request: PermissionRequest): Decision {
  const matched = rules.filter((rule) => matches(rule, request)).sort(byStrength);
  const winner = matched[0];
  if (winner === undefined) return defaultDecision(request);
  return {
    outcome: winner.behaviour,
    invariant: isInvariantDeny(winner),
    winner: summary(winner),
    matched: matched.map(summary),
    reason: winner.reason,
    ...(winner.behaviour === "ask" ? { gate: winner.gate ?? "manual" } : {}),
  };
}

const isInvariantDeny = (rule: PermissionRule): boolean => rule.invariant && rule.behaviour === "deny";

function byStrength(left: PermissionRule, right: PermissionRule): number {
  return (
    Number(isInvariantDeny(right)) - Number(isInvariantDeny(left)) ||
    right.priority - left.priority ||
    strictness[right.behaviour] - strictness[left.behaviour] ||
    (left.id < right.id ? -1 : left.id > right.id ? 1 : 0)
  );
}

function defaultDecision(request: PermissionRequest): Decision {
  if (request.agentTools === undefined) {
    return {
      outcome: "allow",
      invariant: false,
      matched: [],
      reason: "no rule matched, and a person makes this call",
    };
  }
  return {
    outcome: "deny",
    invariant: false,
    matched: [],
    reason: `${request.tool} is not on the tool list of ${request.agent ?? "this agent"}; ask for work that its tools can do or hand it to an agent that has it`,
  };
}

function summary(rule: PermissionRule): MatchedRule {
  const { id, source, behaviour, priority, invariant, reason } = rule;
  return { id, source, behaviour, priority, invariant, reason };
}
