import type { JsonObject } from "#core/contract/json.ts";
import type { ProjectionDefinition } from "#core/contract/projection.ts";
import { hashOfJson } from "#core/events/hash.ts";
import type { ProjectionRows } from "../rules/commit-tables.ts";
import type { Cell } from "../rules/projection-cells.ts";
import type { Connection } from "./connection.ts";

/** The rows of all projections, and what only a rebuild needs. */
export interface ProjectionTables extends ProjectionRows {
  clear(): void;
}

/** Names were checked to be identifiers; quotes let them be words of the language too. */
export const quoted = (name: string): string => `"${name}"`;

/** The table behind a projection's view. Its own columns start with `_`, which no projection's column does. */
export const tableOf = (projection: string): string => quoted(`projection_${projection}`);

/** Tells whether a table still is what a definition asks for: its columns, and rows by this version of its rule. */
export function shapeOf({ name, columns, version = 1 }: ProjectionDefinition): string {
  return hashOfJson({
    name,
    version,
    columns: columns.map((column) => ({ ...column, indexed: column.indexed === true })),
  });
}

/** Statements that make a projection's table, its indexes and its view, with the description for `.schema`. */
export function createStatements({ name, description, columns }: ProjectionDefinition): string[] {
  const names = columns.map((column) => quoted(column.name));
  const comment = description.replaceAll("*/", "* /");
  return [
    `CREATE TABLE ${tableOf(name)} (${[
      "_key TEXT NOT NULL PRIMARY KEY",
      ...columns.map((column) => `${quoted(column.name)} ${column.type.toUpperCase()}`),
      "_document TEXT NOT NULL",
    ].join(", ")}) STRICT`,
    ...columns
      .filter((column) => column.indexed === true)
      .map(
        (column) =>
          `CREATE INDEX ${quoted(`projection_${name}.${column.name}`)} ON ${tableOf(name)} (${quoted(column.name)})`,
      ),
    `CREATE VIEW ${quoted(name)} /* ${comment} */ AS SELECT ${[...names, "_key", "_document"].join(", ")} ` +
      `FROM ${tableOf(name)}`,
  ];
}

/** The rows of projections in their tables. */
export function createProjectionTables(
  connection: Connection,
  definitions: readonly ProjectionDefinition[],
): ProjectionTables {
  const texts = new Map(definitions.map((definition) => [definition.name, statementTexts(definition)]));
  const of = ({ name }: ProjectionDefinition) => {
    const found = texts.get(name);
    if (found === undefined) throw new Error(`projection ${name} is not of this store`);
    return found;
  };
  return {
    findRow(projection, key) {
      const row = connection.statement<[string], { document: string }>(of(projection).find).get(key);
      return row === undefined ? undefined : (JSON.parse(row.document) as JsonObject); // written by saveRow
    },
    saveRow(projection, key, { row, cells, cellsBefore }) {
      const { save, update } = of(projection);
      const isIndexedAlike = projection.columns.every(
        (column, index) => column.indexed !== true || cells[index] === cellsBefore?.[index],
      );
      // Most events leave what is indexed as it was; then the indexes need not be written.
      if (cellsBefore !== undefined && isIndexedAlike) {
        const free = cells.filter((_, index) => projection.columns[index]?.indexed !== true);
        connection.statement<Cell[]>(update).run(...free, JSON.stringify(row), key);
      } else {
        connection.statement<Cell[]>(save).run(key, ...cells, JSON.stringify(row));
      }
    },
    deleteRow: (projection, key) => void connection.statement<[string]>(of(projection).delete).run(key),
    clear() {
      for (const { clear } of texts.values()) connection.statement<[]>(clear).run();
    },
  };
}

function statementTexts({ name, columns }: ProjectionDefinition) {
  const table = tableOf(name);
  const names = ["_key", ...columns.map((column) => quoted(column.name)), "_document"];
  const changes = names.slice(1).map((column) => `${column} = excluded.${column}`);
  const free = columns
    .filter((column) => column.indexed !== true)
    .map((column) => `${quoted(column.name)} = ?`);
  return {
    find: `SELECT _document AS document FROM ${table} WHERE _key = ?`,
    save:
      `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")}) ` +
      `ON CONFLICT (_key) DO UPDATE SET ${changes.join(", ")}`,
    update: `UPDATE ${table} SET ${[...free, "_document = ?"].join(", ")} WHERE _key = ?`,
    delete: `DELETE FROM ${table} WHERE _key = ?`,
    clear: `DELETE FROM ${table}`,
  };
}
