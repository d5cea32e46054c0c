import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { OwnFiles } from "./own-files.ts";

/** What an ELF file says about the files it cannot run without. */
export interface ElfNeeds {
  machine: number;
  /** The dynamic loader, for executables. */
  interpreter: string | undefined;
  /** Names of shared libraries (DT_NEEDED), in order. */
  libraries: string[];
  /** Folders of DT_RUNPATH, or of DT_RPATH without it, as written (`$ORIGIN` included). */
  searchPath: string[];
}

const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT = { end: 0n, needed: 1n, stringTable: 5n, stringTableSize: 10n, rpath: 15n, runpath: 29n } as const;

interface Segment {
  type: number;
  offset: number;
  address: bigint;
  fileSize: number;
}

/**
 * Reads the needs of a 64-bit little-endian ELF file (System V ABI, chapters 4 and 5) without running it, as `ldd`
 * would. Fails with `missing-part` for anything else.
 */
export async function readElfNeeds(files: OwnFiles, path: string): Promise<Result<ElfNeeds>> {
  const head = viewOf(await files.slice(path, 0, 64));
  const isElf = head.byteLength === 64 && head.getUint32(0) === 0x7f454c46;
  if (!isElf) return fail("missing-part", `${path} is no ELF file`);
  if (head.getUint8(4) !== 2 || head.getUint8(5) !== 1) {
    return fail("missing-part", `${path} is no 64-bit little-endian ELF file`);
  }
  const segments = await readSegments(files, path, head);
  const interpreterSegment = segments.find((segment) => segment.type === PT_INTERP);
  const interpreter =
    interpreterSegment === undefined
      ? undefined
      : textAt(await files.slice(path, interpreterSegment.offset, interpreterSegment.fileSize), 0);
  const dynamic = segments.find((segment) => segment.type === PT_DYNAMIC);
  const machine = head.getUint16(18, true);
  if (dynamic === undefined) return ok({ machine, interpreter, libraries: [], searchPath: [] });
  const entries = readDynamic(await files.slice(path, dynamic.offset, dynamic.fileSize));
  const table = entries.find((entry) => entry.tag === DT.stringTable);
  const size = entries.find((entry) => entry.tag === DT.stringTableSize);
  const offset = table === undefined ? undefined : fileOffset(segments, table.value);
  if (offset === undefined || size === undefined) {
    return fail("missing-part", `${path} has a dynamic section without a string table`);
  }
  const strings = await files.slice(path, offset, Number(size.value));
  const texts = (tag: bigint) =>
    entries.filter((entry) => entry.tag === tag).map((entry) => textAt(strings, Number(entry.value)));
  const runpath = texts(DT.runpath);
  return ok({
    machine,
    interpreter,
    libraries: texts(DT.needed),
    searchPath: (runpath.length > 0 ? runpath : texts(DT.rpath)).flatMap((list) => list.split(":")),
  });
}

async function readSegments(files: OwnFiles, path: string, head: DataView): Promise<Segment[]> {
  const offset = Number(head.getBigUint64(32, true));
  const entrySize = head.getUint16(54, true);
  const count = head.getUint16(56, true);
  const table = viewOf(await files.slice(path, offset, entrySize * count));
  return Array.from({ length: Math.floor(table.byteLength / Math.max(1, entrySize)) }, (_, index) => {
    const at = index * entrySize;
    return {
      type: table.getUint32(at, true),
      offset: Number(table.getBigUint64(at + 8, true)),
      address: table.getBigUint64(at + 16, true),
      fileSize: Number(table.getBigUint64(at + 32, true)),
    };
  });
}

function readDynamic(bytes: Uint8Array): { tag: bigint; value: bigint }[] {
  const view = viewOf(bytes);
  const entries: { tag: bigint; value: bigint }[] = [];
  for (let at = 0; at + 16 <= view.byteLength; at += 16) {
    const tag = view.getBigInt64(at, true);
    if (tag === DT.end) break;
    entries.push({ tag, value: view.getBigUint64(at + 8, true) });
  }
  return entries;
}

/** Where a virtual address lies in the file: inside the loaded segment that covers it. */
function fileOffset(segments: readonly Segment[], address: bigint): number | undefined {
  const PT_LOAD = 1;
  const home = segments.find(
    (segment) =>
      segment.type === PT_LOAD &&
      address >= segment.address &&
      address < segment.address + BigInt(segment.fileSize),
  );
  return home === undefined ? undefined : home.offset + Number(address - home.address);
}

function textAt(bytes: Uint8Array, start: number): string {
  const end = bytes.indexOf(0, start);
  return new TextDecoder().decode(bytes.subarray(start, end < 0 ? bytes.length : end));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
