import type {
  Decision,
  PermissionRequest,
  PermissionRule,
  PermissionSource,
} from "#core/contract/permission.ts";
import { decide } from "./decide.ts";

/** Gathers the rules of every source for a request and decides. */
export interface PolicyEngine {
  decide(request: PermissionRequest): Decision;
  sources: readonly string[];
}

/**
 * A source that throws cannot be asked, so its silence must not count as consent: the call is denied by an
 * invariant rule in that source's name.
 */
export function createPolicyEngine(sources: readonly PermissionSource[]): PolicyEngine {
  return {
    sources: sources.map((source) => source.source),
    decide(request) {
      const rules: PermissionRule[] = [];
      for (const source of sources) {
        try {
          rules.push(...source.rulesFor(request));
        } catch (error) {
          rules.push({
            id: `${source.source}.broken`,
            source: source.source,
            behaviour: "deny",
            priority: 1000,
            invariant: true,
            reason:
              `the rules of ${source.source} cannot be computed: ${error instanceof Error ? error.message : String(error)}`.slice(
                0,
                500,
              ),
            tool: request.tool,
          });
        }
      }
      return decide(rules, request);
    },
  };
}
