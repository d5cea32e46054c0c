import { describe, expect, it } from "vitest";
import { failure } from "#core/contract/failure.ts";
import { userText } from "#core/contract/message.ts";
import type { ProviderEvent, ProviderRequest } from "#core/contract/provider.ts";
import { createScriptedProvider, type ScriptedStep } from "./scripted-provider.ts";

const request = (agent: string, turn = 1): ProviderRequest => ({
  model: "m",
  system: "",
  messages: [userText("hello")],
  tools: [],
  maxOutputTokens: 10,
  origin: { agent, turn },
});

/** A provider whose final check is called by the test instead of at its end. */
function scripted(steps: ScriptedStep[]) {
  let check = () => {};
  const provider = createScriptedProvider(steps, { atEnd: (given) => (check = given) });
  const ask = async (agent: string, turn?: number, signal = new AbortController().signal) => {
    const events: ProviderEvent[] = [];
    for await (const event of provider.stream(request(agent, turn), signal)) events.push(event);
    return events;
  };
  return { provider, ask, check: () => check() };
}

describe("createScriptedProvider", () => {
  it("answers in order with text, thinking, calls and usage", async () => {
    const { ask, check, provider } = scripted([
      {
        reply: {
          thinking: "hm",
          text: "go",
          calls: [
            { name: "load", input: { a: 1 } },
            { name: "x", malformed: "{" },
          ],
        },
      },
      { reply: { text: "done", usage: { inputTokens: 3 } } },
    ]);
    const first = await ask("lead");
    expect(first.map(({ type }) => type)).toEqual([
      "started",
      "thinking-delta",
      "text-delta",
      "tool-call-started",
      "tool-call-delta",
      "tool-call-started",
      "tool-call-delta",
      "finished",
    ]);
    expect(first.at(-1)).toMatchObject({
      stopReason: "tool-calls",
      message: {
        content: [
          { type: "thinking" },
          { type: "text", text: "go" },
          { id: "call_1", input: { a: 1 } },
          { id: "call_2", input: null, malformed: "{" },
        ],
      },
    });
    expect((await ask("lead", 2)).at(-1)).toMatchObject({ stopReason: "end", usage: { inputTokens: 3 } });
    expect(provider.requests.map(({ origin }) => origin.turn)).toEqual([1, 2]);
    expect(check).not.toThrow();
  });

  it("tells agents that run side by side apart, keeping each one's order", async () => {
    const { ask, check } = scripted([
      { agent: "a", turn: 1, reply: { text: "a1" } },
      { agent: "b", reply: { text: "b1" } },
      { agent: "a", turn: 2, reply: (asked) => ({ text: `a${asked.origin.turn ?? 0}` }) },
    ]);
    expect(JSON.stringify(await ask("b"))).toContain("b1");
    expect(JSON.stringify(await ask("a", 1))).toContain("a1");
    expect(JSON.stringify(await ask("a", 2))).toContain("a2");
    expect(check).not.toThrow();
  });

  it.each<[string, ScriptedStep[], number, string]>([
    ["a request too many", [], 1, "lead asked in turn 1, but no step is left for it"],
    ["another turn", [{ turn: 2, reply: {} }], 1, "its next step is any agent, turn 2"],
    ["an expectation that does not hold", [{ expects: () => false, reply: {} }], 1, "expectation of its own"],
  ])("fails the test for %s", async (_, steps, turn, message) => {
    const { ask, check } = scripted(steps);
    expect((await ask("lead", turn)).at(-1)).toMatchObject({ type: "failed", failure: { code: "internal" } });
    expect(check).toThrow(message);
  });

  it("fails the test for steps that were never asked for", () => {
    const { check } = scripted([{ agent: "lead", turn: 3, reply: {} }]);
    expect(check).toThrow("never asked for: lead, turn 3");
  });

  it("plays failures", async () => {
    const { ask } = scripted([
      { reply: { failure: failure("provider-overloaded", "busy", { retryable: true }) } },
    ]);
    expect((await ask("lead")).at(-1)).toMatchObject({
      type: "failed",
      failure: { code: "provider-overloaded" },
    });
  });

  it("hangs until it is cancelled", async () => {
    const { ask } = scripted([{ reply: { hang: true } }]);
    const controller = new AbortController();
    const answer = ask("lead", 1, controller.signal);
    controller.abort();
    expect((await answer).at(-1)).toMatchObject({ type: "failed", failure: { code: "cancelled" } });
  });

  it("keeps requests as they were when they came", async () => {
    const { provider } = scripted([{ reply: {} }]);
    const asked = request("lead");
    for await (const _ of provider.stream(asked, new AbortController().signal));
    asked.messages.push(userText("later"));
    expect(provider.requests[0]?.messages).toHaveLength(1);
  });

  it("checks itself at the end of the test that made it", () => {
    createScriptedProvider([]);
  });
});
