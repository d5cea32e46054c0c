import { type Result, ok } from "#core/contract/failure.ts";
import {
  type ArithmeticStep,
  type ComparisonOperator,
  type Expression,
  type ExpressionNode,
  MAX_EXPRESSION_DEPTH,
  type PathStep,
} from "./expression.ts";
import { expressionFailure, knownHint } from "./expression-failure.ts";
import { type FunctionTable, standardFunctions } from "./function-table.ts";
import { type Token, tokenize } from "./tokenize.ts";

export type { Expression };

/** What an expression may speak of. A parser that knows it finds wrong names before anything runs. */
export interface KnownNames {
  /** The names that a path may begin with. */
  roots: readonly string[];
  /** Functions beside the standard ones. */
  functions?: FunctionTable;
}

const keywords = ["and", "or", "not", "in", "true", "false", "null"];
const comparisons = ["==", "!=", "<", "<=", ">", ">="];

/**
 * Parses one expression. From loose to tight: `or ||`, `and &&`, `not`, comparisons and `in`, `+ -`, `* /`,
 * prefixes `-` and `!`, then `.name`, `[0]`, `['name']` and calls. Comparisons do not chain. A failure names the
 * position (counted from 1) and what was expected there. Time is linear in the length of the text. Without `known`, names are checked when evaluated.
 */
export function parseExpression(text: string, known?: KnownNames): Result<Expression> {
  const tokens = tokenize(text);
  if (!tokens.ok) return tokens;
  const parser = createParser(text, tokens.value, known);
  const root = parser.whole();
  return root.ok ? ok({ text, root: root.value }) : root;
}

type Parsed = Result<ExpressionNode>;

