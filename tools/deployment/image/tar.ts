/** One entry of a layer. Contents that are large are opened when their turn comes, never held in memory. */
export type TarEntry =
  | { type: "directory"; path: string; mode: number }
  | { type: "link"; path: string; target: string }
  | { type: "file"; path: string; mode: number; content: Uint8Array | TarContent };

export interface TarContent {
  /** Exact number of bytes that `open` will give. */
  bytes: number;
  open(): AsyncIterable<Uint8Array>;
}

const BLOCK = 512;
const PIECE = 1 << 18;
const encoder = new TextEncoder();

/**
 * A POSIX ustar archive (IEEE Std 1003.1, pax: ustar interchange format) with nothing of the machine in it: entries
 * sorted by path, owner 0:0, time 0, no user names. Equal entries give equal bytes.
 * @throws Error when two entries share a path, when a path does not fit ustar, or when a content gives another
 * number of bytes than it announced.
 */
export async function* writeTar(entries: readonly TarEntry[]): AsyncGenerator<Uint8Array> {
  const sorted = entries.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  let previous = "";
  for (const entry of sorted) {
    if (entry.path === previous) throw new Error(`two entries of the archive are called ${entry.path}`);
    previous = entry.path;
    const bytes = entry.type === "file" ? contentBytes(entry.content) : 0;
    yield header(entry, bytes);
    if (entry.type !== "file") continue;
    if (entry.content instanceof Uint8Array) {
      // In pieces, so that whoever hashes them never holds up the process for long.
      for (let at = 0; at < bytes; at += PIECE) yield entry.content.subarray(at, at + PIECE);
    } else {
      let given = 0;
      for await (const chunk of entry.content.open()) {
        given += chunk.byteLength;
        yield chunk;
      }
      if (given !== bytes) throw new Error(`${entry.path} gave ${given} bytes where ${bytes} were announced`);
    }
    const rest = bytes % BLOCK;
    if (rest !== 0) yield new Uint8Array(BLOCK - rest);
  }
  yield new Uint8Array(2 * BLOCK);
}

/** The whole archive in memory; for archives of small files. */
export async function tarBytes(entries: readonly TarEntry[]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeTar(entries)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function contentBytes(content: Uint8Array | TarContent): number {
  return content instanceof Uint8Array ? content.byteLength : content.bytes;
}

const TYPE_FLAGS = { file: "0", link: "2", directory: "5" } as const;

function header(entry: TarEntry, bytes: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (offset: number, text: string) => block.set(encoder.encode(text), offset);
  const octal = (offset: number, length: number, value: number) =>
    put(offset, `${value.toString(8).padStart(length - 1, "0")}\0`);
  const { name, prefix } = splitPath(entry.type === "directory" ? `${entry.path}/` : entry.path);
  put(0, name);
  octal(100, 8, entry.type === "link" ? 0o777 : entry.mode);
  octal(108, 8, 0);
  octal(116, 8, 0);
  octal(124, 12, bytes);
  octal(136, 12, 0);
  put(148, "        ");
  put(156, TYPE_FLAGS[entry.type]);
  if (entry.type === "link") put(157, fitting(entry.target, 100));
  put(257, "ustar\u000000");
  octal(329, 8, 0);
  octal(337, 8, 0);
  put(345, prefix);
  let sum = 0;
  for (const byte of block) sum += byte;
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}

/** ustar holds 100 bytes of name and, before a slash that is not written, 155 of prefix. */
function splitPath(path: string): { name: string; prefix: string } {
  if (encoder.encode(path).byteLength <= 100) return { name: path, prefix: "" };
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (name !== "" && encoder.encode(name).byteLength <= 100) return { name, prefix: fitting(prefix, 155) };
  }
  throw new Error(`the path ${path} does not fit a ustar header`);
}

function fitting(text: string, limit: number): string {
  if (encoder.encode(text).byteLength > limit) throw new Error(`${text} is longer than ${limit} bytes`);
  return text;
}
