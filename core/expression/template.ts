import { type Failure, type Result, fail, ok } from "#core/contract/failure.ts";
import type { JsonValue } from "#core/contract/json.ts";
import { type ExpressionScope, evaluate } from "./evaluate-expression.ts";
import type { Expression } from "./expression.ts";
import { expressionFailure } from "./expression-failure.ts";
import { MAX_RENDERED_LENGTH, typeName } from "./function-table.ts";
import { type KnownNames, parseExpression } from "./parse-expression.ts";

/** A template is written by hand; deeper nesting is a mistake. */
const MAX_TEMPLATE_DEPTH = 40;

/** Plain text, or an expression whose value stands in its place. */
export type TemplatePart = string | Expression;

/**
 * Splits a text at its `${expression}` places. `$${` is a plain `${`. A `}` inside quotes belongs to the
 * expression.
 */
export function parseTemplate(text: string, known?: KnownNames): Result<TemplatePart[]> {
  const parts: TemplatePart[] = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    if (text.startsWith("$${", at)) {
      plain += "${";
      at += 3;
    } else if (text.startsWith("${", at)) {
      const end = closingBrace(text, at + 2);
      if (end === undefined)
        return expressionFailure(text, at, "the `${` that begins here has no closing `}`");
      const expression = parseExpression(text.slice(at + 2, end), known);
      if (!expression.ok) return expression;
      if (plain !== "") parts.push(plain);
      parts.push(expression.value);
      plain = "";
      at = end + 1;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain !== "" || parts.length === 0) parts.push(plain);
  return ok(parts);
}

function closingBrace(text: string, from: number): number | undefined {
  let quote: string | undefined;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (quote === undefined) {
      if (character === "}") return at;
      if (character === "'" || character === '"') quote = character;
    } else if (character === "\\") {
      at += 1;
    } else if (character === quote) {
      quote = undefined;
    }
  }
  return undefined;
}

/**
 * Fills the `${…}` places of every string in a value; names of members stay as they are. A string that is exactly
 * one `${…}` becomes the value itself with its type; elsewhere texts, numbers and booleans are written out, lists
 * and objects as JSON, and null is a failure that names the expression.
 */
export function renderTemplate(template: JsonValue, scope: ExpressionScope): Result<JsonValue> {
  return render(template, scope, 0);
}

/** Like renderTemplate for one text: the result is a text too. */
export function renderText(template: string, scope: ExpressionScope): Result<string> {
  const parts = parseTemplate(template);
  return parts.ok ? written(parts.value, scope) : parts;
}

/** Every expression in a template's strings, and what is wrong with those that do not parse. */
export function templateExpressions(
  template: JsonValue,
  known?: KnownNames,
): { expressions: Expression[]; failures: Failure[] } {
  const expressions: Expression[] = [];
  const failures: Failure[] = [];
  const see = (value: JsonValue, depth: number): void => {
    if (typeof value === "string") {
      const parts = parseTemplate(value, known);
      if (parts.ok) expressions.push(...parts.value.filter((part) => typeof part !== "string"));
      else failures.push(parts.failure);
    } else if (value !== null && typeof value === "object") {
      if (depth >= MAX_TEMPLATE_DEPTH) failures.push(tooDeep().failure);
      else for (const member of Object.values(value)) see(member, depth + 1);
    }
  };
  see(template, 0);
  return { expressions, failures };
}

const tooDeep = () => fail("invalid-input", `a template may nest ${MAX_TEMPLATE_DEPTH} levels deep at most`);

function render(template: JsonValue, scope: ExpressionScope, depth: number): Result<JsonValue> {
  if (typeof template === "string") return renderString(template, scope);
  if (template === null || typeof template !== "object") return ok(template);
  if (depth >= MAX_TEMPLATE_DEPTH) return tooDeep();
  if (Array.isArray(template)) {
    const items: JsonValue[] = [];
    for (const item of template) {
      const rendered = render(item, scope, depth + 1);
      if (!rendered.ok) return rendered;
      items.push(rendered.value);
    }
    return ok(items);
  }
  const members: [string, JsonValue][] = [];
  for (const [name, member] of Object.entries(template)) {
    const rendered = render(member, scope, depth + 1);
    if (!rendered.ok) return rendered;
    members.push([name, rendered.value]);
  }
  // fromEntries defines members and so cannot set a prototype, whatever their names.
  return ok(Object.fromEntries(members));
}

function renderString(template: string, scope: ExpressionScope): Result<JsonValue> {
  const parts = parseTemplate(template);
  if (!parts.ok) return parts;
  const [only, ...others] = parts.value;
  if (others.length === 0 && only !== undefined && typeof only !== "string") return evaluate(only, scope);
  return written(parts.value, scope);
}

function written(parts: TemplatePart[], scope: ExpressionScope): Result<string> {
  let text = "";
  for (const part of parts) {
    const piece = typeof part === "string" ? ok(part) : writtenValue(part, scope);
    if (!piece.ok) return piece;
    text += piece.value;
    if (text.length > MAX_RENDERED_LENGTH) {
      return fail("invalid-input", `a rendered text is longer than ${MAX_RENDERED_LENGTH} characters`);
    }
  }
  return ok(text);
}

function writtenValue(expression: Expression, scope: ExpressionScope): Result<string> {
  const value = evaluate(expression, scope);
  if (!value.ok) return value;
  if (value.value === null) {
    return expressionFailure(
      expression.text,
      0,
      "this is null and cannot stand in a text; give a value with default(…, …)",
    );
  }
  if (typeof value.value !== "object") return ok(String(value.value));
  try {
    return ok(JSON.stringify(value.value));
  } catch {
    // JSON.stringify recurses; data nested tens of thousands of levels deep exhausts the stack.
    return expressionFailure(
      expression.text,
      0,
      `this is ${typeName(value.value)} nested too deeply to write out`,
    );
  }
}
