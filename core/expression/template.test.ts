import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "#core/contract/json.ts";
import type { ExpressionScope } from "./evaluate-expression.ts";
import { MAX_RENDERED_LENGTH } from "./function-table.ts";
import { parseTemplate, renderTemplate, renderText, templateExpressions } from "./template.ts";

const scope: ExpressionScope = {
  values: { facts: { rows: 12, name: "adult", list: ["a", "b"], worst: { sex: 0.2 }, ok: true, none: null } },
};

function rendered(template: JsonValue): JsonValue {
  const result = renderTemplate(template, scope);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

describe("renderTemplate", () => {
  it.each<[JsonValue, JsonValue]>([
    ["plain", "plain"],
    ["", ""],
    ["${facts.rows}", 12],
    ["${facts.list}", ["a", "b"]],
    ["${facts.none}", null],
    ["${ facts.ok }", true],
    ["rows: ${facts.rows}", "rows: 12"],
    ["${facts.rows}${facts.rows}", "1212"],
    [" ${facts.rows}", " 12"],
    ["${facts.list} and ${facts.worst}", '["a","b"] and {"sex":0.2}'],
    ["${join(facts.list, '}')} left", "a}b left"],
    ["$${facts.rows}", "${facts.rows}"],
    ["costs 5$ or $5", "costs 5$ or $5"],
    [
      { a: ["${facts.rows}", 3], "${facts.rows}": null, b: { c: "${facts.name}!" } },
      { a: [12, 3], "${facts.rows}": null, b: { c: "adult!" } },
    ],
    [7, 7],
    [null, null],
  ])("turns %j into %j", (template, expected) => {
    expect(rendered(template)).toEqual(expected);
  });

  it.each<[JsonValue, string]>([
    ["${facts.rows", "the `${` that begins here has no closing `}`"],
    ["${}", "expected an expression, found nothing"],
    ["${facts.rows >}", "expected a value"],
    ["${'}", "no closing `}`"],
    ["rows: ${facts.none}", "this is null and cannot stand in a text"],
    [{ deep: ["${factz}"] }, "did you mean `facts`?"],
    ["${1 < facts.none}", "`facts.none` is null"],
  ])("refuses %j: %s", (template, message) => {
    expect(renderTemplate(template, scope)).toMatchObject({
      ok: false,
      failure: { code: "invalid-input", message: expect.stringContaining(message) },
    });
  });

  it("sets no prototype, whatever members are called", () => {
    const template = JSON.parse('{"__proto__": {"polluted": "${facts.ok}"}}') as JsonValue; // JSON by construction
    const value = rendered(template);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.hasOwn(value as object, "__proto__")).toBe(true);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("bounds the length of a text and the depth of a template", () => {
    const long = { values: { facts: { text: "x".repeat(MAX_RENDERED_LENGTH) } } };
    expect(renderTemplate("${facts.text}${facts.text}", long)).toMatchObject({ ok: false });
    let deep: JsonValue = "x";
    for (let level = 0; level < 100; level += 1) deep = [deep];
    expect(renderTemplate(deep, scope)).toMatchObject({ ok: false });
  });

  it("refuses to write out data that is nested too deeply, instead of failing", () => {
    let deep: JsonValue = 1;
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(renderTemplate("see ${facts}", { values: { facts: deep } })).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining("nested too deeply") },
    });
  });

  it("leaves values without `${` as they are", () => {
    const plain = fc.jsonValue().filter((value) => !JSON.stringify(value).includes("${"));
    fc.assert(
      fc.property(plain, (value) => {
        const result = renderTemplate(value as JsonValue, scope); // jsonValue gives JSON
        expect(result.ok ? JSON.stringify(result.value) : "").toBe(JSON.stringify(value));
      }),
    );
  });

  it("never throws, whatever the template", () => {
    const text = fc
      .array(fc.constantFrom("${", "}", "$", "{", "'", '"', "facts", ".rows", " ", "\\", "x"))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (template) => {
        const result = renderTemplate(template, scope);
        if (!result.ok) expect(result.failure.code).toBe("invalid-input");
      }),
      { numRuns: 1000 },
    );
  });
});

describe("renderText", () => {
  it("writes even a lone value out", () => {
    expect(renderText("${facts.rows}", scope)).toEqual({ ok: true, value: "12" });
    expect(renderText("${facts.list}", scope)).toEqual({ ok: true, value: '["a","b"]' });
  });
});

describe("parseTemplate", () => {
  it("finds the expressions of a text", () => {
    const parts = parseTemplate("a ${facts.x} b ${f('}')}");
    expect(parts.ok && parts.value.map((part) => (typeof part === "string" ? part : part.text))).toEqual([
      "a ",
      "facts.x",
      " b ",
      "f('}')",
    ]);
  });
});

describe("templateExpressions", () => {
  it("gathers expressions and mistakes of a whole template", () => {
    const { expressions, failures } = templateExpressions(
      { a: "${facts.x}", b: ["${fact.y}", "${facts.z >}"], c: 3 },
      { roots: ["facts"] },
    );
    expect(expressions.map(({ text }) => text)).toEqual(["facts.x"]);
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringContaining("did you mean `facts`?"),
      expect.stringContaining("expected a value"),
    ]);
  });
});
