import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createChangeSignal } from "./change-signal.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const never = new AbortController().signal;

/** Whether a promise settles without time going on. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  return settled;
}

describe("createChangeSignal", () => {
  it("wakes those who watch the streams that changed, and those who watch all", async () => {
    const signal = createChangeSignal();
    const [one, two, all] = [signal.watch("run/1"), signal.watch("run/2"), signal.watch()];
    const waits = [one, two, all].map((watch) => watch.changed(never));
    signal.announce(new Set(["run/1"]));
    expect(await Promise.all(waits.map(isSettled))).toEqual([true, false, true]);
  });

  it("remembers a change that comes while nobody waits, once", async () => {
    const signal = createChangeSignal();
    const watch = signal.watch("run/1");
    signal.announce(new Set(["run/1"]));
    signal.announce();
    await watch.changed(never);
    expect(await isSettled(watch.changed(never))).toBe(false);
  });

  it("stops waiting when the signal aborts or the store closes, and leaves no listener behind", async () => {
    const signal = createChangeSignal();
    const watch = signal.watch();
    const abort = new AbortController();
    const remove = vi.spyOn(abort.signal, "removeEventListener");
    const aborted = watch.changed(abort.signal);
    abort.abort();
    await aborted;
    await watch.changed(abort.signal);
    expect(remove).toHaveBeenCalledTimes(1);
    const other = signal.watch();
    const closed = other.changed(never);
    signal.close();
    await closed;
    await other.changed(never);
    expect(signal.isClosed).toBe(true);
  });

  it("looks for changes elsewhere only while somebody watches, with a timer that keeps no process alive", async () => {
    let changes = 0;
    let polls = 0;
    const poll = () => {
      polls += 1;
      const found = changes > 0;
      changes = 0;
      return found;
    };
    const signal = createChangeSignal({ poll, everyMs: 100 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(polls).toBe(0);
    const setIntervalSpy = vi.spyOn(globalThis, "setInterval");
    const [first, second] = [signal.watch("run/1"), signal.watch()];
    expect(setIntervalSpy).toHaveBeenCalledTimes(1);
    const timer = setIntervalSpy.mock.results[0]?.value as NodeJS.Timeout; // what setInterval returns
    expect(timer.hasRef()).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(polls).toBe(11);
    changes = 1;
    const waits = [first.changed(never), second.changed(never)];
    await vi.advanceTimersByTimeAsync(100);
    await Promise.all(waits);
    first.stop();
    expect(vi.getTimerCount()).toBe(1);
    second.stop();
    expect(vi.getTimerCount()).toBe(0);
    signal.watch();
    signal.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
