import { describe, expect, it } from "vitest";
import type { Clock } from "#core/contract/clock.ts";
import { createWatchdog } from "./watchdog.ts";

/** A clock whose sleeps end when the test moves it past their time. */
function createManualClock() {
  let now = 0;
  let sleepers: { until: number; wake: () => void }[] = [];
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const clock: Clock = {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push({ until: now + milliseconds, wake: resolve });
        signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true }); // an Error by default
      }),
  };
  return {
    clock,
    sleeping: () => sleepers.length,
    advance: async (to: number) => {
      for (;;) {
        await settle();
        const next = sleepers
          .filter(({ until }) => until <= to)
          .sort((left, right) => left.until - right.until)[0];
        if (next === undefined) break;
        sleepers = sleepers.filter((one) => one !== next);
        now = Math.max(now, next.until);
        next.wake();
      }
      now = to;
      await settle();
    },
  };
}

const timeouts = { firstByteMs: 1000, idleMs: 100, totalMs: 5000 };

function watch(signal = new AbortController().signal) {
  const manual = createManualClock();
  return { ...manual, watchdog: createWatchdog({ clock: manual.clock, timeouts, signal }) };
}

describe("createWatchdog", () => {
  it("waits for the first byte as long as it may, and not longer", async () => {
    const { watchdog, advance } = watch();
    await advance(999);
    expect(watchdog.signal.aborted).toBe(false);
    await advance(1000);
    expect(watchdog.signal.aborted).toBe(true);
    expect(watchdog.reached()).toBe("firstByteMs");
  });

  it("measures silence from the last byte once bytes came, though it was asleep for longer", async () => {
    const { watchdog, advance } = watch();
    await advance(50);
    watchdog.touch();
    await advance(149);
    expect(watchdog.reached()).toBeUndefined();
    watchdog.touch();
    await advance(248);
    expect(watchdog.reached()).toBeUndefined();
    await advance(249);
    expect(watchdog.reached()).toBe("idleMs");
  });

  it("ends the whole call in time, however many bytes come", async () => {
    const { watchdog, advance } = watch();
    for (let now = 50; now < 5000; now += 50) {
      await advance(now);
      watchdog.touch();
    }
    expect(watchdog.reached()).toBeUndefined();
    await advance(5000);
    expect(watchdog.reached()).toBe("totalMs");
  });

  it("does not count the time in which the reader is busy", async () => {
    const { watchdog, advance } = watch();
    watchdog.touch();
    await advance(90);
    watchdog.pause();
    await advance(2050);
    expect(watchdog.reached()).toBeUndefined();
    watchdog.resume();
    await advance(2149);
    expect(watchdog.reached()).toBeUndefined();
    await advance(2150);
    expect(watchdog.reached()).toBe("idleMs");
  });

  it("passes the caller's cancelling on with its reason, at once and later", () => {
    const later = new AbortController();
    const { watchdog } = watch(later.signal);
    later.abort(new Error("enough"));
    expect(watchdog.signal.reason).toMatchObject({ message: "enough" });
    expect(watchdog.reached()).toBeUndefined();
    expect(watch(AbortSignal.abort(new Error("before"))).watchdog.signal.reason).toMatchObject({
      message: "before",
    });
  });

  it("aborts an abandoned call and leaves an ended one alone", async () => {
    const abandoned = watch();
    abandoned.watchdog.stop("abandoned");
    expect(abandoned.watchdog.signal.aborted).toBe(true);
    const outer = new AbortController();
    const ended = watch(outer.signal);
    ended.watchdog.stop("ended");
    outer.abort();
    await ended.advance(10_000);
    expect(ended.watchdog.signal.aborted).toBe(false);
    expect(ended.watchdog.reached()).toBeUndefined();
  });
});
