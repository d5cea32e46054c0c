import { type Column, type Frame, getColumn, type Model, type ProtectedAttribute } from "#lib/ml/index.ts";
import { inEngine } from "./run-task.ts";

/** More distinct numbers than this are cut into bands. */
const MOST_GROUPS = 12;

/**
 * The protected columns as attributes to audit by, each alone. Numbers with many values (an age) are cut into four
 * bands near the quartiles of the given rows, at round numbers: other rows of the same table, such as its validation
 * part, are then cut at the same places. A model that already decides by bands of a column keeps them.
 */
export function protectedAttributes(
  frame: Frame,
  names: readonly string[],
  model?: Model,
): ProtectedAttribute[] {
  return names.map((name) => {
    const column = inEngine(() => getColumn(frame, name));
    return [{ name, bands: bandsOfModel(model, name) ?? roundBands(column) }];
  });
}

/** All protected columns crossed: the groups that thresholds and weights are fitted for. */
export function crossedAttribute(frame: Frame, names: readonly string[], model?: Model): ProtectedAttribute {
  return protectedAttributes(frame, names, model).flat();
}

function bandsOfModel(model: Model | undefined, name: string): readonly number[] | undefined {
  if (model?.decision.kind !== "group-thresholds") return undefined;
  return model.decision.columns.find(({ feature }) => feature.name === name)?.bands ?? undefined;
}

/** Null for what needs no bands. Otherwise up to three ascending lower limits. */
function roundBands(column: Column): number[] | null {
  if (column.kind !== "numeric") return null;
  const values = column.values.filter((value) => Number.isFinite(value)).sort();
  let distinct = 0;
  for (let index = 0; index < values.length && distinct <= MOST_GROUPS; index += 1) {
    if (index === 0 || values[index] !== values[index - 1]) distinct += 1;
  }
  if (distinct <= MOST_GROUPS) return null;
  const at = (share: number): number => values[Math.floor(share * values.length)] ?? 0;
  const quartiles = [at(0.25), at(0.5), at(0.75)];
  const step = roundStep((at(0.75) - at(0.25)) / 4 || (at(1 - 1e-9) - at(0)) / 8);
  // Divided by the inverse where the step is below 1, so that 0.3 stays 0.3.
  const rounded = quartiles.map((value) =>
    step < 1 ? Math.round(value / step) / Math.round(1 / step) : Math.round(value / step) * step,
  );
  const bands = [...new Set(rounded)].sort((left, right) => left - right);
  const low = values[0] ?? 0;
  // A band below the smallest value would be empty.
  const used = bands.filter((limit) => limit > low);
  return used.length > 0 ? used : [at(0.5) > low ? at(0.5) : (values.at(-1) ?? low)];
}

/** The largest of 1, 2, 5 times a power of ten that is no larger. */
function roundStep(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  const lead = width / power;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}
