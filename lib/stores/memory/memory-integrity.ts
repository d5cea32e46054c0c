import type { LogIntegrity } from "#core/contract/integrity.ts";
import { isPayloadIntact } from "../rules/check-payload.ts";
import { inspectEvent } from "../rules/inspect-event.ts";
import { parseStoredEvent } from "../rules/stored-event.ts";
import type { MemoryTables } from "./memory-tables.ts";

/** Memory cannot be tampered with from outside; what is checked is that the store itself kept its word. */
export function createMemoryIntegrity(tables: MemoryTables): LogIntegrity {
  return {
    async *scan({ fromPosition }) {
      for (let position = fromPosition; position < tables.events.length; position += 1) {
        const row = tables.events[position];
        if (row === undefined) continue;
        const { body, hash, leaf } = row;
        const parsed = parseStoredEvent(body, hash);
        yield {
          position,
          ...inspectEvent({
            position,
            stream_kind: row.stream.kind,
            stream_id: row.stream.id,
            seq: row.seq,
            type: parsed.ok ? parsed.value.type : undefined,
            version: parsed.ok ? parsed.value.version : undefined,
            at: parsed.ok ? parsed.value.at : undefined,
            body,
            hash,
            leaf,
          }),
        };
      }
    },
    async payloadFault(ref) {
      const payload = tables.payloads.get(ref.commitment);
      if (payload === undefined) return "missing";
      return isPayloadIntact(ref, payload) ? undefined : "mismatch";
    },
  };
}
