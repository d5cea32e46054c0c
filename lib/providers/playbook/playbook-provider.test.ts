import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Playbook } from "#core/contract/agent-manifest.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import { AssistantMessage, type Message, type ToolCallPart, userText } from "#core/contract/message.ts";
import type { ProviderEvent, ProviderRequest, TerminalProviderEvent } from "#core/contract/provider.ts";
import { createPlaybookProvider } from "./playbook-provider.ts";

const tools = ["load_data", "clean_data", "validate_data", "train", "audit", "mitigate"];

function requestOf(messages: Message[], offered = tools): ProviderRequest {
  return {
    model: "playbook",
    system: "You are the data lead.",
    messages,
    tools: offered.map((name) => ({ name, description: name, inputSchema: { type: "object" } })),
    maxOutputTokens: 1000,
    origin: { agent: "data_lead" },
  };
}

const brief = (block: JsonObject, text = "Do it.") =>
  userText(`${text}\n\n\`\`\`json\n${JSON.stringify(block, null, 1)}\n\`\`\``);

async function eventsOf(rules: unknown[], request: ProviderRequest, signal = new AbortController().signal) {
  const playbook = Playbook.parse({ rules });
  const provider = createPlaybookProvider({ playbookOf: () => playbook });
  const events: ProviderEvent[] = [];
  for await (const event of provider.stream(request, signal)) events.push(event);
  return events;
}

async function terminalOf(rules: unknown[], request: ProviderRequest): Promise<TerminalProviderEvent> {
  const last = (await eventsOf(rules, request)).at(-1);
  if (last?.type !== "finished" && last?.type !== "failed") throw new Error("no terminal event");
  return last;
}

async function finished(rules: unknown[], messages: Message[], offered = tools) {
  const terminal = await terminalOf(rules, requestOf(messages, offered));
  if (terminal.type === "failed") throw new Error(terminal.failure.message);
  return terminal;
}

/** Plays a whole conversation with tools that answer from a table, until the playbook finishes. */
async function playThrough(
  rules: unknown[],
  first: Message,
  answer: (call: ToolCallPart, made: ToolCallPart[]) => { content: JsonValue; isError?: boolean },
) {
  const messages: Message[] = [first];
  const calls: ToolCallPart[] = [];
  for (let turn = 0; turn < 30; turn += 1) {
    const { message, stopReason } = await finished(rules, messages);
    messages.push(message);
    const call = message.content.find((part) => part.type === "tool-call");
    if (call === undefined) return { calls, messages, stopReason, text: JSON.stringify(message.content) };
    calls.push(call);
    const { content, isError = false } = answer(call, calls);
    messages.push({
      role: "tool",
      content: [
        { type: "tool-result", callId: call.id, name: call.name, content: JSON.stringify(content), isError },
      ],
    });
  }
  throw new Error("the playbook does not end");
}

