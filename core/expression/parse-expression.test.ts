import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_LENGTH } from "./expression.ts";
import { type KnownNames, parseExpression } from "./parse-expression.ts";

const known: KnownNames = {
  roots: ["facts", "fairness", "inputs", "request"],
  functions: { called: { arity: [1, 1], call: () => ({ ok: true, value: true }) } },
};

function failureOf(text: string, names?: KnownNames) {
  const parsed = parseExpression(text, names);
  if (parsed.ok) throw new Error(`parsed: ${text}`);
  return parsed.failure;
}

describe("parseExpression", () => {
  it.each([
    ["1 + 2 * 3 == 7", "comparison"],
    ["not a == b", "not"],
    ["!a == b", "comparison"],
    ["a or b and c", "any"],
    ["a and b or c", "any"],
    ["(a or b) and c", "all"],
    ["-a.b + 1", "arithmetic"],
    ["facts.fairness.attributes.sex", "path"],
    ["list[0].name['odd name']", "path"],
    ["facts.in.not.true", "path"],
    ["result('train').metrics.auc", "member"],
    ["x not in ['a', \"b\"]", "comparison"],
    ["[]", "list"],
    ["f()", "call"],
    ["a && b || !c", "any"],
  ])("reads `%s` as %s", (text, kind) => {
    expect(parseExpression(text)).toMatchObject({ ok: true, value: { text, root: { kind } } });
  });

  it("keeps a chain of one operator flat", () => {
    const parsed = parseExpression(Array.from({ length: 300 }, () => "a").join(" and "));
    expect(parsed).toMatchObject({ ok: true, value: { root: { kind: "all" } } });
    if (parsed.ok && parsed.value.root.kind === "all") expect(parsed.value.root.operands).toHaveLength(300);
  });

  it.each([
    ["", 1, "expected an expression, found nothing"],
    ["   ", 1, "found nothing"],
    ["facts.x >", 10, "expected a value, found the end"],
    ["facts.x > > 1", 11, "expected a value, found `>`"],
    ["(facts.x", 9, "expected `)` or an operator, found the end"],
    ["facts.x)", 8, "expected an operator or the end, found `)`"],
    ["facts.", 7, "expected the name of a member"],
    ["facts.1", 7, "expected the name of a member"],
    ["facts[x]", 7, "expected an index like `[0]`"],
    ["facts[0.5]", 7, "expected an index"],
    ["facts[0", 8, "expected `]`"],
    ["facts['a'", 10, "expected `]`"],
    ["f(1, )", 6, "expected a value, found `)`"],
    ["f(1", 4, "expected `,` or `)`"],
    ["[1 2]", 4, "expected `,` or `]`"],
    ["1 < x < 3", 7, "comparisons do not chain"],
    ["a = 1", 3, "write `==`"],
    ["a === 1", 3, "write `==`"],
    ["a !== 1", 3, "write `!=`"],
    ["a <> 1", 3, "write `!=`"],
    ["a => 1", 3, "write `>=`"],
    ["a & b", 3, "write `and`"],
    ["a | b", 3, "write `or`"],
    ["a ? 1 : 2", 3, "there is no `? :`"],
    ["${a}", 1, "leave out `${`"],
    ["{}", 1, "no objects"],
    ["a; b", 2, "one value without `;`"],
    ["a % 2", 3, "no remainder"],
    ["`a`", 1, "write texts in"],
    ["“a”", 1, "straight quotes"],
    ["a AND b", 3, "written small: `and`"],
    ["a and", 6, "expected a value, found the end"],
    ["and a", 1, "expected a value, found `and`"],
    ["'open", 1, "no closing '"],
    ['"open', 1, 'no closing "'],
    ["'a\\x'", 3, "unknown escape"],
    ["'a\\", 3, "unknown escape"],
    ["12abc", 3, "cannot begin with a digit"],
    [".5", 1, "expected a value, found `.`"],
    ["1e999", 1, "too large"],
    ["'a'.length", 4, "only paths and calls have members"],
    ["a @ b", 3, "`@` means nothing here"],
    ["a 😀", 3, "`😀` means nothing here"],
    ["a b", 3, "expected an operator or the end, found `b`"],
    ["not", 4, "expected a value, found the end"],
    ["a not b", 3, "expected an operator or the end, found `not`"],
  ])("refuses `%s` at position %i: %s", (text, position, message) => {
    const failure = failureOf(text);
    expect(failure).toMatchObject({ code: "invalid-input", retryable: false, details: { position } });
    expect(failure.message).toContain(message);
    expect(failure.message).toContain(`at position ${position}`);
  });

  it.each([
    ["fairnes.worst > 0.1", "`fairnes` unknown; did you mean `fairness`?"],
    ["zzzzzz > 0.1", "`zzzzzz` unknown; known are facts, fairness, inputs, request"],
    ["length > 3", "it is a function: write `length(…)`"],
    ["caled('x')", "there is no function `caled`; did you mean `called`?"],
    ["called()", "`called` takes 1 argument, 0 given"],
    ["round(1, 2, 3)", "`round` takes 1 to 2 arguments, 3 given"],
    ["toString()", "there is no function `toString`"],
    ["constructor.name == 'x'", "`constructor` unknown"],
  ])("knows its names: `%s`", (text, message) => {
    expect(failureOf(text, known).message).toContain(message);
  });

  it("leaves names to evaluation when it is not told them", () => {
    expect(parseExpression("anything.at > all()")).toMatchObject({ ok: true });
  });

  it.each(["(", "[", "-", "!", "not ", "f("])("bounds the nesting of `%s`", (opening) => {
    expect(failureOf(`${opening.repeat(MAX_EXPRESSION_DEPTH + 1)}a`).message).toContain(
      "nested deeper than 40",
    );
  });

  it("accepts nesting up to the bound", () => {
    const depth = MAX_EXPRESSION_DEPTH;
    expect(parseExpression(`${"(".repeat(depth)}a${")".repeat(depth)}`)).toMatchObject({ ok: true });
  });

  it("bounds the length before it looks at anything", () => {
    const failure = failureOf("a".repeat(MAX_EXPRESSION_LENGTH + 1));
    expect(failure.message).toContain("at most 2000 characters");
    expect(failure.message.length).toBeLessThan(500);
  });

  it("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), grammarNoise), (text) => {
        const parsed = parseExpression(text, known);
        if (!parsed.ok) expect(parsed.failure.code).toBe("invalid-input");
      }),
      { numRuns: 2000 },
    );
  });

  it("never says a position outside of the text", () => {
    fc.assert(
      fc.property(grammarNoise, (text) => {
        const parsed = parseExpression(text);
        if (parsed.ok) return;
        const position = Number(parsed.failure.details?.["position"]);
        expect(position).toBeGreaterThanOrEqual(1);
        expect(position).toBeLessThanOrEqual(text.length + 1);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Texts made of the language's own pieces, which get further into the parser than random ones. */
const grammarNoise = fc
  .array(
    fc.constantFrom(
      ..."a facts .x [0] ['k'] ( ) [ ] , 1 0.5 't' null true and or not in == != < >=".split(" "),
      ..."+ - * / ! && || has( length( f( { }".split(" "),
    ),
    { maxLength: 60 },
  )
  .map((pieces) => pieces.join(" "));
