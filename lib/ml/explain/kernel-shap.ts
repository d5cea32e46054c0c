import { requireInRange } from "../parameter-range.ts";
import { createRandom, type Random } from "../random.ts";
import { MlError } from "../score/ml-error.ts";
import type { CoalitionGame, EstimatedContributions } from "./coalition-game.ts";
import { exactShapley } from "./exact-shapley.ts";
import { invertPositive } from "./invert-positive.ts";

export interface KernelOptions {
  /** Coalitions evaluated per row. Default 2048 + 2 x players, and never fewer than 4 x players, which a fit needs. */
  readonly coalitions?: number;
  readonly seed: number;
  /** False samples even where all coalitions could be gone through. Default true. */
  readonly isExactAllowed?: boolean;
}

/** Players whose coalitions still have a bit each. */
const MOST_ENUMERATED = 20;

/**
 * KernelSHAP (Lundberg and Lee 2017): Shapley values as the solution of a weighted least-squares problem over coalitions.
 * Where all coalitions of a row's players are no more than `coalitions`, they are gone through and the values are exact.
 * Otherwise coalitions are drawn from the Shapley kernel, each with its complement (Covert and Lee 2021), the sum being
 * held to the prediction; the standard errors are those of the regression, robust and clustered by pair. Each row begins
 * the seeded stream anew, so its numbers do not depend on the other rows.
 * @throws MlError bad-argument when there are too few coalitions for the players; cancelled.
 */
export function kernelShap(game: CoalitionGame, options: KernelOptions): EstimatedContributions {
  const coalitions = options.coalitions ?? Math.max(2048 + 2 * game.playerCount, 4 * game.playerCount);
  requireInRange("coalitions", coalitions, { from: 4, to: 10_000_000, isInteger: true });
  const size = game.rowCount * game.playerCount;
  const values = Array.from({ length: game.outputs }, () => new Float64Array(size));
  const errors = Array.from({ length: game.outputs }, () => new Float64Array(size));
  let isExact = true;
  for (let row = 0; row < game.rowCount; row++) {
    game.control.throwIfCancelled();
    game.control.report({ stage: "explain", done: row, total: game.rowCount, rows: row });
    const players = game.varyingPlayers(row);
    if (players.length === 0) continue;
    const canEnumerate = players.length <= MOST_ENUMERATED && 2 ** players.length <= coalitions;
    const isEnumerated = players.length === 1 || (canEnumerate && options.isExactAllowed !== false);
    const random = createRandom(options.seed);
    const fits = isEnumerated
      ? exactShapley(game, row, players).map((shares) => ({ shares, errors: null }))
      : sampledShapley(game, row, { players, pairs: Math.floor(coalitions / 2), random });
    if (!isEnumerated) isExact = false;
    for (const [output, fit] of fits.entries()) {
      for (const [place, player] of players.entries()) {
        values[output]![row * game.playerCount + player] = fit.shares[place]!;
        errors[output]![row * game.playerCount + player] = fit.errors?.[place] ?? 0;
      }
    }
  }
  return { expected: game.base, values, standardErrors: isExact ? null : errors };
}

interface Sampling {
  readonly players: readonly number[];
  readonly pairs: number;
  readonly random: Random;
}

interface Fit {
  readonly shares: Float64Array;
  readonly errors: Float64Array;
}

function sampledShapley(game: CoalitionGame, row: number, { players, pairs, random }: Sampling): Fit[] {
  const count = players.length;
  if (pairs < 2 * count) {
    throw new MlError(
      "bad-argument",
      `${2 * pairs} coalitions are too few for ${count} features that vary. Give at least ${4 * count}.`,
    );
  }
  const drawn = drawPairs(count, pairs, random);
  const isKnown = new Uint8Array(2 * pairs * game.playerCount);
  for (let coalition = 0; coalition < 2 * pairs; coalition++) {
    for (const [place, player] of players.entries()) {
      isKnown[coalition * game.playerCount + player] = drawn[coalition * count + place]!;
    }
  }
  const inverse = invertPositive(designMoments(drawn, count), count - 1);
  if (inverse === null) {
    throw new MlError(
      "bad-argument",
      `${2 * pairs} coalitions do not tell ${count} features apart. Give more.`,
    );
  }
  const full = game.full(row);
  return game.values(row, isKnown).map((values, output) => {
    const base = game.base[output]!;
    return solve({ drawn, count, inverse, values, base, gain: full[output]! - base });
  });
}

