import type { Playbook } from "#core/contract/agent-manifest.ts";
import { type Result, fail, ok } from "#core/contract/failure.ts";
import type { JsonValue } from "#core/contract/json.ts";
import type { ExpressionScope } from "#core/expression/evaluate-expression.ts";
import type { ExpressionFunction, FunctionTable } from "#core/expression/function-table.ts";
import type { KnownNames } from "#core/expression/parse-expression.ts";
import type { PlayHistory } from "./play-history.ts";

const roots = ["task", "inputs", "request", "facts", "last"];

/**
 * What the expressions of a playbook can see: `task`, `inputs`, `request`, `facts`, `last`, and by a tool's name
 * `called(name)`, `count(name)`, `result(name)` (its last successful result or null), `failed(name)` (its last
 * result was a failure) and `failure(name)` (that failure's content or null).
 */
export function playScope(playbook: Playbook, history: PlayHistory): ExpressionScope {
  const { task, inputs, request, facts, last } = history;
  return { values: { task, inputs, request, facts, last }, functions: playFunctions(playbook, history) };
}

/** The names of that scope, for checking a playbook before anything has happened. */
export const playNames: KnownNames = {
  roots,
  functions: playFunctions(
    { rules: [] },
    {
      task: "",
      inputs: {},
      request: {},
      facts: {},
      calls: new Map(),
      results: new Map(),
      last: null,
      firings: [],
    },
  ),
};

/** The functions whose argument is the name of a tool. */
export const toolFunctions = ["called", "count", "result", "failed", "failure"];

function playFunctions(playbook: Playbook, history: PlayHistory): FunctionTable {
  const count = (name: string) => {
    // Old messages may be gone; the rules that call this tool still know how often they fired.
    const fired = playbook.rules.reduce(
      (sum, rule, index) => sum + (rule.call === name ? (history.firings[index] ?? 0) : 0),
      0,
    );
    return Math.max(fired, history.calls.get(name) ?? 0);
  };
  const about = (name: string) => history.results.get(name);
  return {
    called: ofTool((name) => count(name) > 0),
    count: ofTool(count),
    result: ofTool((name) => about(name)?.success ?? null),
    failed: ofTool((name) => about(name)?.failure !== undefined),
    failure: ofTool((name) => about(name)?.failure?.content ?? null),
  };
}

function ofTool(answer: (name: string) => JsonValue): ExpressionFunction {
  return {
    arity: [1, 1],
    call: ([name], sourceOf): Result<JsonValue> =>
      typeof name === "string"
        ? ok(answer(name))
        : fail("invalid-input", `\`${sourceOf(0)}\` must be the name of a tool as a text`),
  };
}
