import type { JsonValue } from "#core/contract/json.ts";
import type { Expression, ExpressionNode, PathStep } from "./expression.ts";
import { visitNodes } from "./visit-nodes.ts";

/** The paths that an expression reads, each once, in order, in one spelling: `facts.columns[0]['odd name']`. */
export function pathsOf(expression: Expression): string[] {
  return [...pathNodes(expression).keys()];
}

/** What the paths of an expression lead to, by path, null where nothing is: what a decision was made from. */
export function readPaths(
  expression: Expression,
  values: Readonly<Record<string, JsonValue>>,
): Record<string, JsonValue> {
  const read: [string, JsonValue][] = [];
  for (const [text, { root, steps }] of pathNodes(expression)) {
    read.push([text, Object.hasOwn(values, root) ? followSteps(values[root] ?? null, steps) : null]);
  }
  return Object.fromEntries(read);
}

/** Own members only: a prototype's are never reached, and what is not there is null. */
export function followSteps(start: JsonValue, steps: readonly PathStep[]): JsonValue {
  let value = start;
  for (const step of steps) {
    if (value === null || typeof value !== "object") return null;
    if (Array.isArray(value)) {
      value = typeof step === "number" ? (value[step] ?? null) : null;
    } else {
      const name = String(step);
      value = Object.hasOwn(value, name) ? (value[name] ?? null) : null;
    }
  }
  return value;
}

type PathNode = ExpressionNode & { kind: "path" };

function pathNodes(expression: Expression): Map<string, PathNode> {
  const found = new Map<string, PathNode>();
  visitNodes(expression.root, (node) => {
    if (node.kind === "path") found.set(pathText(node), node);
  });
  return found;
}

function pathText({ root, steps }: PathNode): string {
  const rest = steps.map((step) => {
    if (typeof step === "number") return `[${step}]`;
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(step) ? `.${step}` : `['${step.replace(/[\\']/g, "\\$&")}']`;
  });
  return root + rest.join("");
}
