import { FailureError, failure } from "#core/contract/failure.ts";
import type { JsonValue } from "#core/contract/json.ts";
import type { ProjectionColumn, ProjectionDefinition, ProjectionQuery } from "#core/contract/projection.ts";
import { type Cell, columnCell } from "./projection-cells.ts";

/** A query whose names are known columns and whose values fit them. */
export interface CheckedQuery {
  /** All must hold; each holds when the column equals any of the values. */
  conditions: { column: ProjectionColumn; anyOf: Cell[] }[];
  /** Absent values come first when ascending; rows that tie stand in the order of their keys. */
  orderBy: { column: ProjectionColumn; descending: boolean } | undefined;
  limit: number | undefined;
  offset: number;
}

/** The definition with a name. Throws a FailureError `invalid-input` that lists the known ones. */
export function findDefinition(
  definitions: readonly ProjectionDefinition[],
  name: string,
): ProjectionDefinition {
  const found = definitions.find((definition) => definition.name === name);
  if (found !== undefined) return found;
  const known = definitions.map((definition) => definition.name).join(", ");
  throw new FailureError(failure("invalid-input", `no projection ${name}; there are: ${known || "none"}`));
}

/** Checks a query against a definition. Throws a FailureError `invalid-input` that says what would fit. */
export function checkQuery(definition: ProjectionDefinition, query: ProjectionQuery): CheckedQuery {
  return {
    conditions: Object.entries(query.where ?? {}).map(([name, value]) => {
      const column = findColumn(definition, name);
      return { column, anyOf: conditionCells(column, value) };
    }),
    orderBy:
      query.orderBy === undefined
        ? undefined
        : {
            column: findColumn(definition, query.orderBy.column),
            descending: query.orderBy.direction === "descending",
          },
    limit: query.limit === undefined ? undefined : checkCount("limit", query.limit),
    offset: checkCount("offset", query.offset ?? 0),
  };
}

function conditionCells(column: ProjectionColumn, value: JsonValue | readonly JsonValue[]): Cell[] {
  const values: readonly JsonValue[] = Array.isArray(value) ? value : [value as JsonValue]; // isArray does not narrow readonly unions
  return values.map((one) => {
    const cell = columnCell(column, one);
    if (cell === undefined)
      throw refused(`column ${column.name} is ${column.type}, not ${JSON.stringify(one)}`);
    return cell;
  });
}

function findColumn(definition: ProjectionDefinition, name: string): ProjectionColumn {
  const found = definition.columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const known = definition.columns.map((column) => column.name).join(", ");
  throw refused(`projection ${definition.name} has no column ${name}; there are: ${known || "none"}`);
}

function checkCount(what: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw refused(`${what} must be a whole number from 0 on, not ${value}`);
}

const refused = (message: string) => new FailureError(failure("invalid-input", message));
