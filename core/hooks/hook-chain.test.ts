import { describe, expect, it } from "vitest";
import type {
  AnyHookHandler,
  HookContext,
  HookHandler,
  HookOutcome,
  HookPayloads,
} from "#core/contract/hook.ts";
import { createHookChain } from "./hook-chain.ts";

const context: HookContext = {
  runId: "run_000001",
  agent: "trainer",
  callId: undefined,
  invocationId: undefined,
  runMemory: new Map(),
  signal: new AbortController().signal,
};

type PostTool = HookPayloads["POST_TOOL"];

function handler(
  id: string,
  handle: (payload: PostTool) => HookOutcome<PostTool> | Promise<HookOutcome<PostTool>>,
  more: Partial<HookHandler<"POST_TOOL">> = {},
): AnyHookHandler {
  return {
    id,
    point: "POST_TOOL",
    owner: "test",
    priority: 50,
    invariant: false,
    timeoutMs: 1000,
    handle,
    ...more,
  };
}
const append = (id: string, text: string, more: Partial<HookHandler<"POST_TOOL">> = {}) =>
  handler(
    id,
    (payload) => ({
      outcome: "redact",
      payload: { ...payload, output: `${JSON.stringify(payload.output).slice(1, -1)}${text}` },
      findings: [],
    }),
    more,
  );
const payload: PostTool = { tool: "train_classifier", output: "", isError: false };

describe("createHookChain", () => {
  it("runs handlers by falling priority and, within one, as registered, each seeing the change of the one before", async () => {
    const chain = createHookChain([
      append("low", "4", { priority: 1 }),
      append("first", "2"),
      append("high", "1", { priority: 90 }),
      append("second", "3"),
    ]);
    const result = await chain.run("POST_TOOL", payload, context);
    expect(result).toMatchObject({ passed: true, payload: { output: "1234" } });
    expect(result.triggers.map((trigger) => trigger.handler)).toEqual(["high", "first", "second", "low"]);
  });

  it("ends at the first deny and names it", async () => {
    const chain = createHookChain([
      handler("no", () => ({ outcome: "deny", reason: "not this", findings: [] })),
      append("never", "x", { priority: 1 }),
    ]);
    expect(await chain.run("POST_TOOL", payload, context)).toMatchObject({
      passed: false,
      by: { handler: "no" },
      reason: "not this",
      triggers: [{ handler: "no" }],
    });
  });

  it.each<[string, () => Promise<HookOutcome<PostTool>> | HookOutcome<PostTool>]>([
    ["says error", () => ({ outcome: "error", reason: "no driver" })],
    [
      "throws",
      () => {
        throw new Error("no driver");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no driver"))],
  ])("lets the payload pass an ordinary handler that %s, and records it", async (_name, handle) => {
    const result = await createHookChain([handler("weak", handle)]).run("POST_TOOL", payload, context);
    expect(result).toMatchObject({ passed: true, triggers: [{ outcome: "error", reason: "no driver" }] });
  });

  it("denies when an invariant handler could not check", async () => {
    const chain = createHookChain([
      handler("strict", () => Promise.reject(new Error("gone")), { invariant: true }),
    ]);
    const result = await chain.run("POST_TOOL", payload, context);
    expect(result).toMatchObject({ passed: false, by: { handler: "strict", outcome: "error" } });
  });

  it("counts a handler that does not answer in time as one that could not check", async () => {
    const chain = createHookChain([
      handler("slow", () => new Promise(() => undefined), { invariant: true, timeoutMs: 5 }),
    ]);
    const result = await chain.run("POST_TOOL", payload, context);
    expect(result).toMatchObject({ passed: false, reason: expect.stringContaining("5 ms") });
  });

  it("refuses a second handler with the same id at one point", () => {
    expect(() => createHookChain([append("twin", "1"), append("twin", "2")])).toThrow(/twin/);
  });

  it("passes a payload unchanged where nobody listens", async () => {
    const chain = createHookChain([]);
    expect(chain.has("PRE_LLM")).toBe(false);
    expect(await chain.run("POST_TOOL", payload, context)).toEqual({ passed: true, payload, triggers: [] });
  });
});
