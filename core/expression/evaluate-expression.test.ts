import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "#core/contract/json.ts";
import { type ExpressionScope, evaluate, evaluateCondition } from "./evaluate-expression.ts";
import { parseExpression } from "./parse-expression.ts";

const scope: ExpressionScope = {
  values: {
    facts: {
      rows: 1200,
      name: "Credit",
      passed: false,
      missing: null,
      fairness: { worst: { value: 0.21, attribute: "sex" }, attributes: { sex: 0.21, race: 0.05 } },
      columns: ["age", "sex", "race"],
      "odd name": 7,
    },
    inputs: {},
  },
  functions: {
    result: { arity: [1, 1], call: () => ({ ok: true, value: { metrics: { auc: 0.9 }, rows: [1, 2] } }) },
  },
};

function valueOf(text: string, within: ExpressionScope = scope): JsonValue {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  const value = evaluate(parsed.value, within);
  if (!value.ok) throw new Error(value.failure.message);
  return value.value;
}

function problemOf(text: string, within: ExpressionScope = scope): string {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  const value = evaluate(parsed.value, within);
  if (value.ok) throw new Error(`${text} gave ${JSON.stringify(value.value)}`);
  expect(value.failure.code).toBe("invalid-input");
  return value.failure.message;
}

describe("evaluate", () => {
  it.each<[string, JsonValue]>([
    ["facts.fairness.worst.value > 0.1", true],
    ["facts.fairness.attributes.sex", 0.21],
    ["facts['odd name']", 7],
    ["facts.columns[0]", "age"],
    ["facts.columns[9]", null],
    ["facts.nothing.at.all", null],
    ["facts.rows.deeper", null],
    ["facts.columns.length", null],
    ["facts.missing == null", true],
    ["facts.nothing == null", true],
    ["facts.nothing != 3", true],
    ["1 == '1'", false],
    ["0.1 + 0.2 == 0.3", false],
    ["10 - 2 - 3", 5],
    ["12 / 3 / 2", 2],
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["-2 * -3", 6],
    ["- -2", 2],
    ["-0", 0],
    ["'b' > 'a'", true],
    ["'2026-11-21' >= '2026-11-20'", true],
    ["'sex' in facts.columns", true],
    ["'sex' in facts.fairness.attributes", true],
    ["'toString' in facts", false],
    ["3 not in [1, 2]", true],
    ["[1, 2] in [[1, 2], [3]]", true],
    ["null in [null]", true],
    ["not facts.passed", true],
    ["!facts.passed == true", true],
    ["not facts.passed == true", true],
    ["true or facts.nothing", true],
    ["false and facts.nothing", false],
    ["facts.passed or facts.rows > 1000 and true", true],
    ["facts.fairness.worst == facts.fairness.worst", true],
    ["result('train').metrics.auc >= 0.9", true],
    ["result('train').rows[1]", 2],
    ["has(facts.rows)", true],
    ["has(facts.nothing)", false],
    ["has(facts.missing)", false],
    ["length(facts.columns)", 3],
    ["length('naïve😀')", 6],
    ["length(facts.fairness.attributes)", 2],
    ["lower(facts.name)", "credit"],
    ["contains(facts.name, 'red')", true],
    ["join(facts.columns, ', ')", "age, sex, race"],
    ["join([], ', ')", ""],
    ["join([1, true], '-')", "1-true"],
    ["round(0.12345, 3)", 0.123],
    ["round(2.5)", 3],
    ["round(-0.2)", 0],
    ["default(facts.nothing, 5)", 5],
    ["default(facts.passed, true)", false],
  ])("finds that `%s` is %j", (text, expected) => {
    expect(valueOf(text)).toEqual(expected);
  });

  it.each([
    [
      "facts.fairness.best.value > 0.1",
      "`facts.fairness.best.value` is null; `>` compares two numbers or two texts",
    ],
    ["0.1 > facts.nothing", "`facts.nothing` is null"],
    ["facts.rows < '5'", "`'5'` is a text; `<` compares two numbers or two texts, and the left is a number"],
    ["facts.columns < 5", "`facts.columns` is a list"],
    ["facts.nothing and true", "`facts.nothing` is null; `and` needs true or false; ask has(…) first"],
    ["not facts.nothing", "`facts.nothing` is null; `not` needs true or false"],
    ["facts.rows or true", "`facts.rows` is a number; `or` needs true or false"],
    ["facts.name + 1", "`facts.name` is a text; `+` needs numbers"],
    ["1 + facts.nothing", "`facts.nothing` is null; `+` needs numbers"],
    ["-facts.name", "`facts.name` is a text; `-` needs a number"],
    ["1 / (facts.rows - 1200)", "is 0; nothing can be divided by it"],
    ["1e308 * 10", "too large"],
    ["'a' in facts.nothing", "`facts.nothing` is null; `in` looks into lists and objects"],
    ["'a' in facts.name", "contains(text, part)"],
    ["3 in facts.fairness", "`3` is a number; the names in an object are texts"],
    ["length(facts.nothing)", "`facts.nothing` is null; length needs"],
    ["lower(facts.rows)", "`facts.rows` is a number; lower needs a text"],
    ["contains(facts.columns, 'sex')", "write `'sex' in facts.columns` for lists"],
    ["join(facts.rows, ',')", "`facts.rows` is a number; join needs a list"],
    ["join([facts.fairness], ',')", "is an object"],
    ["join(facts.columns, 1)", "`1` is a number"],
    ["round(facts.name)", "`facts.name` is a text; round needs a number"],
    ["round(1.5, 20)", "`20` must be a whole number from 0 to 12"],
    ["factz.rows > 1", "`factz` unknown; did you mean `facts`?"],
    ["resul('x')", "there is no function `resul`; did you mean `result`?"],
    ["valueOf()", "there is no function `valueOf`"],
    ["__proto__.polluted", "`__proto__` unknown"],
    ["constructor", "`constructor` unknown"],
  ])("refuses `%s`: %s", (text, message) => {
    expect(problemOf(text)).toContain(message);
  });

  it.each(["toString", "constructor", "__proto__", "hasOwnProperty", "__defineGetter__"])(
    "reaches no inherited member: %s",
    (name) => {
      expect(valueOf(`facts.${name}`)).toBeNull();
      expect(valueOf(`facts['${name}']`)).toBeNull();
      expect(valueOf(`facts.columns.${name}`)).toBeNull();
      expect(valueOf(`facts.name.${name}`)).toBeNull();
      expect(valueOf(`result('x').${name}`)).toBeNull();
    },
  );

  it("reads a member that is really called __proto__ as data", () => {
    const odd = JSON.parse('{"facts": {"__proto__": {"x": 1}}}') as Record<string, JsonValue>; // JSON by construction
    expect(valueOf("facts.__proto__.x", { values: odd })).toBe(1);
  });

  it("says types, never values, in its failures", () => {
    const secret = "account 4711";
    const message = problemOf("facts.x > 3 ", { values: { facts: { x: secret } } });
    expect(message).not.toContain("4711");
  });

  it("compares data nested a hundred thousand levels deep", () => {
    const deep = (): JsonValue => {
      let value: JsonValue = 1;
      for (let level = 0; level < 100_000; level += 1) value = [value];
      return value;
    };
    expect(valueOf("a == b", { values: { a: deep(), b: deep() } })).toBe(true);
  });

  it("agrees with the arithmetic of the host", () => {
    const operators = fc.constantFrom("+", "-", "*");
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.array(fc.tuple(operators, fc.integer({ min: 0, max: 9 })), { maxLength: 12 }),
        (first, rest) => {
          const text = `${first}${rest.map(([operator, operand]) => ` ${operator} ${operand}`).join("")}`;
          // oxlint-disable-next-line typescript/no-implied-eval -- the oracle: digits and + - * made by this test
          const expected = Number(new Function(`return ${text}`)());
          expect(valueOf(text)).toBe(expected + 0);
        },
      ),
    );
  });

  it("agrees with the logic of the host, whatever the parentheses", () => {
    const { logic } = fc.letrec<{ logic: string }>((tie) => ({
      logic: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom("true", "false"),
        fc
          .tuple(tie("logic"), fc.constantFrom("&&", "||"), tie("logic"))
          .map((parts) => `(${parts.join(" ")})`),
        tie("logic").map((inner) => `!(${inner})`),
      ),
    }));
    fc.assert(
      fc.property(logic, (text) => {
        // oxlint-disable-next-line typescript/no-implied-eval -- the oracle: true, false, && || ! made by this test
        expect(valueOf(text)).toBe(Boolean(new Function(`return ${text}`)()));
      }),
    );
  });

  it("never throws, whatever the expression and the data", () => {
    const pieces = fc.constantFrom(
      ..."facts facts.a facts.b[0] inputs 't' 1 0 null true [1,'x'] ( ) , - and or not in == <".split(" "),
      ..."+ / * has( length( join( round( default(".split(" "),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), fc.jsonValue(), (parts, data) => {
        const parsed = parseExpression(parts.join(" "));
        if (!parsed.ok) return;
        const values = { facts: { a: data as JsonValue, b: [data as JsonValue] }, inputs: {} }; // jsonValue gives JSON
        const value = evaluate(parsed.value, { values });
        if (!value.ok) expect(value.failure.code).toBe("invalid-input");
      }),
      { numRuns: 2000 },
    );
  });

  it("gives the same value for the same text and data", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        const values = { facts: data as JsonValue }; // jsonValue gives JSON
        expect(valueOf("facts == facts", { values })).toBe(true);
        expect(valueOf("facts", { values })).toBe(values.facts);
      }),
    );
  });
});

describe("evaluateCondition", () => {
  it("accepts true and false only", () => {
    const condition = (text: string) => {
      const parsed = parseExpression(text);
      if (!parsed.ok) throw new Error(parsed.failure.message);
      return evaluateCondition(parsed.value, scope);
    };
    expect(condition("facts.rows > 3")).toEqual({ ok: true, value: true });
    expect(condition("facts.rows")).toMatchObject({
      ok: false,
      failure: {
        message: expect.stringContaining("a condition must be true or false, this one is a number"),
      },
    });
    expect(condition("facts.nothing")).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining("null; ask has(…) first") },
    });
  });
});
