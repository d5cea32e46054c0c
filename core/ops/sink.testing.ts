import { fail, ok } from "#core/contract/failure.ts";
import type { CheckpointSink, SignerPlace, SignerPlaceStore } from "#core/events/checkpoint-sink.ts";

/** A sink in memory; `down` makes it refuse every note. */
export interface TestSink extends CheckpointSink {
  notes: Map<number, string>;
  down: boolean;
}

export function createTestSink(name = "sink"): TestSink {
  const notes = new Map<number, string>();
  return {
    name,
    notes,
    down: false,
    async write({ size, note }) {
      if (this.down) return fail("storage-failed", "the disk is gone", { retryable: true });
      if (notes.has(size) && notes.get(size) !== note)
        return fail("conflict", `another checkpoint of size ${size}`);
      notes.set(size, note);
      return ok(undefined);
    },
    read: async () => [...notes].map(([size, note]) => ({ name: `${name}/${size}`, note })),
  };
}

export interface TestPlaceStore extends SignerPlaceStore {
  place: SignerPlace | undefined;
}

export function createTestPlaceStore(): TestPlaceStore {
  return {
    place: undefined,
    async load() {
      return this.place;
    },
    async save(place) {
      this.place = place;
    },
  };
}
