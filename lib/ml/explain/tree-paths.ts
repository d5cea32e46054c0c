import { leafValue, leftChild, splitColumn, type CompiledTrees } from "../score/compiled-trees.ts";

/**
 * The ways from one tree's root to its leaves, in flat arrays. A place is a node of the tree, parents before children.
 * Splits on the same player share a slot of the way: the leaf is open to a row in that slot only if all of them lead to
 * it. The slots of leaf i are those from slotStarts[i] to slotStarts[i + 1].
 */
export interface TreePaths {
  /** Node of the compiled trees at each place. */
  readonly nodes: Int32Array;
  /** Place of the node above, -1 for the root. */
  readonly parents: Int32Array;
  /** Places of the children, -1 in a leaf. */
  readonly lefts: Int32Array;
  readonly rights: Int32Array;
  /** Slot of the split at each inner place. */
  readonly slots: Int32Array;
  readonly leafPlaces: Int32Array;
  readonly leafValues: Float64Array;
  readonly slotStarts: Int32Array;
  /** Player of each slot: a matrix column, or what `playerOf` says. */
  readonly slotPlayers: Int32Array;
  /** Product over a slot's splits of (cover of the child on the path / cover of the node). */
  readonly zeroFractions: Float64Array;
  /** Largest number of slots of a leaf. */
  readonly mostSlots: number;
}

/** Lays out a tree by its number. `playerOf` gives the player of each matrix column; columns themselves without it. */
export function treePaths(trees: CompiledTrees, tree: number, playerOf?: ArrayLike<number>): TreePaths {
  const nodes: number[] = [];
  const parents: number[] = [];
  const lefts: number[] = [];
  const rights: number[] = [];
  const slots: number[] = [];
  const leafPlaces: number[] = [];
  const slotStarts = [0];
  const slotPlayers: number[] = [];
  const zeroFractions: number[] = [];
  let mostSlots = 0;
  const players: number[] = [];
  const fractions: number[] = [];
  const walk = (node: number, parent: number): number => {
    const place = nodes.length;
    nodes.push(node);
    parents.push(parent);
    lefts.push(-1);
    rights.push(-1);
    slots.push(-1);
    const feature = splitColumn(trees, node);
    if (feature < 0) {
      leafPlaces.push(place);
      for (const player of players) slotPlayers.push(player);
      for (const fraction of fractions) zeroFractions.push(fraction);
      slotStarts.push(slotPlayers.length);
      mostSlots = Math.max(mostSlots, players.length);
      return place;
    }
    const player = playerOf === undefined ? feature : playerOf[feature]!;
    const known = players.indexOf(player);
    const slot = known < 0 ? players.length : known;
    slots[place] = slot;
    if (known < 0) {
      players.push(player);
      fractions.push(1);
    }
    const before = fractions[slot]!;
    const left = leftChild(trees, node);
    for (const [child, list] of [
      [left, lefts],
      [left + 1, rights],
    ] as const) {
      fractions[slot] = before * (trees.cover[node]! > 0 ? trees.cover[child]! / trees.cover[node]! : 0.5);
      list[place] = walk(child, place);
    }
    fractions[slot] = before;
    if (known < 0) {
      players.pop();
      fractions.pop();
    }
    return place;
  };
  walk(trees.roots[tree]!, -1);
  return {
    nodes: Int32Array.from(nodes),
    parents: Int32Array.from(parents),
    lefts: Int32Array.from(lefts),
    rights: Int32Array.from(rights),
    slots: Int32Array.from(slots),
    leafPlaces: Int32Array.from(leafPlaces),
    leafValues: Float64Array.from(leafPlaces, (place) => leafValue(trees, tree, nodes[place]!)),
    slotStarts: Int32Array.from(slotStarts),
    slotPlayers: Int32Array.from(slotPlayers),
    zeroFractions: Float64Array.from(zeroFractions),
    mostSlots,
  };
}

/** The margin of a row of which nothing is known: every leaf in proportion to the cover that reaches it. */
export function expectedLeafValue({ leafValues, slotStarts, zeroFractions }: TreePaths): number {
  let sum = 0;
  for (let leaf = 0; leaf < leafValues.length; leaf++) {
    let share = leafValues[leaf]!;
    for (let slot = slotStarts[leaf]!; slot < slotStarts[leaf + 1]!; slot++) share *= zeroFractions[slot]!;
    sum += share;
  }
  return sum;
}
