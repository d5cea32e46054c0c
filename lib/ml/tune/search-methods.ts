import type { AlgorithmName, ParameterValue } from "../learn/fit-estimator.ts";
import type { Random } from "../random.ts";
import type { Judge } from "./judge-point.ts";
import { resourceOf } from "./resource.ts";
import { pointAt, spaceSize, type Coordinates, type SearchSpace, type SpacePoint } from "./search-space.ts";
import { randomPoint, suggestPoint, type TriedPoint } from "./suggest-point.ts";

/**
 * `random`: points drawn evenly (Bergstra and Bengio 2012). `tpe`: points drawn where earlier ones did well (Bergstra et
 * al. 2011). `halving`: many points with few rounds or rows, the better third of them with three times as much, and so
 * on (Jamieson and Talwalkar 2016).
 */
export type SearchMethod = "random" | "tpe" | "halving";

/** Why a search ended: its trials were used up, its time was, or there was no further point to try. */
export type SearchStop = "trials" | "seconds" | "exhausted";

export interface SearchRequest {
  readonly space: SearchSpace;
  readonly budget: number;
  readonly judge: Judge;
  readonly random: Random;
  readonly algorithm: AlgorithmName;
  /** Hyperparameters that are not searched. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Whether the time is up. */
  readonly isLate: () => boolean;
}

/** Keep a third from rung to rung, as the authors advise. */
const KEPT_SHARE = 3;
const MOST_RUNGS = 4;
/** Draws of a point that was not tried yet before a small space counts as exhausted. */
const MOST_DRAWS = 1000;

export const SEARCHES: Readonly<Record<SearchMethod, (request: SearchRequest) => SearchStop>> = {
  random: (request) => searchOneByOne(request, () => randomPoint(request.space, request.random)),
  tpe: (request) => searchOneByOne(request, (tried) => suggestPoint(request.space, tried, request.random)),
  halving: searchByHalving,
};

function searchOneByOne(
  request: SearchRequest,
  propose: (tried: readonly TriedPoint[]) => Coordinates,
): SearchStop {
  const { space, budget, judge, isLate } = request;
  const draws = createDraws(request);
  const tried: TriedPoint[] = [];
  for (let trial = 0; trial < budget; trial++) {
    if (isLate()) return "seconds";
    const drawn = draws.next(() => propose(tried));
    if (drawn === null) return "exhausted";
    const loss = judge.lossOf(judge.try({ point: drawn.point, share: 1 }));
    tried.push({ coordinates: drawn.coordinates, loss });
  }
  return budget >= spaceSize(space) ? "exhausted" : "trials";
}

function searchByHalving(request: SearchRequest): SearchStop {
  const { space, budget, judge, random, isLate } = request;
  const draws = createDraws(request);
  let points: SpacePoint[] = [];
  while (points.length < budget) {
    const drawn = draws.next(() => randomPoint(space, random));
    if (drawn === null) break;
    points.push(drawn.point);
  }
  const isWhole = points.length < budget || budget >= spaceSize(space);
  const resource = resourceOf(request.algorithm, request.parameters);
  const rungs = Math.min(MOST_RUNGS, 1 + Math.floor(Math.log(points.length) / Math.log(KEPT_SHARE) + 1e-9));
  for (let rung = 0; rung < rungs; rung++) {
    const share = KEPT_SHARE ** (rung + 1 - rungs);
    const judged: { point: SpacePoint; loss: number; order: number }[] = [];
    for (const [order, point] of points.entries()) {
      if (isLate()) return stopLate(request, points, judged);
      const trial = judge.try({ point, share, ...resource(share) });
      judged.push({ point, loss: judge.lossOf(trial), order });
    }
    points = judged
      .toSorted((left, right) => left.loss - right.loss || left.order - right.order)
      .slice(0, Math.max(1, Math.floor(judged.length / KEPT_SHARE)))
      .map(({ point }) => point);
  }
  return isWhole ? "exhausted" : "trials";
}

/** When the time ends on a lower rung, no trial had the full resource: the best so far gets one. */
function stopLate(
  { judge }: SearchRequest,
  points: readonly SpacePoint[],
  judged: readonly { readonly point: SpacePoint; readonly loss: number }[],
): SearchStop {
  const hasFull = judge.trials.some((trial) => trial.number > 0 && trial.share === 1);
  if (!hasFull && judge.trials.length > 1) {
    const best = judged.reduce<{ point: SpacePoint; loss: number }>(
      (least, one) => (one.loss < least.loss ? one : least),
      { point: points[0]!, loss: Infinity },
    );
    judge.try({ point: best.point, share: 1 });
  }
  return "seconds";
}

/** Draws points that were not drawn before; null when there seem to be none left. */
function createDraws({ space, random }: SearchRequest) {
  const seen = new Set<string>();
  return {
    next: (propose: () => Coordinates): { coordinates: Coordinates; point: SpacePoint } | null => {
      if (seen.size >= spaceSize(space)) return null;
      for (let draw = 0; draw < MOST_DRAWS; draw++) {
        const coordinates = draw === 0 ? propose() : randomPoint(space, random);
        const point = pointAt(space, coordinates);
        const key = JSON.stringify(point);
        if (seen.has(key)) continue;
        seen.add(key);
        return { coordinates, point };
      }
      return null;
    },
  };
}
