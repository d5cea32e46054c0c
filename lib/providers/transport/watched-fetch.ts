import type { Fetch } from "./connection-pool.ts";

/** A fetch that tells of every piece of an answer's body, keep-alive pings included, which SDKs do not show. */
export interface WatchedFetch {
  fetch: Fetch;
  /** Resolves when the body has ended or broken. A body that its reader cancels is read to its end first. */
  ended(): Promise<void>;
}

export function createWatchedFetch(fetch: Fetch, onPiece: () => void): WatchedFetch {
  let ended = Promise.resolve();
  return {
    async fetch(input, init) {
      const response = await fetch(input, init);
      if (response.body === null) return response;
      const watched = watchedBody(response.body, onPiece);
      ({ ended } = watched);
      return new Response(watched.body, response);
    },
    ended: () => ended,
  };
}

function watchedBody(source: ReadableStream<Uint8Array>, onPiece: () => void) {
  const reader = source.getReader();
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const read = async () => {
    try {
      const step = await reader.read();
      if (step.done) end();
      else onPiece();
      return step;
    } catch (thrown) {
      end();
      throw thrown;
    }
  };
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const step = await read();
        if (step.done) controller.close();
        else controller.enqueue(step.value);
      },
      cancel() {
        // A reader cancels when it has its answer. What is left is most often the mark of the end alone, and reading
        // it lets the connection be used again. Not awaited here; whoever made the call bounds it by its signal.
        const readRest = async () => {
          while (!(await read()).done);
        };
        readRest().catch(() => undefined);
      },
    },
    { highWaterMark: 0 },
  );
  return { body, ended };
}
