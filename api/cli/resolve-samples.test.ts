import { describe, expect, it } from "vitest";
import { createSampleResolver } from "./resolve-samples.ts";

function resolverOf(facts: Parameters<typeof createSampleResolver>[0]["facts"]) {
  const called: unknown[] = [];
  const resolve = createSampleResolver({
    samples: {
      dataset: { kind: "call", tool: "load", input: { source: "plain" }, pick: "digest" },
      part: { kind: "call", tool: "split", input: { dataset: "sample:dataset" }, pick: "missing" },
    },
    facts,
    folder: "/nowhere",
    call: (tool, input) => {
      called.push([tool, input]);
      const end = { ok: true as const, output: { digest: "d1" }, facts: {} };
      return Promise.resolve({ callId: "call_1", decision: undefined, millis: 0, artifacts: [], end });
    },
    announce: () => {},
  });
  return { resolve, called };
}

describe("names in an input by hand", () => {
  it("stand for samples, wherever they are, each made once", async () => {
    const { resolve, called } = resolverOf(undefined);
    const resolved = await resolve({ list: ["sample:dataset", 1, null], data: "sample:dataset" });
    expect(resolved).toEqual({ ok: true, value: { list: ["d1", 1, null], data: "d1" } });
    expect(called).toEqual([["load", { source: "plain" }]]);
  });

  it("say what a tool did not answer", async () => {
    const made = await resolverOf(undefined).resolve("sample:part");
    expect(made).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining("split answered without missing") as string },
    });
  });

  it("stand for facts of the named run, however deep", async () => {
    const { resolve } = resolverOf({ model: { artifact: "abc", rows: 3 } });
    expect(await resolve({ model: "fact:model.artifact", rows: "fact:model.rows" })).toEqual({
      ok: true,
      value: { model: "abc", rows: 3 },
    });
    expect(await resolve("fact:model.digest")).toMatchObject({ ok: false, failure: { code: "not-found" } });
    expect(await resolve("fact:model.artifact.length")).toMatchObject({ ok: false });
  });

  it("ask for a run when a fact is named without one", async () => {
    const made = await resolverOf(undefined).resolve("fact:model.artifact");
    expect(made).toMatchObject({
      ok: false,
      failure: { code: "invalid-input", message: expect.stringContaining("--run") as string },
    });
  });
});
