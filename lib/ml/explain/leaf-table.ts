import type { CompiledTrees } from "../score/compiled-trees.ts";

/**
 * The ways from roots to leaves, all in flat arrays. Splits on the same feature share a slot: the leaf is open to a row
 * in that slot only if all of them lead to it. Slots and steps of leaf i are those from starts[i] to starts[i + 1].
 */
export interface LeafTable {
  /** Output the leaf's tree belongs to. */
  readonly outputs: Int32Array;
  readonly values: Float64Array;
  /** Value times the share of the training cover that reaches the leaf. */
  readonly expectations: Float64Array;
  readonly slotStarts: Int32Array;
  /** Matrix column of each slot. */
  readonly slotFeatures: Int32Array;
  /** Product over a slot's splits of (cover of the child on the path / cover of the node). */
  readonly zeroFractions: Float64Array;
  readonly stepStarts: Int32Array;
  /** Node of each split on the way. */
  readonly stepNodes: Int32Array;
  /** 1 where the way goes left. */
  readonly stepSides: Uint8Array;
  readonly stepSlots: Int32Array;
  /** Largest number of slots of a leaf. */
  readonly mostSlots: number;
}

interface Step {
  readonly node: number;
  readonly side: 0 | 1;
}

/** Lays out all leaves of an ensemble; tree t belongs to output t % outputCount. */
export function leafTable(trees: CompiledTrees, outputCount: number): LeafTable {
  const lists = {
    outputs: [] as number[],
    values: [] as number[],
    expectations: [] as number[],
    slotStarts: [0],
    slotFeatures: [] as number[],
    zeroFractions: [] as number[],
    stepStarts: [0],
    stepNodes: [] as number[],
    stepSides: [] as number[],
    stepSlots: [] as number[],
  };
  let mostSlots = 0;
  const addLeaf = (leaf: number, output: number, steps: readonly Step[]): void => {
    const features: number[] = [];
    const fractions: number[] = [];
    for (const { node, side } of steps) {
      const feature = trees.feature[node]!;
      const child = side === 1 ? trees.left[node]! : trees.right[node]!;
      const share = trees.cover[node]! > 0 ? trees.cover[child]! / trees.cover[node]! : 0.5;
      let slot = features.indexOf(feature);
      if (slot < 0) {
        slot = features.length;
        features.push(feature);
        fractions.push(1);
      }
      fractions[slot]! *= share;
      lists.stepNodes.push(node);
      lists.stepSides.push(side);
      lists.stepSlots.push(slot);
    }
    lists.outputs.push(output);
    lists.values.push(trees.value[leaf]!);
    lists.expectations.push(fractions.reduce((product, fraction) => product * fraction, trees.value[leaf]!));
    lists.slotFeatures.push(...features);
    lists.zeroFractions.push(...fractions);
    lists.slotStarts.push(lists.slotFeatures.length);
    lists.stepStarts.push(lists.stepNodes.length);
    mostSlots = Math.max(mostSlots, features.length);
  };
  const walk = (node: number, output: number, steps: readonly Step[]): void => {
    if (trees.feature[node]! < 0) {
      addLeaf(node, output, steps);
      return;
    }
    walk(trees.left[node]!, output, [...steps, { node, side: 1 }]);
    walk(trees.right[node]!, output, [...steps, { node, side: 0 }]);
  };
  for (const [tree, root] of trees.roots.entries()) walk(root, tree % outputCount, []);
  return {
    outputs: Int32Array.from(lists.outputs),
    values: Float64Array.from(lists.values),
    expectations: Float64Array.from(lists.expectations),
    slotStarts: Int32Array.from(lists.slotStarts),
    slotFeatures: Int32Array.from(lists.slotFeatures),
    zeroFractions: Float64Array.from(lists.zeroFractions),
    stepStarts: Int32Array.from(lists.stepStarts),
    stepNodes: Int32Array.from(lists.stepNodes),
    stepSides: Uint8Array.from(lists.stepSides),
    stepSlots: Int32Array.from(lists.stepSlots),
    mostSlots,
  };
}
