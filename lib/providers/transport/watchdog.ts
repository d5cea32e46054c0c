import type { Clock } from "#core/contract/clock.ts";
import type { CallTimeouts } from "./call-timeouts.ts";

/** Watches one call. `signal` aborts when the caller's signal does or a limit is reached. */
export interface Watchdog {
  readonly signal: AbortSignal;
  /** The limit that was reached, if one was. */
  reached(): keyof CallTimeouts | undefined;
  /** Bytes came. */
  touch(): void;
  /** The reader is busy with what it has: silence is not the vendor's until resume(). */
  pause(): void;
  resume(): void;
  /** Ends the watch. An abandoned call is aborted; one that has ended keeps its connection for the next. */
  stop(how: "ended" | "abandoned"): void;
}

/** Begins to watch at once. Holds at most one sleep of the clock at a time. */
export function createWatchdog(options: {
  clock: Clock;
  timeouts: CallTimeouts;
  signal: AbortSignal;
}): Watchdog {
  const { clock, timeouts, signal: outer } = options;
  const call = new AbortController();
  const watch = new AbortController();
  const startedAt = clock.now();
  let lastActivity = startedAt;
  let sawBytes = false;
  let isPaused = false;
  let reached: keyof CallTimeouts | undefined;

  const abortCall = () => call.abort(outer.reason);
  outer.addEventListener("abort", abortCall, { once: true });
  if (outer.aborted) abortCall();

  function nextDue(): { limit: keyof CallTimeouts; at: number } {
    const silence = sawBytes ? "idleMs" : "firstByteMs";
    const silenceEnds = (isPaused ? clock.now() : lastActivity) + timeouts[silence];
    const callEnds = startedAt + timeouts.totalMs;
    return callEnds <= silenceEnds ? { limit: "totalMs", at: callEnds } : { limit: silence, at: silenceEnds };
  }

  async function watchUntilStopped(): Promise<void> {
    // Bytes may move the next limit closer while this sleeps, but never closer than the shortest limit from now.
    const longestSleep = Math.min(timeouts.firstByteMs, timeouts.idleMs);
    while (!call.signal.aborted) {
      const due = nextDue();
      const wait = due.at - clock.now();
      if (wait <= 0) {
        reached = due.limit;
        call.abort(new DOMException(`${due.limit} reached`, "TimeoutError"));
        return;
      }
      await clock.sleep(Math.min(wait, longestSleep), watch.signal);
    }
  }
  watchUntilStopped().catch(() => undefined); // stopping rejects the sleep

  return {
    signal: call.signal,
    reached: () => reached,
    touch() {
      sawBytes = true;
      lastActivity = clock.now();
    },
    pause() {
      isPaused = true;
    },
    resume() {
      isPaused = false;
      lastActivity = clock.now();
    },
    stop(how) {
      outer.removeEventListener("abort", abortCall);
      watch.abort();
      if (how === "abandoned") call.abort();
    },
  };
}
