import type { LiveChannel, LiveUpdate } from "#core/contract/live-channel.ts";

/** A live channel inside one process. A listener that throws is dropped: it must not stop the run it watches. */
export function createLiveChannel(): LiveChannel {
  const listeners = new Map<string, Set<(update: LiveUpdate) => void>>();
  return {
    publish(runId, update) {
      const all = listeners.get(runId);
      if (all === undefined) return;
      for (const listener of all) {
        try {
          listener(update);
        } catch {
          all.delete(listener);
        }
      }
    },
    subscribe(runId, listener) {
      const all = listeners.get(runId) ?? new Set();
      listeners.set(runId, all);
      all.add(listener);
      return () => {
        all.delete(listener);
        if (all.size === 0) listeners.delete(runId);
      };
    },
  };
}
