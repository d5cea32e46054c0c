import { describe, expect, it } from "vitest";
import { callsOf } from "./expression-calls.ts";
import { pathsOf, readPaths } from "./expression-paths.ts";
import { parseExpression } from "./parse-expression.ts";

function parsed(text: string) {
  const result = parseExpression(text);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

describe("pathsOf", () => {
  it("lists every path once, in order, wherever it stands", () => {
    const expression = parsed(
      "facts.a > 1 and not has(facts['b c'][0]) or -inputs.n in [facts['a'], result(request.tool).rows, 3 * (task)]",
    );
    expect(pathsOf(expression)).toEqual(["facts.a", "facts['b c'][0]", "inputs.n", "request.tool", "task"]);
  });

  it("gives texts that parse to the same path", () => {
    const [text = ""] = pathsOf(parsed("facts['it\\'s \\\\ odd'].x"));
    expect(pathsOf(parsed(text))).toEqual([text]);
  });

  it("finds none in a literal", () => {
    expect(pathsOf(parsed("1 == 1"))).toEqual([]);
  });
});

describe("readPaths", () => {
  it("tells what an expression saw, null where nothing is", () => {
    const values = { facts: { drift: { psi: 0.31 }, "odd name": [4] } };
    const expression = parsed("facts.drift.psi > 0.25 or facts['odd name'][0] < facts.gone.x or other.y");
    expect(readPaths(expression, values)).toEqual({
      "facts.drift.psi": 0.31,
      "facts['odd name'][0]": 4,
      "facts.gone.x": null,
      "other.y": null,
    });
  });
});

describe("callsOf", () => {
  it("lists calls with the arguments that are written out", () => {
    expect(callsOf(parsed("called('train') and count(facts.tool, 2) > length(result('x').y)"))).toEqual([
      { name: "called", literals: ["train"] },
      { name: "count", literals: [undefined, 2] },
      { name: "length", literals: [undefined] },
      { name: "result", literals: ["x"] },
    ]);
  });
});
