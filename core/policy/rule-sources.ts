import { type Role, Role as RoleSchema } from "#core/contract/actor.ts";
import type { GateKind } from "#core/contract/gate.ts";
import type { PermissionRule, PermissionSource } from "#core/contract/permission.ts";

/** Strength of each source where its rules name no priority of their own. */
export const sourcePriority = {
  allowlist: 10,
  humanInTheLoop: 40,
  profileAsk: 45,
  operatorPolicy: 50,
  complianceGate: 55,
  profileDeny: 60,
  rbac: 90,
} as const;

const rank = (role: Role): number => RoleSchema.options.indexOf(role);

/** RBAC: calls by somebody below the least role for the tool's effect are denied, and nothing overrides that. */
export function createRbacSource(least: {
  none: Role;
  read: Role;
  write: Role;
  external: Role;
}): PermissionSource {
  return {
    source: "rbac",
    rulesFor(request) {
      const needed = least[request.toolEffect];
      if (rank(request.role) >= rank(needed)) return [];
      return [
        {
          ...base(
            `rbac.${request.toolEffect}`,
            "rbac",
            `a ${request.role} may not call a tool with effect ${request.toolEffect}; it needs the role ${needed}`,
          ),
          behaviour: "deny",
          priority: sourcePriority.rbac,
          invariant: true,
          tool: request.tool,
        },
      ];
    },
  };
}

/** Agent allowlist: what the manifest lists is allowed, weakly; for the rest the default of `decide` speaks. */
export function createAllowlistSource(): PermissionSource {
  return {
    source: "agent-allowlist",
    rulesFor(request) {
      if (request.agentTools?.includes(request.tool) !== true) return [];
      return [
        {
          ...base(
            `allowlist.${request.agent}`,
            "agent-allowlist",
            `${request.tool} is on the tool list of ${request.agent}`,
          ),
          behaviour: "allow",
          priority: sourcePriority.allowlist,
          tool: request.tool,
        },
      ];
    },
  };
}

/** Tools that always need a person's word, by glob. */
export function createHumanInTheLoopSource(
  tools: readonly { tool: string; gate: GateKind; reason: string }[],
): PermissionSource {
  const rules = tools.map(
    ({ tool, gate, reason }): PermissionRule => ({
      ...base(`approval.${tool}`, "human-in-the-loop", reason),
      behaviour: "ask",
      priority: sourcePriority.humanInTheLoop,
      tool,
      gate,
    }),
  );
  return { source: "human-in-the-loop", rulesFor: () => rules };
}

/** Rules as they were written: an operator's policy or a profile's baseline. `decide` does the matching. */
export function createFixedSource(
  source: "operator-policy" | "profile",
  rules: readonly PermissionRule[],
): PermissionSource {
  const own = [...rules];
  return { source, rulesFor: () => own };
}

/** The members that every made rule has. */
function base(id: string, source: PermissionRule["source"], reason: string) {
  return { id, source, reason, invariant: false, tool: "*" } as const;
}
