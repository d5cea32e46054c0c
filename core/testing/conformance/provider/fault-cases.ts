import { expect } from "vitest";
import type { FailureCode } from "#core/contract/failure.ts";
import type { JsonValue } from "#core/contract/json.ts";
import { userText } from "#core/contract/message.ts";
import { type ProviderCase, answering, requestTo, usage, withProvider } from "./answer-cases.ts";
import { collectAnswer } from "./collect-answer.ts";
import { type ProviderHarness, TEST_KEY_TRACE } from "./provider-harness.ts";
import type { Fault, RefusalReason, Scenario } from "./scenario.ts";

interface Expected {
  code: FailureCode;
  retryable: boolean;
  retryAfterMs?: number;
  message?: string | RegExp;
}

async function failureOf(harness: ProviderHarness, scenario: Scenario) {
  let found: { failure: object; usage?: object } | undefined;
  let text = "";
  await withProvider(harness, [scenario], async (started) => {
    const answer = await collectAnswer(started.provider, requestTo(harness));
    if (answer.terminal.type === "finished") throw new Error("it finished");
    expect(started.requests(), "providers do not retry").toBe(1);
    found = answer.terminal;
    text = answer.text;
  });
  if (found === undefined) throw new Error("nothing happened");
  return { terminal: found, text };
}

function refusal(
  id: string,
  behaviour: string,
  [reason, status, headers]: [RefusalReason, number, Record<string, string>?],
  expected: Expected | ((harness: ProviderHarness) => Expected),
): ProviderCase {
  return {
    id,
    behaviour,
    async run(harness) {
      const scenario: Scenario = { kind: "refusal", reason, status, ...(headers && { headers }) };
      const { terminal } = await failureOf(harness, scenario);
      checkFailure(terminal.failure, typeof expected === "function" ? expected(harness) : expected);
    },
  };
}

function checkFailure(failure: object, { message, ...rest }: Expected): void {
  expect(failure).toMatchObject(rest);
  if (rest.retryAfterMs === undefined) expect(failure).not.toHaveProperty("retryAfterMs");
  if (message !== undefined) expect((failure as { message: string }).message).toMatch(message); // parsed by collectAnswer
}

function streamFault(id: string, behaviour: string, fault: Fault, codes: FailureCode[]): ProviderCase {
  return {
    id,
    behaviour,
    async run(harness) {
      const answer = { text: ["It is", " 18"], calls: [{ id: "c1", name: "lookup", json: ['{"a'] }] };
      const { terminal, text } = await failureOf(harness, answering(answer, fault));
      expect(terminal.failure).toMatchObject({ retryable: true });
      expect(codes).toContain((terminal.failure as { code: FailureCode }).code); // parsed by collectAnswer
      expect(text, "what came before was shown").toBe("It is 18");
    },
  };
}

const rateLimited = { code: "provider-rate-limited", retryable: true } as const;

