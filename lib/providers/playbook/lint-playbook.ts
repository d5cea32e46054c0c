import type { Playbook, PlaybookRule } from "#core/contract/agent-manifest.ts";
import type { Failure } from "#core/contract/failure.ts";
import { callsOf } from "#core/expression/expression-calls.ts";
import type { Expression } from "#core/expression/expression.ts";
import { parseExpression } from "#core/expression/parse-expression.ts";
import { templateExpressions } from "#core/expression/template.ts";
import { nearestName } from "#core/registry/nearest-name.ts";
import { MAX_PLAYBOOK_RULES } from "./call-tag.ts";
import { playNames, toolFunctions } from "./play-scope.ts";

/** `rule` counts from 1; `where` is the member of the rule. */
export interface PlaybookProblem {
  rule: number;
  where: "when" | "say" | "call" | "with" | "finish" | "rule";
  message: string;
}

/**
 * What can be known to be wrong with a playbook before it runs: expressions that do not parse or name what there
 * is not, tools that the agent does not have, members without effect, rules that are never reached. `toolNames`
 * are all names in the agent's offer, transfers included.
 */
export function lintPlaybook(playbook: Playbook, toolNames: readonly string[]): PlaybookProblem[] {
  const problems: PlaybookProblem[] = [];
  if (playbook.rules.length > MAX_PLAYBOOK_RULES) {
    const message = `a playbook has at most ${MAX_PLAYBOOK_RULES} rules, this one has ${playbook.rules.length}`;
    problems.push({ rule: MAX_PLAYBOOK_RULES + 1, where: "rule", message });
  }
  for (const [index, rule] of playbook.rules.entries()) {
    const number = index + 1;
    const report = (where: PlaybookProblem["where"], message: string) =>
      problems.push({ rule: number, where, message });
    for (const { where, expressions, failures } of writtenIn(rule)) {
      for (const { message } of failures) report(where, message);
      for (const message of expressions.flatMap((expression) => wrongTools(expression, toolNames)))
        report(where, message);
    }
    if (rule.call !== undefined && !toolNames.includes(rule.call)) {
      report("call", unknownTool(rule.call, toolNames));
    }
    if (rule.finish !== undefined && rule.with !== undefined)
      report("with", "`with` has no effect beside `finish`");
    if (rule.finish !== undefined && rule.say !== undefined)
      report("say", "`say` has no effect beside `finish`");
  }
  const last = playbook.rules.findIndex((rule) => rule.finish !== undefined && rule.when === undefined);
  if (last !== -1 && last < playbook.rules.length - 1) {
    problems.push({
      rule: last + 2,
      where: "rule",
      message: `never reached: rule ${last + 1} finishes whatever happened; give it a \`when\` or move it to the end`,
    });
  }
  return problems;
}

function writtenIn(
  rule: PlaybookRule,
): { where: PlaybookProblem["where"]; expressions: Expression[]; failures: Failure[] }[] {
  const condition = rule.when === undefined ? undefined : parseExpression(rule.when, playNames);
  return [
    {
      where: "when",
      expressions: condition?.ok === true ? [condition.value] : [],
      failures: condition?.ok === false ? [condition.failure] : [],
    },
    { where: "say", ...templateExpressions(rule.say ?? "", playNames) },
    { where: "with", ...templateExpressions(rule.with ?? {}, playNames) },
    { where: "finish", ...templateExpressions(rule.finish ?? "", playNames) },
  ];
}

function wrongTools(expression: Expression, toolNames: readonly string[]): string[] {
  return callsOf(expression).flatMap(({ name, literals: [tool] }) => {
    if (!toolFunctions.includes(name) || tool === undefined) return [];
    if (typeof tool !== "string") return [`${name}(…) takes the name of a tool in quotes`];
    return toolNames.includes(tool) ? [] : [`${name}('${tool}'): ${unknownTool(tool, toolNames)}`];
  });
}

function unknownTool(name: string, toolNames: readonly string[]): string {
  const near = nearestName(name, toolNames);
  return `the agent has no tool ${name}${near === undefined ? "; add it to the agent's tools" : `; did you mean ${near}?`}`;
}
