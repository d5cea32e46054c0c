import { requireInRange } from "../parameter-range.ts";
import { createRandom, shuffledIndices } from "../random.ts";
import type { CoalitionGame, EstimatedContributions } from "./coalition-game.ts";

export interface PermutationOptions {
  /** Orders drawn per row; each is gone through forwards and backwards. Default 10. */
  readonly permutations?: number;
  readonly seed: number;
}

/**
 * Permutation SHAP (Strumbelj and Kononenko 2014) with antithetic orders (Mitchell et al. 2022): a feature's share is its
 * mean gain when features become known one by one. The sum is the prediction by construction, however few the orders;
 * models without interactions above the second degree are met exactly. The standard error is that of the mean over
 * orders. Each row begins the seeded stream anew.
 * @throws MlError bad-argument for fewer than two orders; cancelled.
 */
export function permutationShap(game: CoalitionGame, options: PermutationOptions): EstimatedContributions {
  const permutations = options.permutations ?? 10;
  requireInRange("permutations", permutations, { from: 2, to: 100_000, isInteger: true });
  const size = game.rowCount * game.playerCount;
  const values = Array.from({ length: game.outputs }, () => new Float64Array(size));
  const errors = Array.from({ length: game.outputs }, () => new Float64Array(size));
  for (let row = 0; row < game.rowCount; row++) {
    game.control.throwIfCancelled();
    game.control.report({ stage: "explain", done: row, total: game.rowCount, rows: row });
    explainRow({ game, row, permutations, seed: options.seed }, values, errors);
  }
  return { expected: game.base, values, standardErrors: errors };
}

interface RowRequest {
  readonly game: CoalitionGame;
  readonly row: number;
  readonly permutations: number;
  readonly seed: number;
}

function explainRow(
  request: RowRequest,
  values: readonly Float64Array[],
  errors: readonly Float64Array[],
): void {
  const { game, row, permutations, seed } = request;
  const players = game.varyingPlayers(row);
  const count = players.length;
  if (count === 0) return;
  const random = createRandom(seed);
  const start = row * game.playerCount;
  const full = game.full(row);
  const squares = values.map(() => new Float64Array(game.playerCount));
  for (let permutation = 0; permutation < permutations; permutation++) {
    const forwards = Array.from(shuffledIndices(count, random), (place) => players[place]!);
    const orders = [forwards, forwards.toReversed()];
    // Of each order the coalitions of 1 to count - 1 players; nobody and everybody are known already.
    const isKnown = new Uint8Array(2 * (count - 1) * game.playerCount);
    for (const [side, order] of orders.entries()) {
      for (let size = 1; size < count; size++) {
        const at = (side * (count - 1) + size - 1) * game.playerCount;
        for (let place = 0; place < size; place++) isKnown[at + order[place]!] = 1;
      }
    }
    for (const [output, prefix] of game.values(row, isKnown).entries()) {
      const gains = new Float64Array(game.playerCount);
      for (const [side, order] of orders.entries()) {
        let before = game.base[output]!;
        for (const [place, player] of order.entries()) {
          const after = place + 1 < count ? prefix[side * (count - 1) + place]! : full[output]!;
          gains[player]! += (after - before) / 2;
          before = after;
        }
      }
      for (const player of players) {
        values[output]![start + player]! += gains[player]! / permutations;
        squares[output]![player]! += gains[player]! ** 2 / permutations;
      }
    }
  }
  for (const [output, error] of errors.entries()) {
    for (const player of players) {
      const variance = squares[output]![player]! - values[output]![start + player]! ** 2;
      error[start + player] = Math.sqrt(Math.max(0, variance) / (permutations - 1));
    }
  }
}
