import { crc32, createDeflateRaw } from "node:zlib";
import { Readable } from "node:stream";

/**
 * gzip (RFC 1952) with a header that never varies: no name, no time, "unknown" operating system. The library's own
 * header states the operating system it was built for. Compression runs on libuv's threads, not on the event loop.
 */
export async function* gzip(
  source: AsyncIterable<Uint8Array>,
  options: { level: 1 | 6 | 9; signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(
    0x1f,
    0x8b,
    8,
    0,
    0,
    0,
    0,
    0,
    options.level === 9 ? 2 : options.level === 1 ? 4 : 0,
    255,
  );
  let check = 0;
  let bytes = 0;
  async function* counted() {
    for await (const chunk of source) {
      check = crc32(chunk, check);
      bytes += chunk.byteLength;
      yield chunk;
    }
  }
  const deflate = createDeflateRaw({ level: options.level, chunkSize: 1 << 18 });
  const input = Readable.from(counted(), { objectMode: true, signal: options.signal });
  input.on("error", (error) => deflate.destroy(error));
  deflate.on("close", () => input.destroy());
  // A deflate stream without an encoding gives Buffers only.
  for await (const chunk of input.pipe(deflate)) yield chunk as Buffer;
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(check, 0);
  trailer.writeUInt32LE(bytes % 2 ** 32, 4);
  yield trailer;
}
