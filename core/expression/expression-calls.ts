import type { Expression } from "./expression.ts";
import { visitNodes } from "./visit-nodes.ts";

/** A call in an expression; `literals` holds the arguments that are written out, undefined for the others. */
export interface ExpressionCall {
  name: string;
  literals: (string | number | boolean | null | undefined)[];
}

/** The calls in an expression, in order: what a validator checks against known tools. */
export function callsOf(expression: Expression): ExpressionCall[] {
  const found: ExpressionCall[] = [];
  visitNodes(expression.root, (node) => {
    if (node.kind !== "call") return;
    const literals = node.arguments.map((argument) =>
      argument.kind === "literal" ? argument.value : undefined,
    );
    found.push({ name: node.name, literals });
  });
  return found;
}
