import { type Result, assertNever, ok } from "#core/contract/failure.ts";
import type { JsonValue } from "#core/contract/json.ts";
import { deepEqual } from "./deep-equal.ts";
import { type Expression, type ExpressionNode, type Span, sourceOf } from "./expression.ts";
import { expressionFailure, knownHint } from "./expression-failure.ts";
import { followSteps } from "./expression-paths.ts";
import { type FunctionTable, standardFunctions, typeName } from "./function-table.ts";
import { callProblem } from "./parse-expression.ts";

/** What an expression can see: nothing but these members and functions. */
export interface ExpressionScope {
  /** By the names that paths begin with. */
  values: Readonly<Record<string, JsonValue>>;
  /** Beside the standard ones; a function here hides a standard one of the same name. */
  functions?: FunctionTable;
}

/**
 * The value of an expression. A missing member or index is null. `and`, `or` and `not` want true or false; `<`
 * and the like two numbers or two texts; anything else is a failure that names the part and its type, null too,
 * so that a fact which is not there never counts as "no". `==` compares whole values and never converts. `and`
 * and `or` stop at the operand that decides. Reads own members only, and takes time linear in the expression and
 * the values it compares.
 */
export function evaluate(expression: Expression, scope: ExpressionScope): Result<JsonValue> {
  const functions =
    scope.functions === undefined ? standardFunctions : { ...standardFunctions, ...scope.functions };
  return valueOf({ expression, values: scope.values, functions }, expression.root);
}

/** Like evaluate, for conditions: the value must be true or false. */
export function evaluateCondition(expression: Expression, scope: ExpressionScope): Result<boolean> {
  const value = evaluate(expression, scope);
  if (!value.ok) return value;
  if (typeof value.value === "boolean") return ok(value.value);
  return expressionFailure(
    expression.text,
    0,
    `a condition must be true or false, this one is ${typeName(value.value)}${whenNull(value.value)}`,
  );
}

interface Context {
  expression: Expression;
  values: Readonly<Record<string, JsonValue>>;
  functions: FunctionTable;
}

const whenNull = (value: JsonValue) =>
  value === null ? "; ask has(…) first or give a value with default(…, …)" : "";

function problem(context: Context, node: Span, message: string) {
  return expressionFailure(context.expression.text, node.from, message);
}

function wrongType(context: Context, operand: { node: ExpressionNode; value: JsonValue; needed: string }) {
  const { node, value, needed } = operand;
  const source = sourceOf(context.expression, node);
  return problem(context, node, `\`${source}\` is ${typeName(value)}; ${needed}${whenNull(value)}`);
}

function valueOf(context: Context, node: ExpressionNode): Result<JsonValue> {
  switch (node.kind) {
    case "literal":
      return ok(node.value);
    case "list":
      return valuesOf(context, node.items);
    case "path":
      return pathValue(context, node);
    case "member": {
      const target = valueOf(context, node.target);
      return target.ok ? ok(followSteps(target.value, node.steps)) : target;
    }
    case "call":
      return callValue(context, node);
    case "not": {
      const operand = truthOf(context, node.operand, "`not` needs true or false");
      return operand.ok ? ok(!operand.value) : operand;
    }
    case "negate": {
      const operand = numberOf(context, node.operand, "`-` needs a number");
      return operand.ok ? ok(0 - operand.value) : operand;
    }
    case "arithmetic":
      return arithmeticValue(context, node);
    case "comparison":
      return comparisonValue(context, node);
    case "all":
    case "any":
      return junctionValue(context, node);
    default:
      return assertNever(node, "expression node");
  }
}

function valuesOf(context: Context, nodes: ExpressionNode[]): Result<JsonValue[]> {
  const values: JsonValue[] = [];
  for (const node of nodes) {
    const value = valueOf(context, node);
    if (!value.ok) return value;
    values.push(value.value);
  }
  return ok(values);
}

function pathValue(context: Context, node: ExpressionNode & { kind: "path" }): Result<JsonValue> {
  if (!Object.hasOwn(context.values, node.root)) {
    return problem(
      context,
      node,
      `\`${node.root}\` unknown${knownHint(node.root, Object.keys(context.values))}`,
    );
  }
  return ok(followSteps(context.values[node.root] ?? null, node.steps));
}

