/** The operators that compare two values and give true or false. */
export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in";

/** Where a part of an expression stands in its text: `from` counts from 0, `to` is exclusive. */
export interface Span {
  from: number;
  to: number;
}

/**
 * A parsed expression as a tree. Chains (`a and b and c`, `1 + 2 - 3`) are one node with many operands, so the
 * depth of a tree grows only with parentheses, calls and prefixes, and a limit on it limits every reader's stack.
 */
export type ExpressionNode = Span &
  (
    | { kind: "literal"; value: string | number | boolean | null }
    | { kind: "list"; items: ExpressionNode[] }
    | { kind: "path"; root: string; steps: PathStep[] }
    | { kind: "member"; target: ExpressionNode; steps: PathStep[] }
    | { kind: "call"; name: string; arguments: ExpressionNode[] }
    | { kind: "not"; operand: ExpressionNode }
    | { kind: "negate"; operand: ExpressionNode }
    | { kind: "arithmetic"; first: ExpressionNode; rest: ArithmeticStep[] }
    | { kind: "comparison"; operator: ComparisonOperator; left: ExpressionNode; right: ExpressionNode }
    | { kind: "all" | "any"; operands: ExpressionNode[] }
  );

/** A member's name or an index into a list. */
export type PathStep = string | number;

export interface ArithmeticStep {
  operator: "+" | "-" | "*" | "/";
  operand: ExpressionNode;
}

/** A condition or value as its author wrote it, parsed. */
export interface Expression {
  readonly text: string;
  readonly root: ExpressionNode;
}

/** Longer texts belong in a tool, not in a condition. */
export const MAX_EXPRESSION_LENGTH = 2000;

/** How deep parentheses, calls, lists and prefixes may nest. */
export const MAX_EXPRESSION_DEPTH = 40;

/** The source text of a node, as messages quote it. */
export function sourceOf(expression: Expression, node: Span): string {
  const text = expression.text.slice(node.from, node.to);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
