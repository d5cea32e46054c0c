import { GUARDS } from "./guards.ts";

/** "SWRM": tells `file` and us that a database is Swarm's. */
export const APPLICATION_ID = 0x5357524d;

const FIRST = `
CREATE TABLE events (
  position INTEGER PRIMARY KEY, -- global order of commit, dense from 0: the leaf index of the tree
  stream_kind TEXT NOT NULL,
  stream_id TEXT NOT NULL,
  seq INTEGER NOT NULL, -- dense from 1 in its stream
  type TEXT NOT NULL,
  version INTEGER NOT NULL,
  at TEXT NOT NULL,
  body TEXT NOT NULL, -- RFC 8785 form of the event without its hash
  hash TEXT NOT NULL, -- SHA-256 over the 32 bytes of body.prevHash, then body
  leaf TEXT NOT NULL, -- RFC 6962 leaf hash
  UNIQUE (stream_kind, stream_id, seq)
) STRICT;

-- Rows are only ever added at the end of this table, so that no copy of a content moves between pages.
CREATE TABLE payloads (
  id INTEGER PRIMARY KEY,
  commitment TEXT NOT NULL UNIQUE, -- HMAC-SHA-256 of content under key
  position INTEGER NOT NULL REFERENCES events (position),
  media_type TEXT NOT NULL,
  key BLOB NOT NULL CHECK (length(key) = 32),
  content BLOB NOT NULL
) STRICT;

CREATE TABLE erasures (
  commitment TEXT NOT NULL PRIMARY KEY,
  erased_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- an id that was delivered is never used again
  topic TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE idempotency (
  principal TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  response TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
  resource TEXT NOT NULL PRIMARY KEY,
  owner TEXT, -- NULL once released; the row stays, because the fence must never go back
  fence INTEGER NOT NULL,
  expires_at INTEGER NOT NULL -- milliseconds since 1970 UTC
) STRICT, WITHOUT ROWID;

-- The tables that are computed from events, each shown as a view of this name.
CREATE TABLE projections (
  name TEXT NOT NULL PRIMARY KEY,
  description TEXT NOT NULL,
  shape TEXT NOT NULL -- SHA-256 over name and columns; another shape means rebuild
) STRICT, WITHOUT ROWID;
${GUARDS}`;

/**
 * Forward only: a step is never edited once released, a change is a new step. `user_version` counts the steps that
 * a database has taken.
 */
export const MIGRATIONS: readonly string[] = [FIRST];
