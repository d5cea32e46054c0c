import { createReadStream, statSync, type ReadStream } from "node:fs";
import { createHash } from "node:crypto";
import { MlError } from "../score/ml-error.ts";

/** Where CSV or Parquet bytes come from. A stream is kept in memory until it is read, as it may be read twice. */
export type ByteSource =
  | { readonly path: string }
  | { readonly bytes: Uint8Array }
  | { readonly text: string }
  | { readonly stream: AsyncIterable<Uint8Array> };

/** A source that can be read from its beginning more than once. */
export interface RepeatableBytes {
  /** Null when it is not known before the end. */
  readonly byteLength: number | null;
  chunks(): AsyncIterable<Uint8Array>;
}

const CHUNK = 1_048_576;

/** @throws MlError bad-data when a file cannot be opened. */
export function repeatable(source: ByteSource): RepeatableBytes {
  if ("path" in source) return { byteLength: fileSize(source.path), chunks: () => fileChunks(source.path) };
  if ("bytes" in source) return { byteLength: source.bytes.length, chunks: () => byteChunks(source.bytes) };
  if ("text" in source) {
    const bytes = new TextEncoder().encode(source.text);
    return { byteLength: bytes.length, chunks: () => byteChunks(bytes) };
  }
  const kept: Uint8Array[] = [];
  let isRead = false;
  return {
    byteLength: null,
    chunks: async function* () {
      yield* kept;
      if (isRead) return;
      isRead = true;
      for await (const chunk of source.stream) {
        kept.push(chunk);
        yield chunk;
      }
    },
  };
}

function fileSize(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.size ?? null;
}

async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  const stream: ReadStream = createReadStream(path, { highWaterMark: CHUNK });
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) yield chunk;
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "an input error";
    throw new MlError(
      "bad-data",
      `The file "${path}" cannot be read (${reason}). Check the path and its rights.`,
      {
        cause,
      },
    );
  } finally {
    stream.destroy();
  }
}

async function* byteChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += CHUNK) yield bytes.subarray(start, start + CHUNK);
}

/** All bytes of a source in one array. */
export async function readAllBytes(source: ByteSource): Promise<Uint8Array> {
  if ("bytes" in source) return source.bytes;
  const chunks: Uint8Array[] = [];
  for await (const chunk of repeatable(source).chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** SHA-256 over the bytes of a source, in lower-case hexadecimal: what `sha256sum` prints. */
export async function fingerprintBytes(source: ByteSource): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of repeatable(source).chunks()) hash.update(chunk);
  return hash.digest("hex");
}
