import { expect } from "vitest";
import { toolCallsOf, type Message, userText } from "#core/contract/message.ts";
import { noUsage, type ProviderRequest } from "#core/contract/provider.ts";
import { collectAnswer } from "./collect-answer.ts";
import { type ProviderHarness, type StartedProvider, TEST_KEY } from "./provider-harness.ts";
import type { Fault, Scenario, ScriptedAnswer } from "./scenario.ts";

/** One behaviour that every provider has. `id` is what a harness names to skip it. */
export interface ProviderCase {
  id: string;
  behaviour: string;
  run(harness: ProviderHarness): Promise<void>;
}

export const usage = {
  inputTokens: 120,
  outputTokens: 34,
  cacheReadTokens: 1000,
  cacheWriteTokens: 50,
  reasoningTokens: 12,
};

export const answering = (answer: Partial<ScriptedAnswer>, fault?: Fault): Scenario => ({
  kind: "answer",
  answer: { stop: answer.calls === undefined ? "end" : "tool-calls", usage, ...answer },
  ...(fault && { fault }),
});

export function requestTo(
  harness: ProviderHarness,
  messages: Message[] = [userText("Weather in Bern?")],
): ProviderRequest {
  const inputSchema = { type: "object", properties: { place: { type: "string" } }, required: ["place"] };
  return {
    model: harness.model,
    system: "You tell the weather.",
    messages,
    tools: [
      { name: "lookup", description: "Looks the weather up.", inputSchema },
      { name: "convert", description: "Converts a temperature.", inputSchema: { type: "object" } },
    ],
    maxOutputTokens: 777,
    origin: { agent: "weather_worker", runId: "run_secret01", invocationId: "inv_secret01", turn: 1 },
  };
}

/** Starts, runs and always closes. */
export async function withProvider(
  harness: ProviderHarness,
  scenarios: Scenario[],
  run: (started: StartedProvider) => Promise<void>,
  options: Parameters<ProviderHarness["start"]>[1] = {},
): Promise<void> {
  const started = await harness.start(scenarios, options);
  try {
    await run(started);
  } finally {
    await started.close();
  }
}

async function finishedAnswer(started: StartedProvider, request: ProviderRequest) {
  const answer = await collectAnswer(started.provider, request);
  if (answer.terminal.type === "failed") throw new Error(answer.terminal.failure.message);
  return { ...answer, terminal: answer.terminal };
}

const call = (id: string, name: string, ...json: string[]) => ({ id, name, json });

