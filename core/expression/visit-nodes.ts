import { assertNever } from "#core/contract/failure.ts";
import type { ExpressionNode } from "./expression.ts";

/** Shows every node of a tree, a parent before its children and children from left to right. */
export function visitNodes(node: ExpressionNode, see: (node: ExpressionNode) => void): void {
  see(node);
  for (const child of childrenOf(node)) visitNodes(child, see);
}

function childrenOf(node: ExpressionNode): ExpressionNode[] {
  switch (node.kind) {
    case "literal":
    case "path":
      return [];
    case "list":
      return node.items;
    case "member":
      return [node.target];
    case "call":
      return node.arguments;
    case "not":
    case "negate":
      return [node.operand];
    case "arithmetic":
      return [node.first, ...node.rest.map(({ operand }) => operand)];
    case "comparison":
      return [node.left, node.right];
    case "all":
    case "any":
      return node.operands;
    default:
      return assertNever(node, "expression node");
  }
}
