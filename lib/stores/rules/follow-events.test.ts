import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Event } from "#core/contract/event.ts";
import { createChangeSignal } from "./change-signal.ts";
import { followEvents } from "./follow-events.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A log of so many events, of which only the position matters here. */
function follow(size: () => number, signal: AbortSignal) {
  const changes = createChangeSignal({ poll: () => true, everyMs: 100 });
  const events = followEvents({
    changes,
    signal,
    stream: undefined,
    readAfter: (last, limit) => {
      const from = (last?.position ?? -1) + 1;
      const count = Math.max(0, Math.min(limit, size() - from));
      return Array.from({ length: count }, (_, index) => ({ position: from + index }) as Event); // no more is read
    },
  });
  return events;
}

describe("followEvents", () => {
  it.each(["abort", "break", "throw"])(
    "stops looking for changes when its reader ends by %s",
    async (end) => {
      const abort = new AbortController();
      const reading = (async () => {
        for await (const events of follow(() => 3, abort.signal)) {
          expect(vi.getTimerCount()).toBe(1);
          expect(events).toHaveLength(3);
          if (end === "abort") abort.abort();
          if (end === "break") break;
          if (end === "throw") throw new RangeError("the reader failed");
        }
      })();
      if (end === "throw") await expect(reading).rejects.toThrow("the reader failed");
      else await reading;
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it("goes on after a wake that brought nothing", async () => {
    const abort = new AbortController();
    let size = 0;
    const events = follow(() => size, abort.signal);
    const next = events.next();
    await vi.advanceTimersByTimeAsync(500);
    size = 2;
    await vi.advanceTimersByTimeAsync(100);
    expect(await next).toMatchObject({ done: false, value: [{ position: 0 }, { position: 1 }] });
    await events.return();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("passes a failure of the store on and lets go", async () => {
    const { signal } = new AbortController();
    const events = follow(() => {
      throw new RangeError("the store failed");
    }, signal);
    await expect(events.next()).rejects.toThrow("the store failed");
    expect(vi.getTimerCount()).toBe(0);
  });
});