export const faultCases: ProviderCase[] = [
  refusal(
    "refused-key",
    "names the variable to set when the key is refused (401)",
    ["bad-key", 401],
    (harness) => ({
      code: "provider-rejected-key",
      retryable: false,
      message: new RegExp(`set ${harness.keyVariable ?? "?"}`),
    }),
  ),
  refusal(
    "forbidden",
    "names the variable to set when the key may not (403)",
    ["forbidden", 403],
    (harness) => ({
      code: "provider-rejected-key",
      retryable: false,
      message: new RegExp(`set ${harness.keyVariable ?? "?"}`),
    }),
  ),
  refusal(
    "rejected-request",
    "repeats the vendor's reason for a rejected request (400)",
    ["bad-request", 400],
    {
      code: "provider-rejected-request",
      retryable: false,
      message: "the reason of the vendor",
    },
  ),
  refusal("context-too-long", "knows a conversation that is too long (400)", ["context-too-long", 400], {
    code: "context-too-long",
    retryable: false,
  }),
  refusal(
    "unknown-model",
    "names a model that the vendor does not know (404)",
    ["unknown-model", 404],
    (harness) => ({
      code: "provider-rejected-request",
      retryable: false,
      message: harness.model,
    }),
  ),
  refusal(
    "rate-limited",
    "gives the seconds of retry-after (429)",
    ["rate-limited", 429, { "retry-after": "7" }],
    {
      ...rateLimited,
      retryAfterMs: 7000,
      message: "asks to wait 7 s",
    },
  ),
  refusal(
    "rate-limited-ms",
    "prefers retry-after-ms to retry-after",
    ["rate-limited", 429, { "retry-after": "7", "retry-after-ms": "1234.5" }],
    { ...rateLimited, retryAfterMs: 1235 },
  ),
  refusal(
    "rate-limited-without",
    "names no time when the vendor names none (429)",
    ["rate-limited", 429],
    rateLimited,
  ),
  {
    id: "rate-limited-date",
    behaviour: "reads retry-after as an HTTP date",
    async run(harness) {
      const headers = { "retry-after": new Date(Date.now() + 60_000).toUTCString() };
      const { terminal } = await failureOf(harness, {
        kind: "refusal",
        reason: "rate-limited",
        status: 429,
        headers,
      });
      const { retryAfterMs } = terminal.failure as { retryAfterMs?: number }; // parsed by collectAnswer
      expect(retryAfterMs).toBeGreaterThan(50_000);
      expect(retryAfterMs).toBeLessThanOrEqual(60_000);
    },
  },
  refusal("no-quota", "does not ask to retry when the account has no quota", ["no-quota", 429], {
    code: "provider-rate-limited",
    retryable: false,
  }),
  refusal(
    "overloaded",
    "knows an overloaded vendor (529) and its retry-after",
    ["overloaded", 529, { "retry-after": "2" }],
    {
      code: "provider-overloaded",
      retryable: true,
      retryAfterMs: 2000,
    },
  ),
  refusal("unavailable", "knows an unavailable vendor (503)", ["overloaded", 503], {
    code: "provider-overloaded",
    retryable: true,
  }),
  refusal("internal", "knows a fault of the vendor's own (500)", ["internal", 500], {
    code: "provider-bad-response",
    retryable: true,
  }),
  {
    id: "gateway-page",
    behaviour: "survives a gateway's page (502) and shows none of it",
    async run(harness) {
      const html = `<html><body>${"bad gateway ".repeat(500)}</body></html>`;
      const { terminal } = await failureOf(harness, { kind: "page", status: 502, html });
      checkFailure(terminal.failure, { code: "provider-unreachable", retryable: true });
      expect(JSON.stringify(terminal)).not.toContain("bad gateway");
    },
  },
  {
    id: "page-for-answer",
    behaviour: "refuses a page that comes instead of an answer (200)",
    async run(harness) {
      const { terminal } = await failureOf(harness, {
        kind: "page",
        status: 200,
        html: "<html>log in</html>",
      });
      checkFailure(terminal.failure, { code: "provider-bad-response", retryable: true });
    },
  },
  streamFault("cut", "knows a connection cut in the middle", "cut", ["provider-unreachable"]),
  streamFault("early-end", "knows a stream that ends properly but too early", "early-end", [
    "provider-bad-response",
  ]),
  streamFault("malformed-event", "knows an event that is no JSON", "malformed-json", [
    "provider-bad-response",
  ]),
  streamFault("wrong-shape", "knows an event of a wrong shape", "wrong-shape", ["provider-bad-response"]),
  streamFault("error-event", "reads an error inside the stream", "overloaded-event", [
    "provider-overloaded",
    "provider-bad-response",
  ]),
  {
    id: "usage-of-failed",
    behaviour: "tells what a call had used when it was cut",
    async run(harness) {
      const { terminal } = await failureOf(harness, answering({ text: ["It is"] }, "cut"));
      expect(terminal.usage).toMatchObject({ inputTokens: usage.inputTokens });
    },
  },
  {
    id: "cut-tail",
    behaviour: "does not mind a connection that is cut after a complete answer",
    run: (harness) =>
      withProvider(harness, [answering({ text: ["Yes."] }, "cut-tail")], async (started) => {
        const { terminal } = await collectAnswer(started.provider, requestTo(harness));
        expect(terminal).toMatchObject({ type: "finished", stopReason: "end" });
      }),
  },
  {
    id: "connection-refused",
    behaviour: "says that nothing listens at the address",
    run: (harness) =>
      withProvider(harness, [], async (started) => {
        await started.stopFarSide();
        const { terminal } = await collectAnswer(started.provider, requestTo(harness));
        expect(terminal).toMatchObject({
          type: "failed",
          failure: { code: "provider-unreachable", retryable: true, details: { code: "ECONNREFUSED" } },
        });
      }),
  },
  ...["", undefined, "two words", "line\nbreak"].map(
    (apiKey, index): ProviderCase => ({
      id: `no-key-${index + 1}`,
      behaviour: `is not usable and calls nobody with the key ${JSON.stringify(apiKey)}`,
      run: (harness) =>
        withProvider(
          harness,
          [answering({ text: ["Yes."] })],
          async (started) => {
            const { usable, detail } = started.provider.availability();
            expect(usable).toBe(false);
            expect(detail).toContain(harness.keyVariable);
            const { terminal } = await collectAnswer(started.provider, requestTo(harness));
            expect(terminal).toMatchObject({
              failure: {
                code: "provider-rejected-key",
                retryable: false,
                message: expect.stringContaining(harness.keyVariable ?? "?"),
              },
            });
            expect(started.requests()).toBe(0);
            if (apiKey !== undefined && apiKey !== "")
              expect(JSON.stringify(terminal) + detail).not.toContain(apiKey);
          },
          { apiKey },
        ),
    }),
  ),
  {
    id: "deep-data",
    behaviour: "survives a conversation that holds data nested too deeply to write out",
    run: (harness) =>
      withProvider(harness, [answering({ text: ["Yes."] })], async (started) => {
        let deep: JsonValue = {};
        for (let level = 0; level < 50_000; level += 1) deep = { deep };
        const content = [{ type: "tool-call" as const, id: "c1", name: "lookup", input: deep }];
        const request = requestTo(harness, [userText("One?"), { role: "assistant", content }]);
        const { terminal } = await collectAnswer(started.provider, request);
        expect(terminal).toMatchObject({ type: "failed", failure: { code: "internal" } });
      }),
  },
  {
    id: "available",
    behaviour: "is usable when it has what it needs, and does not show its key",
    run: (harness) =>
      withProvider(harness, [], async (started) => {
        const { usable, detail } = started.provider.availability();
        expect(usable).toBe(true);
        expect(detail).not.toMatch(TEST_KEY_TRACE);
      }),
  },
];
