import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FailureError, failure } from "#core/contract/failure.ts";
import type { ProviderEvent, TerminalProviderEvent } from "#core/contract/provider.ts";
import { noUsage } from "#core/contract/provider.ts";
import { realClock } from "#core/testing/conformance/provider/real-clock.ts";
import { type PreparedCall, type SupervisedCall, superviseCall } from "./supervise-call.ts";

const finished: TerminalProviderEvent = {
  type: "finished",
  message: { role: "assistant", content: [] },
  stopReason: "end",
  usage: noUsage,
  model: "m",
};
const early: TerminalProviderEvent = { type: "failed", failure: failure("provider-bad-response", "early") };
const text = (value: string): ProviderEvent => ({ type: "text-delta", text: value });

/** Pieces are the events themselves, or things that go wrong. */
type Piece = ProviderEvent | "nonsense" | "defect" | "break";

function callOf(
  pieces: (signal: AbortSignal) => AsyncIterable<Piece>,
  more: Partial<SupervisedCall<Piece> & PreparedCall<Piece>> = {},
): SupervisedCall<Piece> {
  const prepared: PreparedCall<Piece> = {
    open: more.open ?? (({ signal }) => Promise.resolve(pieces(signal))),
    assembler: more.assembler ?? {
      accept(piece) {
        if (piece === "nonsense") throw new FailureError(failure("provider-bad-response", "nonsense"));
        if (piece === "defect") throw new TypeError("a defect");
        return typeof piece === "string" ? [] : [piece];
      },
      end: () => early,
      usage: () => undefined,
    },
  };
  return {
    provider: "test",
    signal: new AbortController().signal,
    clock: realClock,
    timeouts: { firstByteMs: 5000, idleMs: 5000, totalMs: 5000 },
    fetch: () => Promise.reject(new Error("not used")),
    prepare: () => prepared,
    failureOf: () => failure("provider-unreachable", "the network"),
    ...more,
  };
}

async function* stream(...pieces: Piece[]): AsyncGenerator<Piece> {
  for (const piece of pieces) {
    if (piece === "break") throw new Error("cut");
    yield piece;
  }
}

async function eventsOf(call: SupervisedCall<Piece>): Promise<ProviderEvent[]> {
  const events: ProviderEvent[] = [];
  for await (const event of superviseCall(call)) events.push(event);
  return events;
}

/** A stream whose next piece never comes and which ignores every signal. */
function stubborn(...first: Piece[]): AsyncIterable<Piece> {
  const pieces = [...first];
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        const value = pieces.shift();
        return value === undefined ? new Promise<never>(() => {}) : Promise.resolve({ done: false, value });
      },
      return: () => new Promise<never>(() => {}),
    }),
  };
}

describe("superviseCall", () => {
  it("gives deltas and then one terminal event, whatever follows it", async () => {
    const events = await eventsOf(callOf(() => stream(text("a"), finished, text("late"), "break")));
    expect(events).toEqual([text("a"), finished]);
  });

  it("asks the assembler what a stream's end means", async () => {
    expect(await eventsOf(callOf(() => stream(text("a"))))).toEqual([text("a"), early]);
  });

  it.each<[string, Piece, string]>([
    ["what the network throws", "break", "provider-unreachable"],
    ["nonsense from the vendor", "nonsense", "provider-bad-response"],
    ["a defect of ours, which is never blamed on the network", "defect", "internal"],
  ])("ends in a failure for %s", async (_, piece, code) => {
    const events = await eventsOf(callOf(() => stream(text("a"), piece)));
    expect(events).toMatchObject([text("a"), { type: "failed", failure: { code } }]);
  });

  it("ends in a failure when the call cannot be opened", async () => {
    const events = await eventsOf(callOf(() => stream(), { open: () => Promise.reject(new Error("no")) }));
    expect(events).toMatchObject([{ type: "failed", failure: { code: "provider-unreachable" } }]);
  });

  it("ends in a failure when the request cannot be put into the vendor's words", async () => {
    const prepare = () => {
      throw new RangeError("Maximum call stack size exceeded");
    };
    const events = await eventsOf(callOf(() => stream(), { prepare }));
    expect(events).toMatchObject([{ type: "failed", failure: { code: "internal" } }]);
  });

  it("tells what was used before the failure", async () => {
    const assembler = { accept: () => [], end: () => early, usage: () => ({ ...noUsage, inputTokens: 7 }) };
    const events = await eventsOf(callOf(() => stream("break"), { assembler }));
    expect(events).toMatchObject([{ type: "failed", usage: { inputTokens: 7 } }]);
  });

  it("opens nothing when it is cancelled before", async () => {
    let opened = false;
    const call = callOf(() => stream(), {
      signal: AbortSignal.abort(),
      open: () => {
        opened = true;
        return Promise.resolve(stream());
      },
    });
    expect(await eventsOf(call)).toMatchObject([{ type: "failed", failure: { code: "cancelled" } }]);
    expect(opened).toBe(false);
  });

  it("ends at once when it is cancelled, though neither stream nor opening ever move", async () => {
    for (const open of [() => new Promise<never>(() => {}), () => Promise.resolve(stubborn(text("a")))]) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 20);
      const events = await eventsOf(callOf(() => stream(), { signal: controller.signal, open }));
      expect(events.at(-1)).toMatchObject({ type: "failed", failure: { code: "cancelled" } });
    }
  });

  it("gives no further delta of a piece after it was cancelled", async () => {
    const controller = new AbortController();
    const assembler = { accept: () => [text("a"), text("b")], end: () => early, usage: () => undefined };
    const events: ProviderEvent[] = [];
    for await (const event of superviseCall(
      callOf(() => stream(text("x")), { signal: controller.signal, assembler }),
    )) {
      events.push(event);
      controller.abort();
    }
    expect(events).toMatchObject([text("a"), { type: "failed", failure: { code: "cancelled" } }]);
  });

  it("aborts the call under way when its reader stops", async () => {
    let seen: AbortSignal | undefined;
    const call = callOf((signal) => {
      seen = signal;
      return stubborn(text("a"), text("b"));
    });
    for await (const event of superviseCall(call)) {
      expect(event).toEqual(text("a"));
      break;
    }
    expect(seen?.aborted).toBe(true);
  });

  it("does not abort a call that has ended, and does one whose stream does not end after its answer", async () => {
    const signals: AbortSignal[] = [];
    const keep = (pieces: AsyncIterable<Piece>) => (signal: AbortSignal) => {
      signals.push(signal);
      return pieces;
    };
    expect(await eventsOf(callOf(keep(stream(finished))))).toEqual([finished]);
    expect(await eventsOf(callOf(keep(stubborn(finished))))).toEqual([finished]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  });

  it("ends in exactly one terminal event, whatever the stream", async () => {
    const piece = fc.constantFrom<Piece[]>(text("a"), finished, early, "nonsense", "defect", "break");
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
        const events = await eventsOf(callOf(() => stream(...pieces)));
        const terminal = events.filter(({ type }) => type === "finished" || type === "failed");
        expect(terminal).toHaveLength(1);
        expect(events.at(-1)).toBe(terminal[0]);
      }),
    );
  });
});
