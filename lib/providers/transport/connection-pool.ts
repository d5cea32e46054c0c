import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Clock } from "#core/contract/clock.ts";
import { responseOf } from "./response-of.ts";

/** The part of `fetch` that vendors' SDKs use. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** One provider's connections: kept alive, bounded, closed by their owner. */
export interface ConnectionPool {
  fetch: Fetch;
  /** Closes every connection, those in use too. */
  close(): void;
}

/**
 * A `fetch` over connections of its own. Unlike the global one it has a limit for connecting, hidden limits for
 * nothing else, does not follow redirects (which would carry the key to another host), and can be closed.
 */
export function createConnectionPool(options: {
  clock: Clock;
  /** Until a connection stands, TLS included. */
  connectMs: number;
  /** How long an unused connection is kept; 30 s, less than the vendors' own limits. */
  idleSocketMs?: number;
  /** Connections to one host at once; more calls wait. 64. */
  maxSockets?: number;
}): ConnectionPool {
  const { clock, connectMs, idleSocketMs = 30_000, maxSockets = 64 } = options;
  const agentOptions = { keepAlive: true, timeout: idleSocketMs, maxSockets };
  const plain = new HttpAgent(agentOptions);
  const secure = new HttpsAgent(agentOptions);

  const fetch: Fetch = async (input, init = {}) => {
    const url = new URL(typeof input === "string" || input instanceof URL ? input : input.url);
    const signal = init.signal ?? undefined;
    signal?.throwIfAborted();
    const body = bodyOf(init.body);
    const isSecure = url.protocol === "https:";
    const request = (isSecure ? httpsRequest : httpRequest)(url, {
      agent: isSecure ? secure : plain,
      method: (init.method ?? "GET").toUpperCase(),
      headers: Object.fromEntries(new Headers(init.headers)),
    });
    const connected = new AbortController();
    const abort = () => request.destroy(reasonOf(signal));
    signal?.addEventListener("abort", abort, { once: true });
    request.on("close", () => {
      connected.abort();
      signal?.removeEventListener("abort", abort);
    });
    request.on("socket", (socket) => {
      if (!socket.connecting) return;
      socket.once(isSecure ? "secureConnect" : "connect", () => connected.abort());
      clock.sleep(connectMs, connected.signal).then(
        () => request.destroy(new ConnectTimeoutError(`no connection to ${url.host} within ${connectMs} ms`)),
        () => undefined, // connected, or closed before
      );
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      request.on("response", resolve);
      // Stays for the life of the request: an error after the answer began reaches the reader through the body.
      request.on("error", reject);
    });
    request.end(body);
    return responseOf(await answered, signal);
  };
  return {
    fetch,
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** The other side did not take the connection in time. */
class ConnectTimeoutError extends Error {
  readonly code = "CONNECT_TIMEOUT";
}

function reasonOf(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new DOMException("aborted", "AbortError");
}

function bodyOf(body: RequestInit["body"]): string | Uint8Array | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  throw new TypeError("this fetch sends texts and bytes only");
}
