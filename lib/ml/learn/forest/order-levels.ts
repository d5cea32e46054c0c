import type { Random } from "../../random.ts";

/** Bins of levels with their sums: [rows, weight, one sum per output] from bin * stride. */
export interface LevelSums {
  readonly sums: Float64Array;
  readonly stride: number;
  /** The levels to order; ordered in place. */
  readonly levels: Uint16Array;
}

const ITERATIONS = 30;
/** Up to so many levels are sorted without making objects. */
const FEW_LEVELS = 48;

/**
 * Orders levels so that good splits are cuts of the order. With one output by their mean, where the best of all
 * subsets is such a cut (Fisher 1958; Breiman et al. 1984). With more than two classes no order has that property;
 * levels are taken along the first principal component of their class shares (Coppersmith, Hong and Hosking 1999).
 */
export function orderLevels(request: LevelSums): void {
  const { levels } = request;
  const keys = request.stride === 3 ? levelMeans(request) : componentScores(request);
  if (levels.length <= FEW_LEVELS) {
    sortFew(levels, keys);
    return;
  }
  const ranked = Array.from(levels, (level, place) => ({ level, key: keys[place]! }));
  ranked.sort((left, right) => left.key - right.key || left.level - right.level);
  for (const [place, { level }] of ranked.entries()) levels[place] = level;
}

/** Insertion sort, stable: most nodes hold few levels, and there are millions of nodes. */
function sortFew(levels: Uint16Array, keys: Float64Array): void {
  for (let next = 1; next < levels.length; next++) {
    const level = levels[next]!;
    const key = keys[next]!;
    let place = next;
    while (place > 0 && keys[place - 1]! > key) {
      levels[place] = levels[place - 1]!;
      keys[place] = keys[place - 1]!;
      place--;
    }
    levels[place] = level;
    keys[place] = key;
  }
}

function levelMeans({ sums, stride, levels }: LevelSums): Float64Array {
  const means = new Float64Array(levels.length);
  for (let place = 0; place < levels.length; place++) {
    const at = levels[place]! * stride;
    means[place] = sums[at + 2]! / sums[at + 1]!;
  }
  return means;
}

function componentScores({ sums, stride, levels }: LevelSums): Float64Array {
  const outputs = stride - 2;
  const deviations = new Float64Array(levels.length * outputs);
  const weights = Float64Array.from(levels, (level) => sums[level * stride + 1]!);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let output = 0; output < outputs; output++) {
    let mean = 0;
    for (const level of levels) mean += sums[level * stride + 2 + output]! / total;
    for (const [place, level] of levels.entries()) {
      deviations[place * outputs + output] = sums[level * stride + 2 + output]! / weights[place]! - mean;
    }
  }
  return project(deviations, weights, outputs);
}

/** Scores along the leading direction of the weighted deviations, found by power iteration from the longest of them. */
function project(deviations: Float64Array, weights: Float64Array, outputs: number): Float64Array {
  let direction = deviations.slice(0, outputs);
  let longest = 0;
  for (let place = 0; place < weights.length; place++) {
    const deviation = deviations.subarray(place * outputs, (place + 1) * outputs);
    const length = weights[place]! * deviation.reduce((sum, value) => sum + value * value, 0);
    if (length > longest) {
      longest = length;
      direction = deviation.slice();
    }
  }
  const scores = new Float64Array(weights.length);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const next = new Float64Array(outputs);
    for (let place = 0; place < weights.length; place++) {
      let score = 0;
      for (let output = 0; output < outputs; output++) {
        score += deviations[place * outputs + output]! * direction[output]!;
      }
      scores[place] = score;
      for (let output = 0; output < outputs; output++) {
        next[output]! += weights[place]! * score * deviations[place * outputs + output]!;
      }
    }
    const length = Math.hypot(...next);
    if (!(length > 0)) break;
    direction = next.map((value) => value / length);
  }
  return scores;
}

/** Puts a random, proper subset of the levels first (Geurts, Ernst and Wehenkel 2006); returns its size. */
export function drawLevels(levels: Uint16Array, random: Random): number {
  const left: number[] = [];
  const right: number[] = [];
  for (const level of levels) (random.uniform() < 0.5 ? left : right).push(level);
  if (left.length === 0) left.push(...right.splice(random.integer(right.length), 1));
  if (right.length === 0) right.push(...left.splice(random.integer(left.length), 1));
  levels.set([...left, ...right]);
  return left.length;
}
