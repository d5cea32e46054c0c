import type { ComplianceGate } from "#core/contract/deployment.ts";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { JsonObject } from "#core/contract/json.ts";
import type { PermissionSource } from "#core/contract/permission.ts";
import { evaluateCondition } from "#core/expression/evaluate-expression.ts";
import { type Expression, parseExpression } from "#core/expression/parse-expression.ts";
import { sourcePriority } from "./rule-sources.ts";

/**
 * Turns compliance gates into a rule source: a gate denies its tool while its condition holds, and also when the
 * condition cannot be computed, for example because the audit it rests on was never made. Fails on a condition
 * that does not parse.
 */
export function createComplianceSource(gates: readonly ComplianceGate[]): Result<PermissionSource> {
  const compiled: { gate: ComplianceGate; condition: Expression }[] = [];
  for (const gate of gates) {
    const parsed = parseExpression(gate.deny_if, { roots: ["facts", "approved", "visits"] });
    if (!parsed.ok) {
      return fail(
        "invalid-input",
        `compliance gate ${gate.id}: deny_if does not parse: ${parsed.failure.message}`,
      );
    }
    compiled.push({ gate, condition: parsed.value });
  }
  return ok({
    source: "compliance-gate",
    rulesFor(request) {
      return compiled.flatMap(({ gate, condition }) => {
        const reason =
          gate.blocks_tool === request.tool
            ? denialOf(gate, condition, request.facts as JsonObject)
            : undefined; // facts are JSON from events
        if (reason === undefined) return [];
        return [
          {
            id: gate.id,
            source: "compliance-gate" as const,
            behaviour: "deny" as const,
            priority: sourcePriority.complianceGate,
            invariant: gate.invariant,
            reason,
            tool: request.tool,
          },
        ];
      });
    },
  });
}

function denialOf(gate: ComplianceGate, condition: Expression, facts: JsonObject): string | undefined {
  const denies = evaluateCondition(condition, { values: facts });
  if (!denies.ok)
    return `${gate.reason} (${gate.id} cannot be computed: ${denies.failure.message})`.slice(0, 500);
  return denies.value ? gate.reason : undefined;
}
