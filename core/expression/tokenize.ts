import { type Result, ok } from "#core/contract/failure.ts";
import { MAX_EXPRESSION_LENGTH, type Span } from "./expression.ts";
import { expressionFailure } from "./expression-failure.ts";

export type Token = Span &
  (
    | { kind: "number"; value: number }
    | { kind: "string"; value: string }
    | { kind: "name"; name: string }
    | { kind: "symbol"; symbol: string }
    | { kind: "end" }
  );

/** Longest first, so that `<=` is not read as `<`. */
const symbols = [
  "==",
  "!=",
  "<=",
  ">=",
  "&&",
  "||",
  "<",
  ">",
  "!",
  "+",
  "-",
  "*",
  "/",
  "(",
  ")",
  "[",
  "]",
  ",",
  ".",
];

/** Habits from other languages, and what they are called here. */
const foreign: [string, string][] = [
  ["===", "write `==`"],
  ["!==", "write `!=`"],
  ["=>", "there are no functions to define; write `>=` for a comparison"],
  ["=", "nothing can be assigned; write `==` to compare"],
  ["&", "write `and` or `&&`"],
  ["|", "write `or` or `||`"],
  ["?", "there is no `? :`; write two rules, or default(x, y) for a missing value"],
  ["${", "leave out `${` and `}` here: the whole text is an expression already"],
  ["{", "there are no objects to write here"],
  ["`", "write texts in ' or \""],
  ["“", "write texts in straight quotes, ' or \""],
  ["”", "write texts in straight quotes, ' or \""],
  ["‘", "write texts in straight quotes, ' or \""],
  ["’", "write texts in straight quotes, ' or \""],
  [";", "an expression is one value without `;`"],
  ["%", "there is no remainder"],
  ["^", "there is no power"],
  ["<>", "write `!=`"],
];

const escapes: Record<string, string> = { "\\": "\\", "'": "'", '"': '"', n: "\n", t: "\t" };

/** Splits a text into tokens in one pass over it; the last token is `end`. */
export function tokenize(text: string): Result<Token[]> {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    return expressionFailure(
      text,
      MAX_EXPRESSION_LENGTH,
      `an expression has at most ${MAX_EXPRESSION_LENGTH} characters, this one has ${text.length}; let a tool compute the value`,
    );
  }
  const read = createReader(text);
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const space = read("space", at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const token = readToken(text, at, read);
    if (!token.ok) return token;
    tokens.push(token.value);
    at = token.value.to;
  }
  tokens.push({ kind: "end", from: text.length, to: text.length });
  return ok(tokens);
}

/** Reads the longest piece of a class that begins at an offset. */
type Reader = (piece: "name" | "number" | "space", from: number) => string | undefined;

function createReader(text: string): Reader {
  const patterns = {
    name: /[A-Za-z_][A-Za-z0-9_]*/y,
    number: /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y,
    space: /[ \t\r\n]+/y,
  };
  return (piece, from) => {
    const pattern = patterns[piece];
    pattern.lastIndex = from;
    return pattern.exec(text)?.[0];
  };
}

function readToken(text: string, from: number, read: Reader): Result<Token> {
  const name = read("name", from);
  if (name !== undefined) return ok({ kind: "name", name, from, to: from + name.length });
  const number = read("number", from);
  if (number !== undefined)
    return numberToken({ text, from, number, tail: read("name", from + number.length) });
  const character = text[from] ?? "";
  if (character === "'" || character === '"') return stringToken(text, from, character);
  const habit = foreign
    .filter(([written]) => text.startsWith(written, from))
    .sort(([left], [right]) => right.length - left.length)[0];
  const symbol = symbols.find((candidate) => text.startsWith(candidate, from));
  if (symbol !== undefined && (habit === undefined || habit[0].length <= symbol.length)) {
    return ok({ kind: "symbol", symbol, from, to: from + symbol.length });
  }
  if (habit !== undefined)
    return expressionFailure(text, from, `\`${habit[0]}\` means nothing here: ${habit[1]}`);
  const shown = String.fromCodePoint(text.codePointAt(from) ?? 0x20);
  return expressionFailure(text, from, `the character \`${shown}\` means nothing here`);
}

function numberToken(piece: {
  text: string;
  from: number;
  number: string;
  tail: string | undefined;
}): Result<Token> {
  const { text, from, number, tail } = piece;
  const to = from + number.length;
  if (tail !== undefined) {
    return expressionFailure(
      text,
      to,
      `a name cannot begin with a digit; expected an operator after ${number}`,
    );
  }
  const value = Number(number);
  if (!Number.isFinite(value)) return expressionFailure(text, from, "this number is too large");
  return ok({ kind: "number", value, from, to });
}

function stringToken(text: string, from: number, quote: string): Result<Token> {
  let value = "";
  let at = from + 1;
  for (;;) {
    const character = text[at];
    if (character === undefined) {
      return expressionFailure(text, from, `the text that begins here has no closing ${quote}`);
    }
    if (character === quote) return ok({ kind: "string", value, from, to: at + 1 });
    if (character === "\\") {
      const escaped = text[at + 1] ?? "";
      const meant = Object.hasOwn(escapes, escaped) ? escapes[escaped] : undefined;
      if (meant === undefined) {
        return expressionFailure(text, at, "unknown escape; a text knows \\\\ \\' \\\" \\n and \\t");
      }
      value += meant;
      at += 2;
    } else {
      value += character;
      at += 1;
    }
  }
}
