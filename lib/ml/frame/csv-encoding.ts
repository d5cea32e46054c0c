import { isUtf8 } from "node:buffer";
import { MlError } from "../score/ml-error.ts";

export type CsvEncoding = "utf-8" | "utf-16le" | "utf-16be" | "latin1";

export interface DetectedEncoding {
  readonly encoding: CsvEncoding;
  /** Length of the byte order mark in bytes, 0 without one. */
  readonly markLength: number;
}

const MAGIC_NUMBERS: readonly { readonly bytes: readonly number[]; readonly advice: string }[] = [
  { bytes: [0x50, 0x41, 0x52, 0x31], advice: "This is a Parquet file; read it as Parquet." },
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    advice: "This is a ZIP archive or an Excel workbook; unpack it or save the sheet as CSV.",
  },
  { bytes: [0x1f, 0x8b], advice: "This file is compressed with gzip; unpack it first." },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], advice: "This file is compressed with zstd; unpack it first." },
];

/**
 * The encoding of a text from its first bytes: a byte order mark, or the zero bytes that UTF-16 leaves in
 * western text; otherwise UTF-8, which is checked while reading.
 * @throws MlError bad-data for formats that are no text at all.
 */
export function detectEncoding(head: Uint8Array): DetectedEncoding {
  for (const { bytes, advice } of MAGIC_NUMBERS) {
    if (bytes.every((byte, index) => head[index] === byte)) {
      throw new MlError("bad-data", `The file is no CSV text. ${advice}`);
    }
  }
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: "utf-8", markLength: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: "utf-16le", markLength: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: "utf-16be", markLength: 2 };
  const pairs = Math.min(head.length >> 1, 2048);
  let evenZeros = 0;
  let oddZeros = 0;
  for (let pair = 0; pair < pairs; pair++) {
    if (head[pair * 2] === 0) evenZeros++;
    if (head[pair * 2 + 1] === 0) oddZeros++;
  }
  if (pairs > 1 && oddZeros > pairs * 0.4 && evenZeros === 0) return { encoding: "utf-16le", markLength: 0 };
  if (pairs > 1 && evenZeros > pairs * 0.4 && oddZeros === 0) return { encoding: "utf-16be", markLength: 0 };
  return { encoding: "utf-8", markLength: 0 };
}

/** Turns the bytes of a text, chunk by chunk, into valid UTF-8 without a byte order mark. */
export interface Utf8Stream {
  push(chunk: Uint8Array): Uint8Array;
  /** Ends the stream; returns what was held back. */
  end(): Uint8Array;
}

const NOTHING = new Uint8Array(0);

/**
 * A converter to UTF-8.
 * @throws MlError bad-data, from `push` or `end`, with the byte offset of the first byte that is not valid.
 */
export function utf8Stream({ encoding, markLength }: DetectedEncoding): Utf8Stream {
  const inner = encoding === "utf-8" ? checkedStream() : decodedStream(encoding);
  let toSkip = markLength;
  return {
    push: (chunk) => {
      const skipped = Math.min(toSkip, chunk.length);
      toSkip -= skipped;
      return inner(skipped === 0 ? chunk : chunk.subarray(skipped), skipped, false);
    },
    end: () => inner(NOTHING, 0, true),
  };
}

type Convert = (chunk: Uint8Array, skipped: number, isLast: boolean) => Uint8Array;

/** Passes UTF-8 through, holding back a character that a chunk boundary cuts. */
function checkedStream(): Convert {
  let held: Uint8Array = NOTHING;
  let offset = 0;
  return (chunk, skipped, isLast) => {
    offset += skipped;
    const bytes = held.length === 0 ? chunk : concat(held, chunk);
    const complete = isLast ? bytes.length : completeLength(bytes);
    const text = bytes.subarray(0, complete);
    refuseZeroBytes(text, offset);
    if (!isUtf8(text)) throw notUtf8(offset + firstInvalidOffset(text));
    held = bytes.slice(complete);
    offset += complete;
    return text;
  };
}

function decodedStream(encoding: Exclude<CsvEncoding, "utf-8">): Convert {
  const encoder = new TextEncoder();
  if (encoding === "latin1") {
    return (chunk) =>
      encoder.encode(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1"));
  }
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  let offset = 0;
  return (chunk, skipped, isLast) => {
    offset += skipped;
    try {
      const text = encoder.encode(decoder.decode(chunk, { stream: !isLast }));
      refuseZeroBytes(text, offset);
      offset += chunk.length;
      return text;
    } catch (cause) {
      if (cause instanceof MlError) throw cause;
      throw new MlError(
        "bad-data",
        `The text is not valid ${encoding.toUpperCase()} between byte ${offset} and ${offset + chunk.length}. ` +
          "Save it again as UTF-8.",
        { details: { byteOffset: offset }, cause },
      );
    }
  };
}

function notUtf8(byteOffset: number): MlError {
  return new MlError(
    "bad-data",
    `The text is not valid UTF-8: the first bad byte is at offset ${byteOffset}. ` +
      'Save the file as UTF-8, or read it with encoding "latin1" if it comes from an old western system.',
    { details: { byteOffset } },
  );
}

function refuseZeroBytes(bytes: Uint8Array, offset: number): void {
  const at = bytes.indexOf(0);
  if (at < 0) return;
  throw new MlError(
    "bad-data",
    `The file holds a zero byte near offset ${offset + at}, so it is no CSV text. Export the table as CSV in UTF-8.`,
    { details: { byteOffset: offset + at } },
  );
}

/** Length of the longest prefix that ends on a character boundary. */
function completeLength(bytes: Uint8Array): number {
  const last = bytes.length - 1;
  for (let back = 0; back < 3 && back <= last; back++) {
    const byte = bytes[last - back]!;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return wanted > back + 1 ? last - back : bytes.length;
    }
  }
  return bytes.length;
}

/** Where validity ends, by bisection over prefixes that end on a character boundary. */
function firstInvalidOffset(bytes: Uint8Array): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 8) {
    const middle = (valid + invalid) >> 1;
    const boundary = valid + completeLength(bytes.subarray(valid, middle));
    if (boundary > valid && isUtf8(bytes.subarray(valid, boundary))) valid = boundary;
    else invalid = middle;
  }
  for (let end = valid; end < bytes.length; ) {
    const width = [1, 2, 3, 4].find((length) => isUtf8(bytes.subarray(end, end + length)));
    if (width === undefined || end + width > bytes.length) return end;
    end += width;
  }
  return bytes.length;
}

function concat(left: Uint8Array, right: Uint8Array): Uint8Array {
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}