function createParser(text: string, tokens: Token[], known: KnownNames | undefined) {
  let position = 0;
  let depth = 0;

  const end: Token = { kind: "end", from: text.length, to: text.length };
  const peek = (ahead = 0): Token => tokens[position + ahead] ?? end;
  const previousEnd = () => tokens[position - 1]?.to ?? 0;
  const isSymbol = (token: Token, symbol: string) => token.kind === "symbol" && token.symbol === symbol;
  const isWord = (token: Token, word: string) => token.kind === "name" && token.name === word;
  const takeSymbol = (symbol: string) => {
    const taken = isSymbol(peek(), symbol);
    if (taken) position += 1;
    return taken;
  };
  const unexpected = (expected: string) => {
    const token = peek();
    const found = token.kind === "end" ? "the end" : `\`${text.slice(token.from, token.to)}\``;
    return expressionFailure(text, token.from, `expected ${expected}, found ${found}`);
  };

  /** Every way down into a smaller expression goes through here, so that depth is bounded in one place. */
  function nested(parse: () => Parsed): Parsed {
    if (depth >= MAX_EXPRESSION_DEPTH) {
      return expressionFailure(text, peek().from, `nested deeper than ${MAX_EXPRESSION_DEPTH} levels`);
    }
    depth += 1;
    const parsed = parse();
    depth -= 1;
    return parsed;
  }

  function whole(): Parsed {
    if (peek().kind === "end") return expressionFailure(text, 0, "expected an expression, found nothing");
    const parsed = either();
    if (!parsed.ok || peek().kind === "end") return parsed;
    const token = peek();
    if (
      token.kind === "name" &&
      token.name !== token.name.toLowerCase() &&
      ["and", "or", "not", "in"].includes(token.name.toLowerCase())
    ) {
      return expressionFailure(
        text,
        token.from,
        `operators are written small: \`${token.name.toLowerCase()}\``,
      );
    }
    return unexpected("an operator or the end");
  }

  const either = () => junction("any", ["or", "||"], () => junction("all", ["and", "&&"], negation));

  function junction(
    kind: "all" | "any",
    operators: [word: string, symbol: string],
    parse: () => Parsed,
  ): Parsed {
    const from = peek().from;
    const first = parse();
    if (!first.ok) return first;
    const operands = [first.value];
    while (isWord(peek(), operators[0]) || isSymbol(peek(), operators[1])) {
      position += 1;
      const next = parse();
      if (!next.ok) return next;
      operands.push(next.value);
    }
    return operands.length === 1 ? first : ok({ kind, operands, from, to: previousEnd() });
  }

  function negation(): Parsed {
    const { from } = peek();
    if (!isWord(peek(), "not")) return comparison();
    position += 1;
    const operand = nested(negation);
    return operand.ok ? ok({ kind: "not", operand: operand.value, from, to: previousEnd() }) : operand;
  }

  function comparisonOperator(): ComparisonOperator | undefined {
    const token = peek();
    if (token.kind === "symbol" && comparisons.includes(token.symbol)) {
      return token.symbol as ComparisonOperator; // member of the list just checked
    }
    if (isWord(token, "in")) return "in";
    return isWord(token, "not") && isWord(peek(1), "in") ? "not in" : undefined;
  }

  function comparison(): Parsed {
    const { from } = peek();
    const left = sum();
    if (!left.ok) return left;
    const operator = comparisonOperator();
    if (operator === undefined) return left;
    position += operator === "not in" ? 2 : 1;
    const right = sum();
    if (!right.ok) return right;
    if (comparisonOperator() !== undefined) {
      return expressionFailure(text, peek().from, "comparisons do not chain; join two of them with `and`");
    }
    return ok({
      kind: "comparison",
      operator,
      left: left.value,
      right: right.value,
      from,
      to: previousEnd(),
    });
  }

  const sum = () => arithmetic(["+", "-"], () => arithmetic(["*", "/"], prefix));

  function arithmetic(operators: ArithmeticStep["operator"][], parse: () => Parsed): Parsed {
    const { from } = peek();
    const first = parse();
    if (!first.ok) return first;
    const rest: ArithmeticStep[] = [];
    for (;;) {
      const operator = operators.find((candidate) => isSymbol(peek(), candidate));
      if (operator === undefined) break;
      position += 1;
      const operand = parse();
      if (!operand.ok) return operand;
      rest.push({ operator, operand: operand.value });
    }
    if (rest.length === 0) return first;
    return ok({ kind: "arithmetic", first: first.value, rest, from, to: previousEnd() });
  }

  function prefix(): Parsed {
    const { from } = peek();
    const kind = isSymbol(peek(), "-") ? "negate" : isSymbol(peek(), "!") ? "not" : undefined;
    if (kind === undefined) return postfix();
    position += 1;
    const operand = nested(prefix);
    return operand.ok ? ok({ kind, operand: operand.value, from, to: previousEnd() }) : operand;
  }

  function postfix(): Parsed {
    const { from } = peek();
    const target = primary();
    if (!target.ok) return target;
    const steps: PathStep[] = [];
    for (;;) {
      const step = nextStep();
      if (step === undefined) break;
      if (!step.ok) return step;
      steps.push(step.value);
    }
    const node = target.value;
    if (steps.length === 0) return target;
    const to = previousEnd();
    if (node.kind === "path") return ok({ ...node, steps, from, to });
    if (node.kind === "literal" || node.kind === "list") {
      return expressionFailure(text, node.to, "only paths and calls have members");
    }
    return ok({ kind: "member", target: node, steps, from, to });
  }

  function nextStep(): Result<PathStep> | undefined {
    if (takeSymbol(".")) {
      const token = peek();
      if (token.kind !== "name") return unexpected("the name of a member after `.`");
      position += 1;
      return ok(token.name);
    }
    if (!takeSymbol("[")) return undefined;
    const token = peek();
    if (token.kind === "string") {
      position += 1;
      return takeSymbol("]") ? ok(token.value) : unexpected("`]`");
    }
    if (token.kind === "number" && Number.isSafeInteger(token.value)) {
      position += 1;
      return takeSymbol("]") ? ok(token.value) : unexpected("`]`");
    }
    return unexpected("an index like `[0]` or a name like `['sex']`");
  }

  function primary(): Parsed {
    const token = peek();
    const { from, to } = token;
    if (token.kind === "number" || token.kind === "string") {
      position += 1;
      return ok({ kind: "literal", value: token.value, from, to });
    }
    if (takeSymbol("(")) {
      const inner = nested(either);
      if (!inner.ok) return inner;
      return takeSymbol(")") ? inner : unexpected("`)` or an operator");
    }
    if (takeSymbol("[")) {
      const items = commaSeparated("]");
      return items.ok ? ok({ kind: "list", items: items.value, from, to: previousEnd() }) : items;
    }
    return token.kind === "name" ? named(token) : unexpected("a value");
  }

  function named(token: Token & { kind: "name" }): Parsed {
    const { name, from, to } = token;
    if (name === "true" || name === "false" || name === "null") {
      position += 1;
      return ok({ kind: "literal", value: name === "null" ? null : name === "true", from, to });
    }
    if (keywords.includes(name)) return unexpected("a value");
    position += 1;
    if (takeSymbol("(")) return call(name, from);
    if (known !== undefined && !known.roots.includes(name)) {
      const functions = { ...standardFunctions, ...known.functions };
      const hint = Object.hasOwn(functions, name)
        ? `; it is a function: write \`${name}(…)\``
        : knownHint(name, known.roots);
      return expressionFailure(text, from, `\`${name}\` unknown${hint}`);
    }
    return ok({ kind: "path", root: name, steps: [], from, to });
  }

  function call(name: string, from: number): Parsed {
    const values = commaSeparated(")");
    if (!values.ok) return values;
    if (known !== undefined) {
      const problem = callProblem({ ...standardFunctions, ...known.functions }, name, values.value.length);
      if (problem !== undefined) return expressionFailure(text, from, problem);
    }
    return ok({ kind: "call", name, arguments: values.value, from, to: previousEnd() });
  }

  function commaSeparated(closing: ")" | "]"): Result<ExpressionNode[]> {
    const items: ExpressionNode[] = [];
    if (takeSymbol(closing)) return ok(items);
    for (;;) {
      const item = nested(either);
      if (!item.ok) return item;
      items.push(item.value);
      if (takeSymbol(closing)) return ok(items);
      if (!takeSymbol(",")) return unexpected(`\`,\` or \`${closing}\``);
    }
  }

  return { whole };
}

/** What is wrong with calling a function by this name with this many arguments, if anything. */
export function callProblem(functions: FunctionTable, name: string, count: number): string | undefined {
  const target = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (target === undefined) {
    return `there is no function \`${name}\`${knownHint(name, Object.keys(functions))}`;
  }
  const [least, most] = target.arity;
  if (count >= least && count <= most) return undefined;
  const wanted = least === most ? String(least) : `${least} to ${most}`;
  return `\`${name}\` takes ${wanted} argument${wanted === "1" ? "" : "s"}, ${count} given`;
}
