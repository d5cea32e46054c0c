import { describe, expect, it } from "vitest";
import type { LogIntegrity, ScannedEvent } from "#core/contract/integrity.ts";
import { sha256 } from "#core/events/hash.ts";
import { append, note, runStream, valueOf } from "./sample-events.ts";
import type { StoreAdapter } from "./store-adapter.ts";
import { useHomes } from "./use-homes.ts";

const stream = runStream(1);

/** Everything that a scan reports. */
export async function scanAll(integrity: LogIntegrity, fromPosition = 0): Promise<ScannedEvent[]> {
  const found: ScannedEvent[] = [];
  for await (const one of integrity.scan({ fromPosition })) found.push(one);
  return found;
}

/** What every store lets a verifier see of a log that nobody touched; how faults are found is each adapter's own. */
export function describeLogIntegrity(adapter: StoreAdapter): void {
  const homes = useHomes(adapter);

  describe(`${adapter.name}: integrity`, () => {
    it("scans an untouched log without faults, from any position", async () => {
      const { log, integrity } = (await homes.home()).open();
      expect(await scanAll(integrity)).toEqual([]);
      const notes = Array.from({ length: 600 }, (_, index) => note({ index, text: 'é\u2028"\\' }));
      const events = valueOf(await log.commit(append(stream, notes)));
      expect(await scanAll(integrity)).toEqual(events.map((event) => ({ position: event.position, event })));
      expect(await scanAll(integrity, 597)).toEqual(
        events.slice(597).map((event) => ({ position: event.position, event })),
      );
      expect(await scanAll(integrity, 600)).toEqual([]);
    });

    it("finds payloads intact, and calls what is gone missing, erased or not", async () => {
      const { log, payloads, integrity } = (await homes.home()).open();
      const payload = { mediaType: "text/plain", bytes: new TextEncoder().encode("content") };
      const [event] = valueOf(await log.commit(append(stream, [note({}, payload)])));
      const ref = event?.payloadRef;
      if (ref === undefined) throw new Error("the event has no payload");
      expect(await integrity.payloadFault(ref)).toBeUndefined();
      expect(await integrity.payloadFault({ ...ref, bytes: 1 })).toBe("mismatch");
      expect(await integrity.payloadFault({ ...ref, commitment: sha256("x") })).toBe("missing");
      await payloads.erase(ref.commitment);
      expect(await integrity.payloadFault(ref)).toBe("missing");
      expect(await scanAll(integrity)).toEqual([{ position: 0, event }]);
    });
  });
}