/** Flags of coalitions, each followed by its complement; sizes follow the Shapley kernel, (n - 1) / (s (n - s)). */
function drawPairs(count: number, pairs: number, random: Random): Uint8Array {
  const cumulative = new Float64Array(count);
  for (let size = 1; size < count; size++) {
    cumulative[size] = cumulative[size - 1]! + 1 / (size * (count - size));
  }
  const drawn = new Uint8Array(2 * pairs * count);
  const order = Int32Array.from({ length: count }, (_, place) => place);
  for (let pair = 0; pair < pairs; pair++) {
    const mark = random.uniform() * cumulative[count - 1]!;
    let size = 1;
    while (size < count - 1 && cumulative[size]! <= mark) size++;
    const first = 2 * pair * count;
    drawn.fill(1, first + count, first + 2 * count);
    for (let place = 0; place < size; place++) {
      const other = place + random.integer(count - place);
      const held = order[place]!;
      order[place] = order[other]!;
      order[other] = held;
      drawn[first + order[place]!] = 1;
      drawn[first + count + order[place]!] = 0;
    }
  }
  return drawn;
}

/** The last player is eliminated by the sum; a coalition's regressors are its other flags minus the last one. */
function designMoments(drawn: Uint8Array, count: number): Float64Array {
  const width = count - 1;
  const moments = new Float64Array(width * width);
  const row = new Int8Array(width);
  for (let start = 0; start < drawn.length; start += count) {
    for (let place = 0; place < width; place++) row[place] = drawn[start + place]! - drawn[start + width]!;
    for (let left = 0; left < width; left++) {
      if (row[left] === 0) continue;
      for (let right = 0; right < width; right++) moments[left * width + right]! += row[left]! * row[right]!;
    }
  }
  return moments;
}

interface Regression {
  readonly drawn: Uint8Array;
  readonly count: number;
  /** Inverse of the design's moments. */
  readonly inverse: Float64Array;
  readonly values: Float64Array;
  readonly base: number;
  /** Prediction minus base, the sum of all shares. */
  readonly gain: number;
}

function solve({ drawn, count, inverse, values, base, gain }: Regression): Fit {
  const width = count - 1;
  const coalitions = values.length;
  const outcome = (coalition: number): number =>
    values[coalition]! - base - drawn[coalition * count + width]! * gain;
  const regressor = (coalition: number, place: number): number =>
    drawn[coalition * count + place]! - drawn[coalition * count + width]!;
  const right = new Float64Array(width);
  for (let coalition = 0; coalition < coalitions; coalition++) {
    for (let place = 0; place < width; place++) {
      right[place]! += regressor(coalition, place) * outcome(coalition);
    }
  }
  const shares = new Float64Array(count);
  let rest = gain;
  for (let place = 0; place < width; place++) {
    for (let other = 0; other < width; other++)
      shares[place]! += inverse[place * width + other]! * right[other]!;
    rest -= shares[place]!;
  }
  shares[width] = rest;
  // Sandwich estimate: each pair is one independent draw, and moves the shares by inverse x (regressors x residuals).
  const squares = new Float64Array(count);
  const score = new Float64Array(width);
  for (let pair = 0; pair < coalitions; pair += 2) {
    score.fill(0);
    for (let coalition = pair; coalition < pair + 2; coalition++) {
      let residual = outcome(coalition);
      for (let place = 0; place < width; place++) residual -= regressor(coalition, place) * shares[place]!;
      for (let place = 0; place < width; place++) score[place]! += regressor(coalition, place) * residual;
    }
    let last = 0;
    for (let place = 0; place < width; place++) {
      let shift = 0;
      for (let other = 0; other < width; other++) shift += inverse[place * width + other]! * score[other]!;
      squares[place]! += shift * shift;
      last -= shift;
    }
    squares[width]! += last * last;
  }
  const pairs = coalitions / 2;
  const correction = pairs / Math.max(1, pairs - width);
  return { shares, errors: squares.map((square) => Math.sqrt(square * correction)) };
}
