/** Wakes those who follow the log. */
export interface ChangeSignal {
  /** Something was committed: in these streams, or in any when none are named. */
  announce(streams?: ReadonlySet<string>): void;
  /** Starts watching one stream, or all. The watch must be stopped by whoever started it. */
  watch(stream?: string): ChangeWatch;
  /** Ends all waiting, now and later. */
  close(): void;
  readonly isClosed: boolean;
}

interface ChangeWatch {
  /** Resolves when something changed since the last call, when the signal aborts, or when the store closes. */
  changed(signal: AbortSignal): Promise<void>;
  stop(): void;
}

interface Watcher {
  stream: string | undefined;
  hasChanged: boolean;
  wake: (() => void) | undefined;
}

/**
 * In-process changes are announced; those of other processes are looked for with `poll`, only while somebody
 * watches. The interval belongs to the machine and not to the injected clock, and never keeps a process alive.
 */
export function createChangeSignal(elsewhere?: { poll: () => boolean; everyMs: number }): ChangeSignal {
  const watchers = new Set<Watcher>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const rouse = (watcher: Watcher) => {
    watcher.hasChanged = true;
    watcher.wake?.();
  };
  const announce = (streams?: ReadonlySet<string>) => {
    for (const watcher of watchers) {
      if (streams === undefined || watcher.stream === undefined || streams.has(watcher.stream))
        rouse(watcher);
    }
  };
  const start = () => {
    if (elsewhere === undefined || timer !== undefined || isClosed) return;
    elsewhere.poll(); // what happened before the first read of a follower is no news
    timer = setInterval(() => {
      if (elsewhere.poll()) announce();
    }, elsewhere.everyMs);
    timer.unref();
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    announce,
    watch(stream) {
      const watcher: Watcher = { stream, hasChanged: false, wake: undefined };
      watchers.add(watcher);
      start();
      return {
        async changed(signal) {
          if (!watcher.hasChanged && !signal.aborted && !isClosed) await nextWake(watcher, signal);
          watcher.hasChanged = false;
        },
        stop() {
          watchers.delete(watcher);
          if (watchers.size === 0) stop();
        },
      };
    },
    get isClosed() {
      return isClosed;
    },
    close() {
      isClosed = true;
      stop();
      announce();
    },
  };
}

function nextWake(watcher: Watcher, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      signal.removeEventListener("abort", wake);
      watcher.wake = undefined;
      resolve();
    };
    watcher.wake = wake;
    signal.addEventListener("abort", wake, { once: true });
  });
}
