import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "#core/contract/clock.ts";

/** The clock on the wall, for suites that drive real connections. Its sleeps keep no process alive. */
export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { ref: false, ...(signal && { signal }) }),
};
