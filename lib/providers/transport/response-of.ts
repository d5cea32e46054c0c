import type { IncomingMessage } from "node:http";

/** Bytes read ahead of the reader. */
const READ_AHEAD = 256 * 1024;

/** A Node answer as a web Response whose body errors when the connection is cut or the signal aborts. */
export function responseOf(incoming: IncomingMessage, signal: AbortSignal | undefined): Response {
  const headers = new Headers();
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    headers.append(incoming.rawHeaders[index] ?? "", incoming.rawHeaders[index + 1] ?? "");
  }
  const status = incoming.statusCode ?? 502;
  const body = bodyStream(incoming, signal);
  if (status !== 204 && status !== 205 && status !== 304) return new Response(body, { status, headers });
  incoming.resume();
  return new Response(null, { status, headers });
}

function bodyStream(incoming: IncomingMessage, signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
  let settled = false;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const settle = (error?: unknown) => {
          if (settled) return;
          settled = true;
          if (error === undefined) controller.close();
          // Aborting cuts the connection; the reader is told why, not how.
          else controller.error(signal?.aborted === true ? signal.reason : error);
        };
        incoming.on("data", (chunk: Buffer) => {
          if (settled) return;
          controller.enqueue(new Uint8Array(chunk));
          if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
        });
        incoming.on("end", () => settle());
        // A connection that is cut errors with ECONNRESET.
        incoming.on("error", settle);
      },
      pull() {
        incoming.resume();
      },
      cancel() {
        settled = true;
        incoming.destroy();
      },
    },
    { highWaterMark: READ_AHEAD, size: (chunk) => chunk?.byteLength ?? 0 },
  );
}