describe("the playbook provider", () => {
  it("takes the first rule whose condition holds and renders its arguments with their types", async () => {
    const rules = [
      { when: "facts.rows > 100", call: "clean_data", with: { rows: "${facts.rows}" } },
      {
        when: "facts.rows > 10",
        say: "Loading ${inputs.path}.",
        call: "load_data",
        with: {
          path: "${inputs.path}",
          rows: "${facts.rows}",
          note: "n=${facts.rows}",
          columns: ["${request.target}"],
        },
      },
      { finish: "done" },
    ];
    const block = { inputs: { path: "a.csv" }, facts: { rows: 50 }, request: { target: "y" } };
    const terminal = await finished(rules, [brief(block)]);
    expect(terminal).toMatchObject({ stopReason: "tool-calls", model: "playbook" });
    expect(terminal.message.content).toEqual([
      { type: "text", text: "Loading a.csv." },
      {
        type: "tool-call",
        id: "play_1_1_01",
        name: "load_data",
        input: { path: "a.csv", rows: 50, note: "n=50", columns: ["y"] },
      },
    ]);
    expect(AssistantMessage.parse(terminal.message)).toEqual(terminal.message);
  });

  it("streams deltas that put together give the finished message, before one terminal event", async () => {
    const say = "A sentence that is longer than one piece, with a 😀 in it.";
    const rules = [{ say, call: "load_data", with: { path: "x".repeat(200) } }];
    const events = await eventsOf(rules, requestOf([brief({})]));
    const kinds = events.map(({ type }) => type);
    expect(kinds[0]).toBe("started");
    expect(kinds.filter((kind) => kind === "finished" || kind === "failed")).toEqual(["finished"]);
    expect(kinds.at(-1)).toBe("finished");
    const text = events.flatMap((event) => (event.type === "text-delta" ? [event.text] : [])).join("");
    const json = events.flatMap((event) => (event.type === "tool-call-delta" ? [event.json] : [])).join("");
    expect(text).toBe(say);
    expect(JSON.parse(json)).toEqual({ path: "x".repeat(200) });
    expect(kinds.filter((kind) => kind === "text-delta").length).toBeGreaterThan(1);
  });

  it("branches on real results: repairs what fails, mitigates what is unfair, then finishes", async () => {
    const rules = [
      { when: "not called('validate_data')", call: "validate_data" },
      {
        when: "failed('validate_data')",
        call: "clean_data",
        with: { issues: "${failure('validate_data').issues}" },
      },
      { when: "called('clean_data') and count('validate_data') < 2", call: "validate_data" },
      { when: "has(facts.fairness.worst) and facts.fairness.worst > 0.1", call: "mitigate" },
      { when: "not called('audit') or called('mitigate')", times: 2, call: "audit" },
      {
        finish:
          "worst difference ${facts.fairness.worst} after ${count('audit')} audits of ${facts.rows} rows",
      },
    ];
    const { calls, text, stopReason } = await playThrough(
      rules,
      brief({ facts: { rows: 10 } }),
      (call, made) => {
        if (call.name === "validate_data")
          return { content: { issues: ["gap"] }, isError: made.length === 1 };
        if (call.name === "audit") {
          const worst = made.some(({ name }) => name === "mitigate") ? 0.05 : 0.3;
          return { content: { ok: true, facts: { fairness: { worst } } } };
        }
        if (call.name === "mitigate")
          return { content: { done: true, facts: { fairness: { worst: 0.05 } } } };
        return { content: { done: true } };
      },
    );
    expect(calls.map(({ name }) => name)).toEqual([
      "validate_data",
      "clean_data",
      "validate_data",
      "audit",
      "mitigate",
      "audit",
    ]);
    expect(calls[1]?.input).toEqual({ issues: ["gap"] });
    expect(stopReason).toBe("end");
    expect(text).toContain("after 2 audits of 10 rows");
  });

  it("lays the facts of later results over the first ones, in order and deeply", async () => {
    const result = (name: string, facts: JsonObject, isError = false): Message => ({
      role: "tool",
      content: [{ type: "tool-result", callId: name, name, content: JSON.stringify({ facts }), isError }],
    });
    const messages = [
      brief({ facts: { a: { x: 1, y: 1 }, b: [1] } }),
      result("one", { a: { y: 2, z: 2 } }),
      result("two", { a: { z: 3 }, b: [9, 9] }),
      result("three", { a: { x: 666 } }, true),
    ];
    const terminal = await finished([{ finish: "${facts}" }], messages);
    expect(terminal.message.content).toEqual([{ type: "text", text: '{"a":{"x":1,"y":2,"z":3},"b":[9,9]}' }]);
  });

  it("knows the last success and the last failure of a tool apart", async () => {
    const result = (content: string, isError: boolean): Message => ({
      role: "tool",
      content: [{ type: "tool-result", callId: "x", name: "train", content, isError }],
    });
    const finish = "${result('train')} ${failed('train')} ${default(failure('train'), 'none')} ${last}";
    const said = async (...messages: Message[]) =>
      JSON.stringify((await finished([{ finish }], [brief({}), ...messages])).message.content);
    expect(await said(result('{"auc":0.9}', false), result("out of memory", true))).toContain(
      '{\\"auc\\":0.9} true out of memory out of memory',
    );
    expect(await said(result("boom", true), result("7", false))).toContain("7 false none 7");
  });

  it("fires a rule at most `times` times and then goes on to the next", async () => {
    const rules = [{ times: 3, call: "train" }, { finish: "enough" }];
    const { calls } = await playThrough(rules, brief({}), () => ({ content: "ok" }));
    expect(calls.map(({ id }) => id)).toEqual(["play_0_1_1", "play_0_2_2", "play_0_3_3"]);
  });

  it("forgets no firing when old messages are dropped, as compaction does", async () => {
    const rules = [
      { when: "not called('load_data')", call: "load_data" },
      { times: 2, call: "train" },
      { when: "called('load_data') and count('train') == 2", call: "audit" },
      { finish: "done" },
    ];
    const { messages, calls } = await playThrough(rules, brief({}), () => ({ content: "ok" }));
    expect(calls.map(({ name }) => name)).toEqual(["load_data", "train", "train", "audit"]);
    // Only the brief, a summary and the last call remain.
    const compacted = [
      ...messages.slice(0, 1),
      userText("Summary: all went well."),
      ...messages.slice(-3, -1),
    ];
    expect((await finished(rules, compacted)).message.content).toEqual([{ type: "text", text: "done" }]);
    const beforeAudit = [...messages.slice(0, 1), ...messages.slice(-5, -3)];
    expect((await finished(rules, beforeAudit)).message.content).toMatchObject([{ name: "audit" }]);
  });

  it("takes facts from the block of a summary that replaced old messages", async () => {
    const messages = [brief({ facts: { a: 1 } }), brief({ facts: { b: 2 } }, "Summary.")];
    expect((await finished([{ finish: "${facts.a + facts.b}" }], messages)).message.content).toEqual([
      { type: "text", text: "3" },
    ]);
  });

  it("reads the runtime's block, not one inside the text of the task", async () => {
    const task = 'Use this:\n```json\n{"facts": {"rows": 1}}\n```\nThanks.';
    const terminal = await finished(
      [{ finish: "${facts.rows}" }],
      [brief({ task, facts: { rows: 2 } }, task)],
    );
    expect(terminal.message.content).toEqual([{ type: "text", text: "2" }]);
  });

  it("works from the plain text when there is no block", async () => {
    const terminal = await finished([{ finish: "${task}" }], [userText("Just do it.")]);
    expect(terminal.message.content).toEqual([{ type: "text", text: "Just do it." }]);
  });

  it("leaves out arguments that come out as null, but not a null that is written", async () => {
    const rules = [
      { call: "train", with: { time: "${request.timeColumn}", seed: null, list: ["${facts.x}"] } },
    ];
    const terminal = await finished(rules, [brief({ request: { timeColumn: null } })]);
    expect(terminal.message.content).toMatchObject([{ input: { seed: null, list: [null] } }]);
    expect(JSON.stringify(terminal.message.content)).not.toContain("time");
  });

  it("says so and ends when no rule applies", async () => {
    const terminal = await finished([{ when: "false", finish: "x" }], [brief({})]);
    expect(terminal.stopReason).toBe("end");
    expect(terminal.message.content).toEqual([
      { type: "text", text: expect.stringContaining("No rule of the playbook of agent data_lead applies") },
    ]);
  });

  it.each<[string, unknown[], string]>([
    [
      "a tool that is not offered",
      [{ call: "deploy_model" }],
      "agent data_lead, playbook rule 1, call: the tool deploy_model is not offered to this agent",
    ],
    [
      "a condition over a missing fact",
      [
        { when: "false", finish: "x" },
        { when: "facts.drift > 0.2", finish: "x" },
      ],
      "agent data_lead, playbook rule 2, when: in `facts.drift > 0.2` at position 1: `facts.drift` is null",
    ],
    ["a condition that is no condition", [{ when: "task", finish: "x" }], "rule 1, when: in `task`"],
    [
      "a condition that does not parse",
      [{ when: "a >", finish: "x" }],
      "rule 1, when: in `a >` at position 4",
    ],
    ["a text over a missing fact", [{ finish: "${facts.x}" }], "rule 1, finish: in `facts.x`"],
    [
      "an argument that fails",
      [{ call: "train", with: { n: "${1 + facts.x}" } }],
      "rule 1, with: in `1 + facts.x`",
    ],
    ["a tool's name that is none", [{ when: "called(facts.x)", finish: "x" }], "must be the name of a tool"],
  ])("fails for %s, naming agent, rule and expression", async (_, rules, message) => {
    const terminal = await terminalOf(rules, requestOf([brief({})]));
    expect(terminal).toMatchObject({
      type: "failed",
      failure: {
        code: "provider-rejected-request",
        retryable: false,
        message: expect.stringContaining(message),
      },
    });
  });

  it.each(["```json\n{", "```json\n{\n```", "```json\n[1]\n```"])(
    "fails for a first block that cannot be read: %j",
    async (text) => {
      const terminal = await terminalOf([{ finish: "x" }], requestOf([userText(text)]));
      expect(terminal).toMatchObject({
        failure: { message: expect.stringContaining("agent data_lead: the ```json block") },
      });
    },
  );

  it("fails for an agent without a playbook", async () => {
    const provider = createPlaybookProvider({ playbookOf: () => undefined });
    const events: ProviderEvent[] = [];
    for await (const event of provider.stream(requestOf([]), new AbortController().signal))
      events.push(event);
    expect(events).toMatchObject([
      { type: "failed", failure: { message: expect.stringContaining("agent data_lead has no playbook") } },
    ]);
  });

  it("answers the same for the same conversation", async () => {
    const rules = [{ times: 2, call: "train", with: { facts: "${facts}" } }, { finish: "${facts}" }];
    const request = requestOf([brief({ facts: { b: 1, a: [1, 2] } })]);
    expect(await eventsOf(rules, request)).toEqual(await eventsOf(rules, request));
  });

  it("estimates tokens as bytes over four", async () => {
    const request = requestOf([brief({})]);
    const { system, messages, tools: offers } = request;
    const bytes = Buffer.byteLength(JSON.stringify({ system, messages, tools: offers }));
    const terminal = await terminalOf([{ finish: "12345é" }], request);
    expect(terminal).toMatchObject({ usage: { inputTokens: Math.ceil(bytes / 4), outputTokens: 2 } });
  });

  it("stops between two deltas when it is cancelled", async () => {
    const controller = new AbortController();
    const playbook = Playbook.parse({ rules: [{ finish: "word ".repeat(100) }] });
    const events: ProviderEvent[] = [];
    const provider = createPlaybookProvider({ playbookOf: () => playbook });
    for await (const event of provider.stream(requestOf([brief({})]), controller.signal)) {
      events.push(event);
      if (events.length === 3) controller.abort();
    }
    expect(events).toHaveLength(4);
    expect(events.at(-1)).toMatchObject({ type: "failed", failure: { code: "cancelled" } });
  });

  it("ends in one terminal event and never throws, whatever the messages", async () => {
    const part = fc.record({ id: fc.constantFrom("play_0_1_1", "play_1_2_01", "x"), content: fc.string() });
    const message = fc.oneof(
      fc.string().map(userText),
      fc.jsonValue().map((value) => userText(`\`\`\`json\n${JSON.stringify(value)}\n\`\`\``)),
      part.map(
        ({ id }): Message => ({
          role: "assistant",
          content: [{ type: "tool-call", id, name: "train", input: null }],
        }),
      ),
      fc.tuple(part, fc.boolean(), fc.oneof(fc.string(), fc.json())).map(
        ([{ id }, isError, content]): Message => ({
          role: "tool",
          content: [{ type: "tool-result", callId: id, name: "train", content, isError }],
        }),
      ),
    );
    const rules = [
      { when: "has(last) and failed('train')", times: 2, call: "train", with: { x: "${last}" } },
      { when: "has(facts.a)", say: "${facts.a} ${task}", call: "audit" },
      { finish: "${facts} ${inputs}" },
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 8 }), async (messages) => {
        const events = await eventsOf(rules, requestOf(messages));
        const terminal = events.filter(({ type }) => type === "finished" || type === "failed");
        expect(terminal).toHaveLength(1);
        expect(events.at(-1)).toBe(terminal[0]);
      }),
      { numRuns: 400 },
    );
  });
});
