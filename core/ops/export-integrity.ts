import type { LogIntegrity, ScannedEvent } from "#core/contract/integrity.ts";
import { decodeEntryBundle } from "#core/events/tiles-entries.ts";
import type { ExportSource } from "#core/events/tiles-files.ts";
import { entryBundlesOf, TILE_WIDTH, tilePath } from "#core/events/tiles-path.ts";
import { readEntry } from "#core/events/verify-entry.ts";

/**
 * The entries of an export as a log that can be verified. Content is not part of the entries, so nothing is said
 * about payloads here.
 */
export function exportIntegrity(source: ExportSource, size: number): LogIntegrity {
  return {
    async *scan({ fromPosition }) {
      for (const bundle of entryBundlesOf(size)) {
        const first = bundle.index * TILE_WIDTH;
        if (first + bundle.width <= fromPosition) continue;
        const path = tilePath(bundle);
        const content = await source.read(path);
        for (const place of placesIn(content, { path, first, width: bundle.width })) {
          if (place.position >= fromPosition) yield place;
        }
      }
    },
    payloadFault: async () => undefined,
  };
}

function* placesIn(
  content: Uint8Array | undefined,
  { path, first, width }: { path: string; first: number; width: number },
): Iterable<ScannedEvent> {
  if (content === undefined) {
    yield { position: first, fault: `${path} is missing` };
    return;
  }
  const { entries, rest } = decodeEntryBundle(content);
  for (const [index, entry] of entries.entries()) {
    if (index < width) yield { position: first + index, ...readEntry(entry) };
  }
  if (rest > 0 || entries.length !== width) {
    const position = first + Math.min(entries.length, width);
    yield {
      position,
      fault: `${path} holds ${entries.length} entries and ${rest} bytes more, not ${width} entries`,
    };
  }
}
