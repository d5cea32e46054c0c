import type { IncomingMessage } from "node:http";

/**
 * The body of a request, or undefined as soon as it is known to be larger than `maxBytes`. Rejects when the
 * connection breaks before the end.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop early must not destroy the connection: the refusal still has to be sent over it.
  const parts = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>; // no encoding: Buffers
  for await (const chunk of parts) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
