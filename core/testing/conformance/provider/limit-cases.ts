import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { type ProviderCase, answering, requestTo, withProvider } from "./answer-cases.ts";
import { collectAnswer } from "./collect-answer.ts";
import type { HarnessTimeouts, ProviderHarness } from "./provider-harness.ts";
import type { Fault, Scenario } from "./scenario.ts";

const faulty = (fault: Fault) => answering({ text: ["It is", " 18"] }, fault);

/** Promptly: far below any limit, far above a scheduler's noise. */
const PROMPT_MS = 500;

function timeout(
  id: string,
  behaviour: string,
  limit: {
    scenario: Scenario;
    timeouts: Partial<HarnessTimeouts>;
    name: keyof HarnessTimeouts;
    text: string;
  },
): ProviderCase {
  return {
    id,
    behaviour,
    run: (harness) =>
      withProvider(
        harness,
        [limit.scenario],
        async (started) => {
          const { terminal, text } = await collectAnswer(started.provider, requestTo(harness));
          expect(terminal).toMatchObject({
            type: "failed",
            failure: { code: "timed-out", retryable: true, details: { limit: limit.name } },
          });
          expect(text).toBe(limit.text);
          await connectionsGone(started);
        },
        { timeouts: limit.timeouts },
      ),
  };
}

/** A call that ended early must not hold its connection. */
async function connectionsGone(started: { connections(): { open: number } }): Promise<void> {
  for (let tries = 0; tries < 50 && started.connections().open > 0; tries += 1) await sleep(10);
  expect(started.connections().open, "the connection was given up").toBe(0);
}

async function abortedAnswer(
  harness: ProviderHarness,
  scenario: Scenario,
  when: "at-once" | "later" | "at-text",
) {
  let result: { failure: object; millis: number; requests: number } | undefined;
  await withProvider(harness, [scenario], async (started) => {
    const controller = new AbortController();
    let abortedAt = performance.now();
    const abort = () => {
      abortedAt = performance.now();
      controller.abort();
    };
    if (when === "at-once") abort();
    if (when === "later") setTimeout(abort, 60);
    const { terminal } = await collectAnswer(started.provider, requestTo(harness), {
      signal: controller.signal,
      onEvent: (event) => {
        if (when === "at-text" && event.type === "text-delta") abort();
      },
    });
    const millis = performance.now() - abortedAt;
    if (terminal.type === "finished") throw new Error("it finished");
    if (when !== "at-once" && harness.skips["connection-refused"] === undefined)
      await connectionsGone(started);
    result = { failure: terminal.failure, millis, requests: started.requests() };
  });
  if (result === undefined) throw new Error("nothing happened");
  expect(result.failure).toMatchObject({ code: "cancelled", retryable: false });
  expect(result.millis).toBeLessThan(PROMPT_MS);
  return result;
}

export const limitCases: ProviderCase[] = [
  timeout("first-byte", "gives up when the first byte does not come in time", {
    scenario: { kind: "silence" },
    timeouts: { firstByteMs: 150 },
    name: "firstByteMs",
    text: "",
  }),
  timeout("idle", "gives up when an answer falls silent", {
    scenario: faulty("stall"),
    timeouts: { idleMs: 200 },
    name: "idleMs",
    text: "It is 18",
  }),
  timeout("total", "gives up when an answer does not end, though it keeps the connection alive", {
    scenario: faulty("pings-for-ever"),
    timeouts: { idleMs: 200, totalMs: 280 },
    name: "totalMs",
    text: "It is 18",
  }),
  {
    id: "slow-reader",
    behaviour: "does not count the reader's own time as the vendor's silence",
    run: (harness) =>
      withProvider(
        harness,
        [answering({ text: ["a", "b"] })],
        async (started) => {
          const texts: string[] = [];
          const signal = new AbortController().signal;
          for await (const event of started.provider.stream(requestTo(harness), signal)) {
            texts.push(event.type === "text-delta" ? event.text : event.type);
            if (event.type === "text-delta") await sleep(130);
          }
          expect(texts.at(-1)).toBe("finished");
        },
        { timeouts: { idleMs: 100 } },
      ),
  },
  {
    id: "abort-before",
    behaviour: "calls nobody when it is cancelled before it begins",
    async run(harness) {
      const { requests } = await abortedAnswer(harness, answering({ text: ["Yes."] }), "at-once");
      expect(requests).toBe(0);
    },
  },
  {
    id: "abort-waiting",
    behaviour: "ends promptly as cancelled while it waits for the first byte",
    async run(harness) {
      await abortedAnswer(harness, { kind: "silence" }, "later");
    },
  },
  {
    id: "abort-streaming",
    behaviour: "ends promptly as cancelled in the middle of an answer, and gives the connection up",
    async run(harness) {
      await abortedAnswer(harness, faulty("stall"), "at-text");
    },
  },
  {
    id: "reader-stops",
    behaviour: "gives the connection up when its reader stops reading",
    run: (harness) =>
      withProvider(harness, [faulty("stall")], async (started) => {
        for await (const event of started.provider.stream(requestTo(harness), new AbortController().signal)) {
          if (event.type === "text-delta") break;
        }
        await connectionsGone(started);
      }),
  },
];
