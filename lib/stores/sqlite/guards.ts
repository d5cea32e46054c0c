/**
 * The triggers that make the log append-only for every connection, the `sqlite3` shell included, whatever its
 * pragmas are. They refuse: UPDATE and DELETE of an event; INSERT OR REPLACE over one (REPLACE fires no delete
 * trigger unless recursive_triggers is on, so the insert trigger must stop it: a position or seq that is taken is
 * never the next one); a gap in position or seq; a body that names another place or another predecessor than the
 * columns and the stream's last event. A payload can be removed only after its erasure was written down, can never
 * be changed, and can be added only for the event that carries its commitment.
 *
 * What triggers cannot stop, each performed in tamper.test.ts:
 *
 * 1. DROP TRIGGER, then any change. The scan finds the change, and the missing guard as long as it is missing.
 * 2. PRAGMA writable_schema (or ALTER TABLE … DROP COLUMN): a guard or table rewritten. The same finds it.
 * 3. An edited file: bytes of a row, of an index, of a page header. The scan finds it by hash, by index check or by
 *    the database's own error.
 * 4. A truncated tail: the newest rows removed behind the back of 1 to 3, or an edited `-wal` file, which reads
 *    as if its rest had never been written. What is left is a valid, shorter log; no scan can tell. Only
 *    a signed checkpoint kept elsewhere (`log verify --since`) does.
 * 5. A forged event with wrong hashes: a trigger cannot compute SHA-256. The scan finds it.
 * 6. A forged event with right hashes: anybody who can write the file can append. Links and hashes are then
 *    valid; only the signed checkpoints and the actor's own records speak against it.
 * 7. A rewritten history: the whole chain computed anew after a change. As 6: only an earlier signed checkpoint.
 * 8. A made-up row in `erasures`, then DELETE of that payload. The store calls it erased; the verifier finds that no
 *    `payload.erased` event allows it.
 */
export const GUARDS = `
CREATE TRIGGER events_insert_is_next BEFORE INSERT ON events BEGIN
  SELECT CASE
    WHEN NEW.position IS NOT (SELECT COALESCE(MAX(position) + 1, 0) FROM events)
      THEN RAISE(ABORT, 'events: position is not the next one')
    WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq) + 1, 1) FROM events
                          WHERE stream_kind = NEW.stream_kind AND stream_id = NEW.stream_id)
      THEN RAISE(ABORT, 'events: seq is not the next one of its stream')
    WHEN json_extract(NEW.body, '$.prevHash') IS NOT COALESCE(
           (SELECT hash FROM events
             WHERE stream_kind = NEW.stream_kind AND stream_id = NEW.stream_id AND seq = NEW.seq - 1),
           '0000000000000000000000000000000000000000000000000000000000000000')
      THEN RAISE(ABORT, 'events: prevHash is not the hash of the event before')
    WHEN json_extract(NEW.body, '$.position') IS NOT NEW.position
      OR json_extract(NEW.body, '$.stream.kind') IS NOT NEW.stream_kind
      OR json_extract(NEW.body, '$.stream.id') IS NOT NEW.stream_id
      OR json_extract(NEW.body, '$.seq') IS NOT NEW.seq
      OR json_extract(NEW.body, '$.type') IS NOT NEW.type
      OR json_extract(NEW.body, '$.version') IS NOT NEW.version
      OR json_extract(NEW.body, '$.at') IS NOT NEW.at
      THEN RAISE(ABORT, 'events: columns differ from the body')
  END;
END;

CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN
  SELECT RAISE(ABORT, 'events: an event is never changed');
END;

CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN
  SELECT RAISE(ABORT, 'events: an event is never deleted');
END;

CREATE TRIGGER payloads_insert_once BEFORE INSERT ON payloads BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM payloads WHERE commitment = NEW.commitment OR id = NEW.id)
      THEN RAISE(ABORT, 'payloads: a payload is never replaced')
    WHEN EXISTS (SELECT 1 FROM erasures WHERE commitment = NEW.commitment)
      THEN RAISE(ABORT, 'payloads: what was erased does not come back')
    WHEN NEW.commitment IS NOT (SELECT json_extract(body, '$.payloadRef.commitment') FROM events
                                 WHERE position = NEW.position)
      THEN RAISE(ABORT, 'payloads: the event does not carry this commitment')
  END;
END;

CREATE TRIGGER payloads_no_update BEFORE UPDATE ON payloads BEGIN
  SELECT RAISE(ABORT, 'payloads: a payload is never changed');
END;

CREATE TRIGGER payloads_delete_is_erasure BEFORE DELETE ON payloads
WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE commitment = OLD.commitment) BEGIN
  SELECT RAISE(ABORT, 'payloads: a payload is removed by erasure only');
END;

CREATE TRIGGER erasures_insert_once BEFORE INSERT ON erasures
WHEN EXISTS (SELECT 1 FROM erasures WHERE commitment = NEW.commitment) BEGIN
  SELECT RAISE(ABORT, 'erasures: an erasure is never replaced');
END;

CREATE TRIGGER erasures_no_update BEFORE UPDATE ON erasures BEGIN
  SELECT RAISE(ABORT, 'erasures: an erasure is never changed');
END;

CREATE TRIGGER erasures_no_delete BEFORE DELETE ON erasures BEGIN
  SELECT RAISE(ABORT, 'erasures: an erasure is never taken back');
END;
`;