export const answerCases: ProviderCase[] = [
  {
    id: "text",
    behaviour: "streams text piece by piece and finishes with the whole of it",
    run: (harness) =>
      withProvider(harness, [answering({ text: ["It is ", "18 °C", " in Bern 😀."] })], async (started) => {
        const { events, terminal, text } = await finishedAnswer(started, requestTo(harness));
        expect(text).toBe("It is 18 °C in Bern 😀.");
        expect(events[0]?.type).toBe("started");
        expect(terminal.stopReason).toBe("end");
        expect(terminal.message.content).toEqual([{ type: "text", text }]);
      }),
  },
  {
    id: "one-call",
    behaviour: "gives one tool call with parsed arguments and the vendor's id",
    run: (harness) =>
      withProvider(
        harness,
        [answering({ calls: [call("call_a1", "lookup", '{"pla', 'ce":"Be', 'rn","days":[1,2]}')] })],
        async (started) => {
          const { terminal } = await finishedAnswer(started, requestTo(harness));
          expect(terminal.stopReason).toBe("tool-calls");
          expect(toolCallsOf(terminal.message)).toMatchObject([
            { name: "lookup", input: { place: "Bern", days: [1, 2] } },
          ]);
        },
      ),
  },
  {
    id: "parallel-calls",
    behaviour: "gives several calls of one answer in order, beside its text",
    run: (harness) =>
      withProvider(
        harness,
        [
          answering({
            text: ["Both."],
            calls: [
              call("call_a1", "lookup", '{"place":"Bern"}'),
              call("call_b2", "lookup", '{"place":', '"Rom"}'),
            ],
          }),
        ],
        async (started) => {
          const { terminal, text } = await finishedAnswer(started, requestTo(harness));
          expect(text).toBe("Both.");
          expect(terminal.message.content.map(({ type }) => type)).toEqual([
            "text",
            "tool-call",
            "tool-call",
          ]);
          expect(toolCallsOf(terminal.message)).toEqual([
            { type: "tool-call", id: "call_a1", name: "lookup", input: { place: "Bern" } },
            { type: "tool-call", id: "call_b2", name: "lookup", input: { place: "Rom" } },
          ]);
        },
      ),
  },
  {
    id: "call-without-arguments",
    behaviour: "reads a call without any arguments as an empty object",
    run: (harness) =>
      withProvider(harness, [answering({ calls: [call("call_a1", "convert")] })], async (started) => {
        const { terminal } = await finishedAnswer(started, requestTo(harness));
        expect(toolCallsOf(terminal.message)).toMatchObject([{ name: "convert", input: {} }]);
      }),
  },
  {
    id: "malformed-arguments",
    behaviour: "keeps arguments that are no JSON as they were written, and goes on",
    run: (harness) =>
      withProvider(
        harness,
        [
          answering({
            calls: [call("call_a1", "lookup", '{"place": Be', "rn"), call("call_b2", "convert", "{}")],
          }),
        ],
        async (started) => {
          const { terminal } = await finishedAnswer(started, requestTo(harness));
          expect(toolCallsOf(terminal.message)).toEqual([
            { type: "tool-call", id: "call_a1", name: "lookup", input: null, malformed: '{"place": Bern' },
            { type: "tool-call", id: "call_b2", name: "convert", input: {} },
          ]);
        },
      ),
  },
  {
    id: "round-trip",
    behaviour: "sends calls and their results back under the same ids, failures and malformed calls too",
    run: (harness) =>
      withProvider(
        harness,
        [
          answering({
            calls: [call("call_a1", "lookup", '{"place":"Bern"}'), call("call_b2", "lookup", "{no json")],
          }),
          answering({ text: ["18 °C."] }),
        ],
        async (started) => {
          const first = await finishedAnswer(started, requestTo(harness));
          const [one, two] = toolCallsOf(first.terminal.message);
          if (one === undefined || two === undefined) throw new Error("two calls were scripted");
          const result = (callId: string, content: string, isError: boolean) =>
            ({ type: "tool-result", callId, name: "lookup", content, isError }) as const;
          const second = await finishedAnswer(
            started,
            requestTo(harness, [
              userText("Weather in Bern?"),
              first.terminal.message,
              {
                role: "tool",
                content: [result(one.id, '{"celsius":18}', false), result(two.id, "no JSON", true)],
              },
              userText("Answer in one word."),
            ]),
          );
          expect(second.text).toBe("18 °C.");
          const seen = started.seen(1);
          expect(seen.calls).toEqual([
            { id: "call_a1", name: "lookup" },
            { id: "call_b2", name: "lookup" },
          ]);
          expect(seen.results).toEqual([
            { callId: "call_a1", content: '{"celsius":18}' },
            { callId: "call_b2", content: "no JSON" },
          ]);
          expect(seen.texts).toEqual(["Weather in Bern?", "Answer in one word."]);
          expect(seen.body).toContain("{no json");
        },
      ),
  },
  {
    id: "thinking",
    behaviour: "streams reasoning and sends its opaque value back unchanged, to the same model only",
    run: (harness) => {
      const opaque = "b3BhcXVl/+=value";
      const scenarios = [
        answering({
          thinking: { pieces: ["Let me ", "see."], opaque },
          calls: [call("call_a1", "lookup", "{}")],
        }),
        answering({ text: ["18 °C."] }),
        answering({ text: ["18 °C."] }),
        answering({ text: ["18 °C."] }),
      ];
      return withProvider(harness, scenarios, async (started) => {
        const question = userText("Weather in Bern?");
        const first = await finishedAnswer(started, requestTo(harness, [question]));
        expect(first.thinking).toBe("Let me see.");
        expect(first.terminal.message.content[0]).toMatchObject({ type: "thinking", text: "Let me see." });
        const rest: Message[] = [
          first.terminal.message,
          {
            role: "tool",
            content: [
              { type: "tool-result", callId: "call_a1", name: "lookup", content: "18", isError: false },
            ],
          },
        ];
        const request = requestTo(harness, [question, ...rest]);
        await finishedAnswer(started, request);
        expect(started.seen(1).opaque).toEqual([opaque]);
        await finishedAnswer(started, { ...request, model: "another-model" });
        expect(started.seen(2).opaque, "another model would refuse it").toEqual([]);
        const foreign = {
          ...first.terminal.message,
          content: [{ type: "thinking" as const, text: "x", signature: "foreign" }],
        };
        await finishedAnswer(started, requestTo(harness, [question, foreign, userText("Well?")]));
        expect(started.seen(3).opaque, "another provider's is not ours to send").toEqual([]);
      });
    },
  },
  {
    id: "usage",
    behaviour: "counts fresh, cached, written and reasoning tokens apart",
    run: (harness) =>
      withProvider(harness, [answering({ text: ["Yes."] })], async (started) => {
        const { terminal } = await finishedAnswer(started, requestTo(harness));
        expect(terminal.usage).toEqual(usage);
      }),
  },
  {
    id: "some-usage",
    behaviour: "counts something for every answer",
    run: (harness) =>
      withProvider(harness, [answering({ text: ["Yes, quite so."] })], async (started) => {
        const { terminal } = await finishedAnswer(started, requestTo(harness));
        expect(terminal.usage.inputTokens).toBeGreaterThan(noUsage.inputTokens);
        expect(terminal.usage.outputTokens).toBeGreaterThan(noUsage.outputTokens);
      }),
  },
  {
    id: "request",
    behaviour: "sends system prompt, tools, limit and key, and nothing of who asks",
    run: (harness) =>
      withProvider(harness, [answering({ text: ["Yes."] })], async (started) => {
        await finishedAnswer(started, requestTo(harness));
        const seen = started.seen(0);
        expect(seen).toMatchObject({
          key: TEST_KEY,
          model: harness.model,
          system: "You tell the weather.",
          maxOutputTokens: 777,
          tools: ["lookup", "convert"],
          texts: ["Weather in Bern?"],
        });
        expect(seen.body).not.toMatch(/weather_worker|run_secret01|inv_secret01/);
      }),
  },
  {
    id: "empty-answer",
    behaviour: "finishes an answer without content, and leaves it out of the next request",
    run: (harness) =>
      withProvider(harness, [answering({}), answering({ text: ["Yes."] })], async (started) => {
        const { terminal } = await finishedAnswer(started, requestTo(harness));
        expect(terminal.message.content).toEqual([]);
        expect(terminal.stopReason).toBe("end");
        const next = requestTo(harness, [userText("One?"), terminal.message, userText("Two?")]);
        await finishedAnswer(started, next);
        expect(started.seen(1).texts).toEqual(["One?", "Two?"]);
      }),
  },
  {
    id: "max-tokens",
    behaviour: "says that an answer ended at the limit of tokens",
    run: (harness) =>
      withProvider(harness, [answering({ text: ["It is"], stop: "max-tokens" })], async (started) => {
        const { terminal } = await finishedAnswer(started, requestTo(harness));
        expect(terminal.stopReason).toBe("max-tokens");
      }),
  },
  {
    id: "refusal",
    behaviour: "says that a model refused",
    run: (harness) =>
      withProvider(harness, [answering({ text: ["I will not."], stop: "refusal" })], async (started) => {
        const { terminal, text } = await finishedAnswer(started, requestTo(harness));
        expect(terminal.stopReason).toBe("refusal");
        expect(text).toBe("I will not.");
      }),
  },
  {
    id: "unknown-events",
    behaviour: "passes over kinds of events that the vendor adds later",
    run: (harness) =>
      withProvider(harness, [answering({ text: ["Yes."] }, "unknown-events")], async (started) => {
        expect((await finishedAnswer(started, requestTo(harness))).text).toBe("Yes.");
      }),
  },
  {
    id: "connections",
    behaviour: "makes many calls over one connection",
    run: (harness) =>
      withProvider(harness, [answering({ text: ["Yes."] }, "late-end")], async (started) => {
        for (let nth = 0; nth < 4; nth += 1) await finishedAnswer(started, requestTo(harness));
        expect(started.requests()).toBe(4);
        expect(started.connections().taken).toBe(1);
      }),
  },
  {
    id: "concurrent",
    behaviour: "answers calls that run at the same time, each with its own",
    run: (harness) => {
      const answers = ["one", "two", "three", "four", "five", "six"];
      return withProvider(
        harness,
        answers.map((text) => answering({ text: [text] })),
        async (started) => {
          const texts = await Promise.all(
            answers.map(async () => (await finishedAnswer(started, requestTo(harness))).text),
          );
          expect(texts.sort((left, right) => left.localeCompare(right))).toEqual(
            [...answers].sort((left, right) => left.localeCompare(right)),
          );
        },
      );
    },
  },
];
