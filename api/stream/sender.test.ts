import { describe, expect, it } from "vitest";
import { createFakeClock } from "#core/testing/fake-clock.ts";
import { createSender, type SocketSink } from "./sender.ts";

/** A socket whose client takes so many bytes each time somebody waits for it. */
function createSink(takes: () => number) {
  const clock = createFakeClock();
  let waiting = 0;
  let largest = 0;
  const sent: string[] = [];
  const closed: number[] = [];
  const sink: SocketSink = {
    send(text) {
      sent.push(text);
      waiting += text.length;
      largest = Math.max(largest, waiting);
    },
    bufferedBytes: () => waiting,
    close: (code) => closed.push(code),
  };
  const paced = {
    ...clock,
    now: () => clock.now(),
    async sleep(milliseconds: number, signal?: AbortSignal) {
      waiting = Math.max(0, waiting - takes());
      await clock.sleep(milliseconds, signal);
    },
  };
  return { sink, clock: paced, sent, closed, largest: () => largest };
}

const limits = { maxBufferedBytes: 1000, stallMs: 500 };
const caughtUp = (seq: number) => ({ type: "caught-up", seq }) as const;
const never = new AbortController().signal;

describe("createSender", () => {
  it("holds no more than its limit and one message for a client that reads slowly, and loses nothing", async () => {
    const { sink, clock, sent, closed, largest } = createSink(() => 10);
    const sender = createSender(sink, { clock, signal: never, limits });
    for (let seq = 1; seq <= 500; seq += 1) expect(await sender.send(caughtUp(seq))).toBe(true);
    expect(sent.map((text) => JSON.parse(text) as unknown)).toEqual(
      Array.from({ length: 500 }, (_, index) => caughtUp(index + 1)),
    );
    expect(largest()).toBeLessThanOrEqual(limits.maxBufferedBytes + JSON.stringify(caughtUp(500)).length);
    expect(closed).toEqual([]);
  });

  it("drops a client that takes nothing, once, and says so to the caller", async () => {
    const { sink, clock, closed } = createSink(() => 0);
    const sender = createSender(sink, { clock, signal: never, limits });
    let sends = 0;
    while (await sender.send(caughtUp(sends))) sends += 1;
    expect(sends).toBeGreaterThan(10);
    expect(closed).toEqual([1013]);
  });

  it("leaves out what counts only now while the client lags", async () => {
    const { sink, clock, sent } = createSink(() => 0);
    const sender = createSender(sink, { clock, signal: never, limits });
    for (let index = 0; index < 1000; index += 1) sender.offer(caughtUp(index));
    expect(sent.join("").length).toBeLessThan(limits.maxBufferedBytes + 100);
  });

  it("ends its wait when the socket goes", async () => {
    const { sink, clock } = createSink(() => 0);
    const gone = new AbortController();
    const sender = createSender(sink, {
      clock,
      signal: gone.signal,
      limits: { ...limits, stallMs: Infinity },
    });
    while (sink.bufferedBytes() <= limits.maxBufferedBytes) sender.offer(caughtUp(1));
    const sending = sender.send(caughtUp(2));
    gone.abort();
    expect(await sending).toBe(false);
    expect(await sender.send(caughtUp(3))).toBe(false);
  });
});
