import type { Event } from "#core/contract/event.ts";
import { fail, type Result } from "#core/contract/failure.ts";
import type { ProjectionDefinition } from "#core/contract/projection.ts";
import type { ProjectionRows, RowChange } from "./commit-tables.ts";
import { projectionCells } from "./projection-cells.ts";

/**
 * Folds one event into every projection: the same step in a commit and in a rebuild, which is why both end with the
 * same rows. A definition that throws is a bug of its author; it fails the commit with `internal`.
 */
export function foldProjections(
  rows: ProjectionRows,
  definitions: readonly ProjectionDefinition[],
  event: Event,
): Result<void> {
  for (const definition of definitions) {
    const keys = attempt(definition, event, () => definition.keys(event));
    if (!keys.ok) return keys;
    for (const key of new Set(keys.value)) {
      const folded = foldRow(rows, definition, { event, key });
      if (!folded.ok) return folded;
    }
  }
  return { ok: true, value: undefined };
}

function foldRow(
  rows: ProjectionRows,
  definition: ProjectionDefinition,
  touch: { event: Event; key: string },
): Result<void> {
  const before = rows.findRow(definition, touch.key);
  const applied = attempt(definition, touch.event, (): RowChange | undefined => {
    // Taken first: a definition that changes the row it was given must not hide the change.
    const cellsBefore = before === undefined ? undefined : projectionCells(definition, before);
    const row = definition.apply(before, touch.event, touch.key);
    return row === undefined ? undefined : { row, cells: projectionCells(definition, row), cellsBefore };
  });
  if (!applied.ok) return applied;
  if (applied.value !== undefined) {
    rows.saveRow(definition, touch.key, applied.value);
  } else if (before !== undefined) {
    rows.deleteRow(definition, touch.key);
  }
  return { ok: true, value: undefined };
}

function attempt<Value>(definition: ProjectionDefinition, event: Event, work: () => Value): Result<Value> {
  try {
    return { ok: true, value: work() };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return fail(
      "internal",
      `projection ${definition.name} cannot take ${event.type} (position ${event.position}): ${reason}. ` +
        "Nothing was written; this is a bug of the projection's definition.",
      { details: { projection: definition.name, type: event.type, position: event.position } },
    );
  }
}
