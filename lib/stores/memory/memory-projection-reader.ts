import { FailureError } from "#core/contract/failure.ts";
import type { JsonObject } from "#core/contract/json.ts";
import type { ProjectionDefinition, ProjectionReader } from "#core/contract/projection.ts";
import { foldProjections } from "../rules/fold-projections.ts";
import type { Cell } from "../rules/projection-cells.ts";
import { type CheckedQuery, checkQuery, findDefinition } from "../rules/projection-query.ts";
import { parseStoredEvent } from "../rules/stored-event.ts";
import type { MemoryRow, MemoryTables } from "./memory-tables.ts";

/** Projections in memory: every list is a pass over all rows. */
export function createMemoryProjectionReader(
  tables: MemoryTables,
  definitions: readonly ProjectionDefinition[],
): ProjectionReader {
  return {
    async get(name, key) {
      return tables.findRow(findDefinition(definitions, name), key);
    },
    async list(name, query = {}) {
      const definition = findDefinition(definitions, name);
      const checked = checkQuery(definition, query);
      const found = [...tables.rowsOf(name)].filter(([, row]) => holds(definition, checked, row));
      found.sort(order(definition, checked));
      const end = checked.limit === undefined ? undefined : checked.offset + checked.limit;
      return {
        rows: found.slice(checked.offset, end).map(([, row]) => JSON.parse(row.document) as JsonObject), // written by saveRow
        total: found.length,
      };
    },
    async rebuild() {
      const result = tables.attempt(() => {
        for (const definition of definitions) {
          for (const key of tables.rowsOf(definition.name).keys()) tables.deleteRow(definition, key);
        }
        for (const row of tables.events) {
          const event = parseStoredEvent(row.body, row.hash);
          if (!event.ok) return event;
          const folded = foldProjections(tables, definitions, event.value);
          if (!folded.ok) return folded;
        }
        return { ok: true, value: undefined };
      });
      if (!result.ok) throw new FailureError(result.failure);
    },
  };
}

function cellOf(definition: ProjectionDefinition, row: MemoryRow, column: string): Cell {
  return row.cells[definition.columns.findIndex((one) => one.name === column)] ?? null;
}

function holds(definition: ProjectionDefinition, query: CheckedQuery, row: MemoryRow): boolean {
  return query.conditions.every(({ column, anyOf }) => anyOf.includes(cellOf(definition, row, column.name)));
}

function order(definition: ProjectionDefinition, { orderBy }: CheckedQuery) {
  return ([leftKey, left]: [string, MemoryRow], [rightKey, right]: [string, MemoryRow]): number => {
    if (orderBy !== undefined) {
      const { name } = orderBy.column;
      const compared = compareCells(cellOf(definition, left, name), cellOf(definition, right, name));
      if (compared !== 0) return orderBy.descending ? -compared : compared;
    }
    return compareCells(leftKey, rightKey);
  };
}

/** Absent values first, numbers by size, text by its UTF-8 bytes: what databases do without a locale. */
function compareCells(left: Cell, right: Cell): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  if (typeof left === "number" && typeof right === "number") return left - right;
  return Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));
}
