import { describe, expect, it } from "vitest";
import { createNodeOwnFiles } from "../runtime/node-own-files.ts";
import { collectAppFiles } from "./app-layer.ts";
import { importClosure } from "./import-closure.ts";

function closureOf(sources: Record<string, string>, entry: string) {
  const read = async (path: string) => {
    const text = sources[path.replace(/^\/root\//, "")];
    if (text === undefined) throw new Error(`there is no ${path}`);
    return new TextEncoder().encode(text);
  };
  return importClosure({ read }, "/root/", [entry]);
}

describe("importClosure", () => {
  it("follows values, not types, through relative and # paths, circles included", async () => {
    const found = await closureOf(
      {
        "a/start.ts":
          'import {\n  one,\n} from "./one.ts";\nimport type { Gone } from "./gone.ts";\nimport "node:fs";',
        "a/one.ts": 'export { two } from "#b/two.ts";',
        "b/two.ts": 'import "../a/start.ts";\nconst text = "no import";',
      },
      "a/start.ts",
    );
    expect([...found.keys()].toSorted()).toEqual(["a/one.ts", "a/start.ts", "b/two.ts"]);
  });

  it("refuses a package, which an image does not have", async () => {
    await expect(closureOf({ "a.ts": 'import { z } from "zod";' }, "a.ts")).rejects.toThrow(/package zod/);
  });

  it("finds the explaining code beside the server, and no tests", async () => {
    const model = { name: "m", content: new Uint8Array(), sha256: "0" };
    const paths = (await collectAppFiles(createNodeOwnFiles(), model)).map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        "serving/serve.ts",
        "serving/self-check.ts",
        "lib/ml/score/scorer.ts",
        "lib/ml/explain/tree-shap.ts",
      ]),
    );
    expect(paths.filter((path) => /\.test|^(tools|api|core)/.test(path))).toEqual([]);
  });
});
