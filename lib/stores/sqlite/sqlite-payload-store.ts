import { type Clock, isoTime } from "#core/contract/clock.ts";
import type { PayloadStore } from "#core/contract/event-log.ts";
import { checkPayload, type StoredPayload } from "../rules/check-payload.ts";
import type { Connection } from "./connection.ts";
import type { InOrder } from "./sqlite-event-log.ts";

const FIND_PAYLOAD = "SELECT key, content FROM payloads WHERE commitment = ?";

/** The row behind a commitment. */
export function findPayload({ statement }: Connection, commitment: string): StoredPayload | undefined {
  return statement<[string], StoredPayload>(FIND_PAYLOAD).get(commitment);
}

/**
 * Payloads beside the log. Erasing leaves no copy in the database file, and none in the write-ahead log unless a
 * reader of another process is using it at that moment; then it goes with the next erasure or close.
 */
export function createSqlitePayloadStore(
  connection: Connection,
  inOrder: InOrder,
  clock: Clock,
): PayloadStore {
  const { statement } = connection;
  return {
    async read(ref) {
      return inOrder(() =>
        checkPayload(
          ref,
          connection.snapshot(() => ({
            payload: findPayload(connection, ref.commitment),
            isErased:
              statement<[string]>("SELECT 1 FROM erasures WHERE commitment = ?").get(ref.commitment) !==
              undefined,
          })),
        ),
      );
    },
    async erase(commitment) {
      return inOrder(() => {
        const wasThere = connection.exclusive("full", () => {
          if (findPayload(connection, commitment) === undefined) return false;
          statement<[string, string]>("INSERT INTO erasures (commitment, erased_at) VALUES (?, ?)").run(
            commitment,
            isoTime(clock.now()),
          );
          statement<[string]>("DELETE FROM payloads WHERE commitment = ?").run(commitment);
          return true;
        });
        if (wasThere) connection.emptyWriteAheadLog();
        return wasThere;
      });
    },
    async key(commitment) {
      const payload = inOrder(() => findPayload(connection, commitment));
      return payload === undefined ? undefined : Uint8Array.from(payload.key);
    },
  };
}
