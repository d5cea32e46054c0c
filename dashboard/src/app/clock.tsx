import { createContext, useContext, useSyncExternalStore } from "react";

/** The time of the page: read when asked, told in ticks to whoever shows something that grows. */
export interface PageClock {
  now(): number;
  /** Calls the listener every so many milliseconds. */
  every(milliseconds: number, listener: () => void): () => void;
}

export function createPageClock(): PageClock {
  return {
    now: () => Date.now(),
    every(milliseconds, listener) {
      const timer = setInterval(listener, milliseconds);
      return () => {
        clearInterval(timer);
      };
    },
  };
}

const ClockContext = createContext<PageClock>(createPageClock());

/** The time at this drawing, drawn anew every `tickMs`; without a tick it stands still between drawings. */
export function useNow(tickMs: number | undefined): number {
  const clock = useContext(ClockContext);
  useSyncExternalStore(
    (listener) => (tickMs === undefined ? () => undefined : clock.every(tickMs, listener)),
    () => (tickMs === undefined ? 0 : Math.floor(clock.now() / tickMs)),
  );
  return clock.now();
}
