import { assertNever } from "../score/assert-never.ts";
import { MlError } from "../score/ml-error.ts";
import type { ParameterValue } from "../learn/fit-estimator.ts";

/**
 * What a hyperparameter may be. `log` spreads trials evenly over orders of magnitude and needs `from` above 0; both ends
 * are included.
 */
export type SearchDimension =
  | { readonly kind: "number"; readonly from: number; readonly to: number; readonly scale: "linear" | "log" }
  | { readonly kind: "integer"; readonly from: number; readonly to: number; readonly scale: "linear" | "log" }
  | { readonly kind: "choice"; readonly values: readonly ParameterValue[] };

/** Hyperparameters to search over, by name. */
export type SearchSpace = Readonly<Record<string, SearchDimension>>;

/** One point of a space: the value of each of its hyperparameters. */
export type SpacePoint = Readonly<Record<string, ParameterValue>>;

/**
 * A point as coordinates, one per hyperparameter in the order of their names: a place in [0, 1] along its scale, or
 * the index of a choice.
 */
export type Coordinates = readonly number[];

/** @throws MlError bad-argument naming the hyperparameter whose range is empty or impossible. */
export function checkSpace(space: SearchSpace): void {
  if (Object.keys(space).length === 0) {
    throw new MlError(
      "bad-argument",
      "There is nothing to search: the space names no hyperparameter. Name some, or train once without tuning.",
    );
  }
  for (const [name, dimension] of Object.entries(space)) {
    const fault = faultOf(dimension);
    if (fault === null) continue;
    throw new MlError("bad-argument", `The search space of "${name}" ${fault}.`, {
      details: { parameter: name },
    });
  }
}

function faultOf(dimension: SearchDimension): string | null {
  if (dimension.kind === "choice") return dimension.values.length === 0 ? "has no values" : null;
  const { kind, from, to, scale } = dimension;
  if (!Number.isFinite(from) || !Number.isFinite(to) || from > to) {
    return `goes from ${from} to ${to}; give two finite numbers, the smaller first`;
  }
  if (scale === "log" && from <= 0)
    return `is logarithmic from ${from}; start above 0 or use the linear scale`;
  if (kind === "integer" && (!Number.isInteger(from) || !Number.isInteger(to))) {
    return `is for whole numbers but goes from ${from} to ${to}`;
  }
  return null;
}

/** The hyperparameters of a space in their one order. */
export function dimensionNames(space: SearchSpace): string[] {
  return Object.keys(space).toSorted();
}

/** The values at given coordinates; the same coordinates give the same values. */
export function pointAt(space: SearchSpace, coordinates: Coordinates): SpacePoint {
  return Object.fromEntries(
    dimensionNames(space).map((name, index) => [name, valueAt(space[name]!, coordinates[index]!)]),
  );
}

function valueAt(dimension: SearchDimension, place: number): ParameterValue {
  switch (dimension.kind) {
    case "choice":
      return dimension.values[place]!;
    case "number":
      return Math.min(dimension.to, Math.max(dimension.from, stretched(dimension, place)));
    case "integer": {
      // Half a step more at each end gives the outermost numbers their full share.
      const { from, to, scale } = dimension;
      const wide =
        scale === "log"
          ? stretched({ from: from - 0.5 > 0 ? from - 0.5 : from, to: to + 0.5, scale }, place)
          : stretched({ from: from - 0.5, to: to + 0.5, scale }, place);
      return Math.min(to, Math.max(from, Math.round(wide)));
    }
    default:
      return assertNever(dimension);
  }
}

function stretched(
  { from, to, scale }: { readonly from: number; readonly to: number; readonly scale: "linear" | "log" },
  place: number,
): number {
  return scale === "linear" ? from + place * (to - from) : from * (to / from) ** place;
}

/** How many different points a space has; Infinity with a hyperparameter that is any number of a range. */
export function spaceSize(space: SearchSpace): number {
  return Object.values(space).reduce((size, dimension) => {
    switch (dimension.kind) {
      case "choice":
        return size * dimension.values.length;
      case "integer":
        return size * (dimension.to - dimension.from + 1);
      case "number":
        return dimension.from === dimension.to ? size : Infinity;
      default:
        return assertNever(dimension);
    }
  }, 1);
}
