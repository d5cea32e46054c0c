import { setImmediate as nextTurn } from "node:timers/promises";
import type { LogIntegrity, ScannedEvent } from "#core/contract/integrity.ts";
import { isPayloadIntact } from "../rules/check-payload.ts";
import { inspectEvent, type RawEventRow } from "../rules/inspect-event.ts";
import type { Connection } from "./connection.ts";
import { schemaFaults } from "./schema-faults.ts";
import { sqliteFailure } from "./sqlite-failure.ts";
import type { InOrder } from "./sqlite-event-log.ts";
import { findPayload } from "./sqlite-payload-store.ts";

const BATCH = 500;

/** Reads the rows as they lie there. `*` because a column may have been dropped, and the scan must say so. */
const SCAN = `SELECT * FROM events WHERE position > CAST(? AS INTEGER) ORDER BY position LIMIT ${BATCH}`;

type FoundRow = RawEventRow & { position: number };

export function createSqliteIntegrity(connection: Connection, inOrder: InOrder): LogIntegrity {
  return {
    async *scan({ fromPosition }) {
      // A scan from the start also looks below 0, where a row could be hidden.
      let last = fromPosition === 0 ? -Number.MAX_SAFE_INTEGER : fromPosition - 1;
      let expected = fromPosition;
      for (;;) {
        const batch = attempt(connection, () =>
          inOrder(() => connection.statement<[number], FoundRow>(SCAN).all(last)),
        );
        if (typeof batch === "string") {
          yield { position: expected, fault: `the log cannot be read from here on: ${batch}` };
          break;
        }
        for (const row of batch) {
          if (row.position > expected) yield gap(expected, row.position);
          yield { position: row.position, ...inspectEvent(row) };
          expected = Math.max(expected, row.position + 1);
          last = row.position;
        }
        if (batch.length < BATCH) break;
        await nextTurn(); // a long scan must not hold up the rest of the process
      }
      for (const orphan of orphanPayloads(connection, expected)) {
        if (orphan.position >= fromPosition) yield orphan;
      }
      for (const fault of wholeStoreFaults(connection)) yield { position: expected, fault };
    },
    async payloadFault(ref) {
      const payload = inOrder(() => findPayload(connection, ref.commitment));
      if (payload === undefined) return "missing";
      return isPayloadIntact(ref, payload) ? undefined : "mismatch";
    },
  };
}

function gap(from: number, to: number): ScannedEvent {
  const what = to === from + 1 ? `position ${from} is missing` : `positions ${from} to ${to - 1} are missing`;
  return { position: from, fault: what, isGap: true };
}

/** Where a payload says that there was an event. */
const ORPHANS =
  "SELECT DISTINCT payloads.position FROM payloads LEFT JOIN events ON events.position = payloads.position " +
  "WHERE events.position IS NULL ORDER BY payloads.position LIMIT 100";

function orphanPayloads(connection: Connection, end: number): ScannedEvent[] {
  const found = attempt(connection, () => connection.database.prepare<[], number>(ORPHANS).pluck().all());
  if (typeof found === "string") return [{ position: end, fault: `the payloads cannot be read: ${found}` }];
  return found.map((position) => ({
    position,
    fault: "a payload of an event that is not there",
    isGap: true,
  }));
}

/** Missing or changed guards and tables, then what the database's own check says of the rows' indexes. */
function wholeStoreFaults(connection: Connection): string[] {
  const guards = attempt(connection, () => schemaFaults(connection));
  const pages = attempt(connection, () =>
    ["events", "payloads"].flatMap((table) =>
      connection.database.prepare<[], string>(`PRAGMA integrity_check('${table}')`).pluck().all(),
    ),
  );
  return [
    ...(typeof guards === "string" ? [guards] : guards),
    ...(typeof pages === "string"
      ? [pages]
      : pages.filter((line) => line !== "ok").map((line) => `file: ${line}`)),
  ];
}

/** The value, or in words why the database cannot give it: a scan reports, it does not throw. */
function attempt<Value>(connection: Connection, work: () => Value[]): Value[] | string {
  try {
    return work();
  } catch (thrown) {
    const failure = sqliteFailure(thrown, connection.path);
    if (failure === undefined) throw thrown;
    return failure.message;
  }
}
