import type { Random } from "../random.ts";
import { dimensionNames, type Coordinates, type SearchDimension, type SearchSpace } from "./search-space.ts";

/** A point that was tried and how good it was: lower is better. */
export interface TriedPoint {
  readonly coordinates: Coordinates;
  readonly loss: number;
}

/** Random points before the first suggestion, and candidates drawn for each (Bergstra et al. 2011, 2013). */
export const STARTING_POINTS = 10;
const CANDIDATES = 24;

/** A point drawn evenly from the space. */
export function randomPoint(space: SearchSpace, random: Random): Coordinates {
  return dimensionNames(space).map((name) => {
    const dimension = space[name]!;
    return dimension.kind === "choice" ? random.integer(dimension.values.length) : random.uniform();
  });
}

/**
 * Suggests the next point by a tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kegl 2011): the best
 * quarter of the tried points and the rest each give a density per hyperparameter; of candidates drawn from the first,
 * the one where it exceeds the second most is chosen. Random until enough points were tried.
 */
export function suggestPoint(space: SearchSpace, tried: readonly TriedPoint[], random: Random): Coordinates {
  if (tried.length < STARTING_POINTS) return randomPoint(space, random);
  const ranked = tried
    .map((point, order) => ({ ...point, order }))
    .toSorted((left, right) => left.loss - right.loss || left.order - right.order);
  const goodCount = Math.min(25, Math.ceil(ranked.length / 4));
  const good = ranked.slice(0, goodCount);
  const rest = ranked.slice(goodCount);
  return dimensionNames(space).map((name, index) => {
    const of = (points: readonly TriedPoint[]) =>
      densityOf(
        space[name]!,
        points.map(({ coordinates }) => coordinates[index]!),
      );
    const likely = of(good);
    const unlikely = of(rest);
    let best = NaN;
    let bestRatio = -Infinity;
    for (let candidate = 0; candidate < CANDIDATES; candidate++) {
      const place = likely.draw(random);
      const ratio = likely.logDensity(place) - unlikely.logDensity(place);
      if (ratio > bestRatio) {
        bestRatio = ratio;
        best = place;
      }
    }
    return best;
  });
}

interface Density {
  draw(random: Random): number;
  logDensity(place: number): number;
}

function densityOf(dimension: SearchDimension, places: readonly number[]): Density {
  return dimension.kind === "choice" ? choiceDensity(dimension.values.length, places) : parzen(places);
}

/** Shares of the choices seen, with one more row spread evenly so that none is ruled out. */
function choiceDensity(count: number, places: readonly number[]): Density {
  const shares = new Float64Array(count).fill(1 / count);
  for (const place of places) shares[place]!++;
  const total = places.length + 1;
  return {
    draw: (random) => {
      let left = random.uniform() * total;
      for (let choice = 0; choice < count; choice++) {
        left -= shares[choice]!;
        if (left < 0) return choice;
      }
      return count - 1;
    },
    logDensity: (place) => Math.log(shares[place]! / total),
  };
}

/**
 * A mixture of normal densities on [0, 1], cut off at its ends: one around each place, as wide as the larger distance
 * to its neighbours, and a wide one over the whole range as prior.
 */
function parzen(places: readonly number[]): Density {
  const sorted = [...places, 0.5].toSorted((left, right) => left - right);
  const least = 1 / Math.min(100, sorted.length + 1);
  const widths = sorted.map((place, index) => {
    const below = place - (sorted[index - 1] ?? 0);
    const above = (sorted[index + 1] ?? 1) - place;
    return Math.min(1, Math.max(least, below, above));
  });
  const prior = sorted.indexOf(0.5);
  widths[prior] = 1;
  const masses = sorted.map((place, index) => insideMass(place, widths[index]!));
  return {
    draw: (random) => {
      const index = random.integer(sorted.length);
      for (;;) {
        const place = sorted[index]! + widths[index]! * random.normal();
        if (place >= 0 && place <= 1) return place;
      }
    },
    logDensity: (place) => {
      let sum = 0;
      for (let index = 0; index < sorted.length; index++) {
        const distance = (place - sorted[index]!) / widths[index]!;
        sum += Math.exp((-distance * distance) / 2) / (widths[index]! * masses[index]!);
      }
      return Math.log(sum / sorted.length);
    },
  };
}

/** The part of a normal density that lies in [0, 1]; the factor sqrt(2 pi) cancels in ratios. */
function insideMass(place: number, width: number): number {
  const steps = 64;
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    const distance = ((step + 0.5) / steps - place) / width;
    sum += Math.exp((-distance * distance) / 2);
  }
  return sum / steps / width;
}
