import { assertNever } from "#core/contract/failure.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import type { ProjectionColumn, ProjectionDefinition } from "#core/contract/projection.ts";

/** A column's value as stores keep and compare it: truth values are 1 and 0, what is absent is null. */
export type Cell = string | number | null;

/** The values of a row's columns, in the order of the definition. Throws a TypeError for a value of another type. */
export function projectionCells(definition: ProjectionDefinition, row: JsonObject): Cell[] {
  return definition.columns.map((column) => {
    const cell = columnCell(column, row[column.name]);
    if (cell === undefined) {
      throw new TypeError(
        `column ${column.name} takes ${column.type}, not ${JSON.stringify(row[column.name])}`,
      );
    }
    return cell;
  });
}

/** A JSON value as the cell of a column, or undefined when the column cannot hold it. */
export function columnCell(column: ProjectionColumn, value: JsonValue | undefined): Cell | undefined {
  if (value === undefined || value === null) return null;
  switch (column.type) {
    case "text":
      return typeof value === "string" ? value : undefined;
    case "integer":
      if (typeof value === "boolean") return value ? 1 : 0;
      return Number.isSafeInteger(value) ? (value as number) : undefined; // only numbers are safe integers
    case "real":
      return typeof value === "number" && Number.isFinite(value) ? value : undefined;
    default:
      return assertNever(column.type, "columnCell");
  }
}
