import type { Event } from "./event.ts";
import type { JsonObject, JsonValue } from "./json.ts";

/**
 * A table computed from events: a pure function from (row so far, event) to the new row. Stores keep it in the
 * transaction of the event and can drop and rebuild it at any time. `columns` are what callers filter and sort
 * by; stores index them and show the table as a plain SQL view under `name`.
 */
export interface ProjectionDefinition {
  name: string;
  /** Shown in the documentation of the database. */
  description: string;
  columns: readonly ProjectionColumn[];
  /** Raised when `keys` or `apply` come to answer otherwise, so that stores fold the log anew. Default 1. */
  version?: number;
  /** The keys of the rows that an event touches; most events touch none. */
  keys(event: Event): readonly string[];
  /** The new row, or undefined to delete it. Must not change its arguments. */
  apply(row: JsonObject | undefined, event: Event, key: string): JsonObject | undefined;
}

export interface ProjectionColumn {
  /** Top-level member of the row, in snake_case: it is the SQL name too. */
  name: string;
  type: "text" | "integer" | "real";
  indexed?: boolean;
}

export interface ProjectionQuery {
  /** Equality on columns; a list means any of. */
  where?: Record<string, JsonValue | readonly JsonValue[]>;
  orderBy?: { column: string; direction: "ascending" | "descending" };
  limit?: number;
  offset?: number;
}

export interface ProjectionReader {
  get(name: string, key: string): Promise<JsonObject | undefined>;
  list(name: string, query?: ProjectionQuery): Promise<{ rows: JsonObject[]; total: number }>;
  /** Drops all rows and folds the whole log again. */
  rebuild(): Promise<void>;
}
