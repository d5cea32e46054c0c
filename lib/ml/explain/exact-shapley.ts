import type { CoalitionGame } from "./coalition-game.ts";

/** Shapley values by their definition over all coalitions of `players` (2 to their number): per output, per player. */
export function exactShapley(game: CoalitionGame, row: number, players: readonly number[]): Float64Array[] {
  const count = players.length;
  const coalitions = 1 << count;
  const isKnown = new Uint8Array(coalitions * game.playerCount);
  const sizes = new Uint8Array(coalitions);
  for (let coalition = 0; coalition < coalitions; coalition++) {
    for (let place = 0; place < count; place++) {
      if (((coalition >> place) & 1) === 0) continue;
      isKnown[coalition * game.playerCount + players[place]!] = 1;
      sizes[coalition]!++;
    }
  }
  const weights = shapleyWeights(count);
  return game.values(row, isKnown).map((values) => {
    const shares = new Float64Array(count);
    for (let coalition = 0; coalition < coalitions; coalition++) {
      for (let place = 0; place < count; place++) {
        if ((coalition >> place) & 1) continue;
        const gain = values[coalition | (1 << place)]! - values[coalition]!;
        shares[place]! += weights[sizes[coalition]!]! * gain;
      }
    }
    return shares;
  });
}

/** k! (n - 1 - k)! / n! for k = 0..n-1. */
function shapleyWeights(slots: number): Float64Array {
  const weights = new Float64Array(slots);
  if (slots === 0) return weights;
  weights[0] = 1 / slots;
  for (let size = 1; size < slots; size++) weights[size] = (weights[size - 1]! * size) / (slots - size);
  return weights;
}
