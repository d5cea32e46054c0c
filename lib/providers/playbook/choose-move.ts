import type { Playbook, PlaybookRule } from "#core/contract/agent-manifest.ts";
import { type Result, fail, ok } from "#core/contract/failure.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import type { ProviderRequest } from "#core/contract/provider.ts";
import { type ExpressionScope, evaluateCondition } from "#core/expression/evaluate-expression.ts";
import { parseExpression } from "#core/expression/parse-expression.ts";
import { renderTemplate, renderText } from "#core/expression/template.ts";
import { writeCallTag } from "./call-tag.ts";
import { readPlayHistory } from "./play-history.ts";
import { playScope } from "./play-scope.ts";

/** What the agent does now. */
export interface PlayMove {
  text: string;
  call: { id: string; name: string; input: JsonObject } | undefined;
}

/**
 * The first rule, from the top, that fired fewer than `times` times and whose condition holds. Pure: the same
 * conversation gives the same move. Failures name the agent, the rule (counted from 1) and the expression.
 */
export function chooseMove(playbook: Playbook, request: ProviderRequest): Result<PlayMove> {
  const { agent } = request.origin;
  const history = readPlayHistory(request.messages);
  if (!history.ok) return refused(`agent ${agent}: ${history.failure.message}`);
  const scope = playScope(playbook, history.value);
  for (const [index, rule] of playbook.rules.entries()) {
    const fired = history.value.firings[index] ?? 0;
    if (fired >= rule.times) continue;
    const holds = ruleHolds(rule, scope);
    if (!holds.ok) return ruleFailure({ agent, index, where: "when", message: holds.failure.message });
    if (!holds.value) continue;
    const counts = playbook.rules.map(
      (_, other) => (history.value.firings[other] ?? 0) + (other === index ? 1 : 0),
    );
    return moveOf({
      rule,
      index,
      scope,
      request,
      tag: writeCallTag({ rule: index, firing: fired + 1, counts }),
    });
  }
  return ok({
    text: `No rule of the playbook of agent ${agent} applies to what has happened so far, so its work ends here.`,
    call: undefined,
  });
}

function ruleHolds(rule: PlaybookRule, scope: ExpressionScope): Result<boolean> {
  if (rule.when === undefined) return ok(true);
  const condition = parseExpression(rule.when);
  return condition.ok ? evaluateCondition(condition.value, scope) : condition;
}

function moveOf(chosen: {
  rule: PlaybookRule;
  index: number;
  scope: ExpressionScope;
  request: ProviderRequest;
  tag: string;
}): Result<PlayMove> {
  const { rule, index, scope, request, tag } = chosen;
  const { agent } = request.origin;
  const where = rule.finish === undefined ? "say" : "finish";
  const text = renderText(rule.finish ?? rule.say ?? "", scope);
  if (!text.ok) return ruleFailure({ agent, index, where, message: text.failure.message });
  if (rule.call === undefined) return ok({ text: text.value, call: undefined });
  const name = rule.call;
  if (!request.tools.some((tool) => tool.name === name)) {
    return ruleFailure({
      agent,
      index,
      where: "call",
      message: `the tool ${name} is not offered to this agent`,
    });
  }
  const input = renderedInput(rule.with ?? {}, scope);
  if (!input.ok) return ruleFailure({ agent, index, where: "with", message: input.failure.message });
  return ok({ text: text.value, call: { id: tag, name, input: input.value } });
}

/**
 * Arguments that are one `${…}` and come out as null are left out, as a model leaves out what it does not know;
 * a null that is written in the playbook stays.
 */
function renderedInput(template: Record<string, JsonValue>, scope: ExpressionScope): Result<JsonObject> {
  const members: [string, JsonValue][] = [];
  for (const [name, value] of Object.entries(template)) {
    const rendered = renderTemplate(value, scope);
    if (!rendered.ok) return rendered;
    if (rendered.value !== null || value === null) members.push([name, rendered.value]);
  }
  return ok(Object.fromEntries(members));
}

function ruleFailure(problem: { agent: string; index: number; where: string; message: string }) {
  const { agent, index, where, message } = problem;
  return refused(`agent ${agent}, playbook rule ${index + 1}, ${where}: ${message}`, {
    agent,
    rule: index + 1,
    where,
  });
}

function refused(message: string, details?: JsonObject) {
  return fail("provider-rejected-request", message, details === undefined ? {} : { details });
}
