import type { Page } from "@playwright/test";
import { StreamMessage } from "#api/contract/stream.ts";

/** What a page asked of its server and was told, as seen from outside of its code. */
export interface Watched {
  /** Sequence numbers of the run's events in the order in which they arrived, over all sockets. */
  seqs: number[];
  /** Addresses of the sockets that followed one run, in the order in which they were opened. */
  runSockets: URL[];
  /** Paths of all HTTP requests. */
  requests: string[];
  /** Errors that the page threw, and requests that its content policy stopped. */
  errors: string[];
  /** How often a document was loaded: once, unless somebody reloads. */
  loads: number;
}

export function watchPage(page: Page): Watched {
  const watched: Watched = { seqs: [], runSockets: [], requests: [], errors: [], loads: 0 };
  page.on("domcontentloaded", () => (watched.loads += 1));
  page.on("pageerror", (error) => watched.errors.push(error.message));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) watched.errors.push(message.text());
  });
  page.on("request", (request) => watched.requests.push(new URL(request.url()).pathname));
  page.on("websocket", (socket) => {
    const url = new URL(socket.url());
    if (!/\/pipelines\/[^/]+\/ws$/.test(url.pathname)) return;
    watched.runSockets.push(url);
    socket.on("framereceived", ({ payload }) => {
      const message = StreamMessage.safeParse(JSON.parse(payload.toString()));
      if (message.success && message.data.type === "event") watched.seqs.push(message.data.event.seq);
    });
  });
  return watched;
}
