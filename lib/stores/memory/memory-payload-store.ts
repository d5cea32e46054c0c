import type { PayloadStore } from "#core/contract/event-log.ts";
import { checkPayload } from "../rules/check-payload.ts";
import type { MemoryTables } from "./memory-tables.ts";

/** Payloads in memory. */
export function createMemoryPayloadStore({ payloads, erased }: MemoryTables): PayloadStore {
  return {
    async read(ref) {
      return checkPayload(ref, {
        payload: payloads.get(ref.commitment),
        isErased: erased.has(ref.commitment),
      });
    },
    async erase(commitment) {
      if (!payloads.delete(commitment)) return false;
      erased.add(commitment);
      return true;
    },
    async key(commitment) {
      const key = payloads.get(commitment)?.key;
      return key === undefined ? undefined : Uint8Array.from(key);
    },
  };
}
