import Database from "better-sqlite3";
import type { Connection } from "./connection.ts";
import { MIGRATIONS } from "./schema.ts";

interface SchemaRow {
  type: string;
  name: string;
  owner: string;
  sql: string;
}

const SCHEMA =
  "SELECT type, name, tbl_name AS owner, sql FROM sqlite_schema " +
  "WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";

/**
 * Compares tables, indexes and guards with those that the migrations make in an empty database. Views and tables
 * of projections are left out: they are a cache, and differ with their definitions.
 */
export function schemaFaults({ database }: Connection): string[] {
  const expected = expectedSchema();
  const found = new Map(
    database
      .prepare<[], SchemaRow>(SCHEMA)
      .all()
      .map((row) => [row.name, row]),
  );
  const faults: string[] = [];
  for (const { type, name, sql } of expected) {
    const row = found.get(name);
    if (row === undefined) faults.push(`schema: the ${type} ${name} is missing`);
    else if (row.sql !== sql) faults.push(`schema: the ${type} ${name} was changed`);
  }
  const known = new Set(expected.map((row) => row.name));
  for (const { type, name, owner } of found.values()) {
    if (type === "trigger" && !known.has(name)) faults.push(`schema: a strange trigger ${name} on ${owner}`);
  }
  return faults.map((fault) => `${fault}: somebody altered the database by hand`);
}

function expectedSchema(): SchemaRow[] {
  const empty = new Database(":memory:");
  try {
    for (const step of MIGRATIONS) empty.exec(step);
    return empty.prepare<[], SchemaRow>(SCHEMA).all();
  } finally {
    empty.close();
  }
}
