import { fail, ok, type Result } from "#core/contract/failure.ts";

const MAX_ENTRY_BYTES = 0xffff;

/**
 * An entry bundle of c2sp.org/tlog-tiles: each entry after its length as two bytes, big end first. Failure
 * `invalid-input` for an entry over 65,535 bytes, which the format cannot hold.
 */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Result<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    if (entry.byteLength > MAX_ENTRY_BYTES) {
      return fail(
        "invalid-input",
        `An entry of ${entry.byteLength} bytes does not fit a tile; 65535 is the most.`,
      );
    }
    const length = Buffer.alloc(2);
    length.writeUInt16BE(entry.byteLength);
    parts.push(length, entry);
  }
  return ok(new Uint8Array(Buffer.concat(parts)));
}

/**
 * The entries of a bundle. `rest` counts the bytes after the last whole entry; anything but 0 means that the
 * bundle was cut or changed, and the entries before are still given, so that the damage can be located.
 */
export function decodeEntryBundle(bundle: Uint8Array): { entries: Uint8Array[]; rest: number } {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const entries: Uint8Array[] = [];
  let offset = 0;
  while (offset + 2 <= bundle.byteLength) {
    const end = offset + 2 + view.getUint16(offset);
    if (end > bundle.byteLength) break;
    entries.push(bundle.subarray(offset + 2, end));
    offset = end;
  }
  return { entries, rest: bundle.byteLength - offset };
}
