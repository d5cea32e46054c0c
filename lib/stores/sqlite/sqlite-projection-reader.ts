import type { JsonObject } from "#core/contract/json.ts";
import type { ProjectionDefinition, ProjectionReader } from "#core/contract/projection.ts";
import { type CheckedQuery, checkQuery, findDefinition } from "../rules/projection-query.ts";
import type { Connection } from "./connection.ts";
import { type ProjectionTables, quoted, tableOf } from "./projection-tables.ts";
import { rebuildProjections } from "./set-up-projections.ts";
import type { InOrder } from "./sqlite-event-log.ts";

export function createSqliteProjectionReader(parts: {
  connection: Connection;
  inOrder: InOrder;
  tables: ProjectionTables;
  definitions: readonly ProjectionDefinition[];
  /** Throws a FailureError when the tables are not those of these definitions. */
  checkSchema: () => void;
}): ProjectionReader {
  const { connection, inOrder, tables, definitions, checkSchema } = parts;
  return {
    async get(name, key) {
      const definition = findDefinition(definitions, name);
      return inOrder(() => {
        checkSchema();
        return tables.findRow(definition, key);
      });
    },
    async list(name, query = {}) {
      const checked = checkQuery(findDefinition(definitions, name), query);
      return inOrder(() => {
        checkSchema();
        return connection.snapshot(() => listRows(connection, name, checked));
      });
    },
    async rebuild() {
      inOrder(() => {
        checkSchema();
        rebuildProjections(connection, definitions, tables);
      });
    },
  };
}

function listRows(
  { statement }: Connection,
  name: string,
  query: CheckedQuery,
): { rows: JsonObject[]; total: number } {
  const { text, values } = condition(query);
  const source = `FROM ${tableOf(name)}${text}`;
  const total = statement<string[], { total: number }>(`SELECT COUNT(*) AS total ${source}`).get(...values);
  const order =
    query.orderBy === undefined
      ? ""
      : `${quoted(query.orderBy.column.name)} ${query.orderBy.descending ? "DESC" : "ASC"}, `;
  const rows = statement<(string | number)[], { document: string }>(
    `SELECT _document AS document ${source} ORDER BY ${order}_key LIMIT CAST(? AS INTEGER) OFFSET CAST(? AS INTEGER)`,
  ).all(...values, query.limit ?? -1, query.offset);
  return {
    rows: rows.map(({ document }) => JSON.parse(document) as JsonObject), // written by saveRow
    total: total?.total ?? 0,
  };
}

/**
 * The values of a condition travel as one JSON list, so that the text depends on the columns alone and any number of
 * values fits.
 */
function condition({ conditions }: CheckedQuery): { text: string; values: string[] } {
  const parts = conditions.map(({ column, anyOf }) => {
    const name = quoted(column.name);
    const isListed = `${name} IN (SELECT value FROM json_each(?))`;
    return anyOf.includes(null) ? `(${isListed} OR ${name} IS NULL)` : isListed;
  });
  return {
    text: parts.length === 0 ? "" : ` WHERE ${parts.join(" AND ")}`,
    values: conditions.map(({ anyOf }) => JSON.stringify(anyOf.filter((cell) => cell !== null))),
  };
}