function callValue(context: Context, node: ExpressionNode & { kind: "call" }): Result<JsonValue> {
  const mistake = callProblem(context.functions, node.name, node.arguments.length);
  if (mistake !== undefined) return problem(context, node, mistake);
  const values = valuesOf(context, node.arguments);
  if (!values.ok) return values;
  const argumentSource = (index: number) => {
    const argument = node.arguments[index];
    return argument === undefined ? "" : sourceOf(context.expression, argument);
  };
  const result = context.functions[node.name]?.call(values.value, argumentSource);
  if (result === undefined) return problem(context, node, `there is no function \`${node.name}\``);
  return result.ok ? result : problem(context, node, result.failure.message);
}

function truthOf(context: Context, node: ExpressionNode, needed: string): Result<boolean> {
  const value = valueOf(context, node);
  if (!value.ok) return value;
  return typeof value.value === "boolean"
    ? ok(value.value)
    : wrongType(context, { node, value: value.value, needed });
}

function numberOf(context: Context, node: ExpressionNode, needed: string): Result<number> {
  const value = valueOf(context, node);
  if (!value.ok) return value;
  return typeof value.value === "number"
    ? ok(value.value)
    : wrongType(context, { node, value: value.value, needed });
}

function junctionValue(context: Context, node: ExpressionNode & { kind: "all" | "any" }): Result<boolean> {
  const deciding = node.kind === "any";
  const word = deciding ? "or" : "and";
  for (const operand of node.operands) {
    const value = truthOf(context, operand, `\`${word}\` needs true or false`);
    if (!value.ok || value.value === deciding) return value;
  }
  return ok(!deciding);
}

function arithmeticValue(context: Context, node: ExpressionNode & { kind: "arithmetic" }): Result<number> {
  const first = numberOf(context, node.first, `\`${node.rest[0]?.operator ?? "+"}\` needs numbers`);
  if (!first.ok) return first;
  let total = first.value;
  for (const { operator, operand } of node.rest) {
    const next = numberOf(context, operand, `\`${operator}\` needs numbers`);
    if (!next.ok) return next;
    if (operator === "/" && next.value === 0) {
      return problem(
        context,
        operand,
        `\`${sourceOf(context.expression, operand)}\` is 0; nothing can be divided by it`,
      );
    }
    total = applied(operator, total, next.value);
    if (!Number.isFinite(total)) return problem(context, operand, "the result is too large");
  }
  // Adding 0 turns -0, which JSON cannot tell from 0, into 0.
  return ok(total + 0);
}

function applied(operator: "+" | "-" | "*" | "/", left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    default:
      return assertNever(operator, "arithmetic operator");
  }
}

function comparisonValue(context: Context, node: ExpressionNode & { kind: "comparison" }): Result<boolean> {
  const left = valueOf(context, node.left);
  if (!left.ok) return left;
  const right = valueOf(context, node.right);
  if (!right.ok) return right;
  switch (node.operator) {
    case "==":
      return ok(deepEqual(left.value, right.value));
    case "!=":
      return ok(!deepEqual(left.value, right.value));
    case "in":
      return isMember(context, node, { item: left.value, container: right.value });
    case "not in": {
      const found = isMember(context, node, { item: left.value, container: right.value });
      return found.ok ? ok(!found.value) : found;
    }
    default:
      return order(context, node, [left.value, right.value]);
  }
}

type Comparison = ExpressionNode & { kind: "comparison" };

function isMember(
  context: Context,
  node: Comparison,
  { item, container }: { item: JsonValue; container: JsonValue },
): Result<boolean> {
  if (Array.isArray(container)) return ok(container.some((member) => deepEqual(member, item)));
  if (container === null || typeof container !== "object") {
    const needed =
      typeof container === "string"
        ? "`in` looks into lists and objects; write contains(text, part) for texts"
        : "`in` looks into lists and objects";
    return wrongType(context, { node: node.right, value: container, needed });
  }
  if (typeof item !== "string") {
    return wrongType(context, { node: node.left, value: item, needed: "the names in an object are texts" });
  }
  return ok(Object.hasOwn(container, item));
}

function order(context: Context, node: Comparison, [left, right]: [JsonValue, JsonValue]): Result<boolean> {
  const needed = `\`${node.operator}\` compares two numbers or two texts`;
  if (typeof left !== "number" && typeof left !== "string") {
    return wrongType(context, { node: node.left, value: left, needed });
  }
  if (typeof left !== typeof right || (typeof right !== "number" && typeof right !== "string")) {
    return wrongType(context, {
      node: node.right,
      value: right,
      needed: `${needed}, and the left is ${typeName(left)}`,
    });
  }
  switch (node.operator) {
    case "<":
      return ok(left < right);
    case "<=":
      return ok(left <= right);
    case ">":
      return ok(left > right);
    default:
      return ok(left >= right);
  }
}
