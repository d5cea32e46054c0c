import { UNWATCHED, type Control } from "../control.ts";
import { compileTrees, goesLeft, type CompiledTrees } from "../score/compiled-trees.ts";
import type { TreeEnsemble } from "../score/estimator.ts";
import type { Matrix } from "../score/preparation.ts";
import { leafTable, type LeafTable } from "./leaf-table.ts";

/** Contributions to margins. For every row and output: expected + sum of contributions = margin. */
export interface Contributions {
  /** Margin of an unknown row, per output. */
  readonly expected: readonly number[];
  /** Per output, row after row, one number per matrix column. */
  readonly values: readonly Float64Array[];
}

const REPORT_ROWS = 64;

/**
 * Exact path-dependent TreeSHAP (Lundberg et al. 2020, Nature Machine Intelligence 2): Shapley values of the game in
 * which an unknown feature follows both branches in proportion to their cover. Computed leaf by leaf from the
 * polynomial form (Yu et al. 2022, Linear TreeShap): a leaf with value v, slots with zero fraction z, and open slots S
 * gives v times the product over all slots of (z_j + x if j in S else z_j); Shapley weights applied to its coefficients
 * give every slot's share. Cost per row: trees x leaves x (depth + open slots squared).
 */
export function treeShap(
  ensemble: TreeEnsemble,
  matrix: Matrix,
  control: Control = UNWATCHED,
): Contributions {
  const trees = compileTrees(ensemble);
  const table = leafTable(trees, ensemble.outputs);
  const width = matrix.columns.length;
  const values = ensemble.base.map(() => new Float64Array(matrix.rowCount * width));
  const expected = [...ensemble.base];
  for (const [leaf, output] of table.outputs.entries()) expected[output]! += table.expectations[leaf]!;
  const game = new LeafGame(table);
  const features = new Float64Array(width);
  const decisions = new Uint8Array(trees.feature.length);
  for (let row = 0; row < matrix.rowCount; row++) {
    if (row % REPORT_ROWS === 0) {
      control.throwIfCancelled();
      control.report({ stage: "explain", done: row, total: matrix.rowCount, rows: row });
    }
    for (let index = 0; index < width; index++) {
      const value = matrix.columns[index]!.values[row]!;
      features[index] = trees.isSingle ? Math.fround(value) : value;
    }
    decide(trees, features, decisions);
    for (const [output, target] of values.entries())
      game.addRow({ target, start: row * width, output }, decisions);
  }
  return { expected, values };
}

/** Marks for every split whether the row would go left. */
function decide(trees: CompiledTrees, features: Float64Array, decisions: Uint8Array): void {
  for (let node = 0; node < decisions.length; node++) {
    const feature = trees.feature[node]!;
    if (feature >= 0) decisions[node] = goesLeft(trees, node, features[feature]!) ? 1 : 0;
  }
}

interface RowTarget {
  readonly target: Float64Array;
  /** Place of the row's first feature in `target`. */
  readonly start: number;
  readonly output: number;
}

/** Plays the Shapley game of every leaf for one row after the other. */
class LeafGame {
  readonly #table: LeafTable;
  readonly #isOpen: Uint8Array;
  readonly #coefficients: Float64Array;
  readonly #weights: readonly Float64Array[];

  constructor(table: LeafTable) {
    this.#table = table;
    this.#isOpen = new Uint8Array(table.mostSlots);
    this.#coefficients = new Float64Array(table.mostSlots + 1);
    this.#weights = Array.from({ length: table.mostSlots + 1 }, (_, slots) => shapleyWeights(slots));
  }

  /** Adds the shares of all leaves of one output; `decisions` say where the row goes at each node. */
  addRow({ target, start, output }: RowTarget, decisions: Uint8Array): void {
    const { outputs, values, slotStarts, slotFeatures, zeroFractions } = this.#table;
    const { stepStarts, stepNodes, stepSides, stepSlots } = this.#table;
    const isOpen = this.#isOpen;
    const coefficients = this.#coefficients;
    for (let leaf = 0; leaf < outputs.length; leaf++) {
      if (outputs[leaf] !== output) continue;
      const firstSlot = slotStarts[leaf]!;
      const slotCount = slotStarts[leaf + 1]! - firstSlot;
      if (slotCount === 0) continue;
      for (let slot = 0; slot < slotCount; slot++) isOpen[slot] = 1;
      const lastStep = stepStarts[leaf + 1]!;
      for (let step = stepStarts[leaf]!; step < lastStep; step++) {
        if (decisions[stepNodes[step]!] !== stepSides[step]) isOpen[stepSlots[step]!] = 0;
      }
      let scale = values[leaf]!;
      let degree = 0;
      coefficients[0] = 1;
      for (let slot = 0; slot < slotCount; slot++) {
        const fraction = zeroFractions[firstSlot + slot]!;
        if (isOpen[slot] === 0) {
          scale *= fraction;
          continue;
        }
        coefficients[degree + 1] = coefficients[degree]!;
        for (let power = degree; power > 0; power--) {
          coefficients[power] = coefficients[power]! * fraction + coefficients[power - 1]!;
        }
        coefficients[0] *= fraction;
        degree++;
      }
      const weights = this.#weights[slotCount]!;
      // (0 - z) times the polynomial without its factor z: the same for all closed slots.
      let closedShare = 0;
      if (degree < slotCount) {
        for (let power = 0; power <= degree; power++) closedShare -= coefficients[power]! * weights[power]!;
        closedShare *= scale;
      }
      for (let slot = 0; slot < slotCount; slot++) {
        const place = start + slotFeatures[firstSlot + slot]!;
        if (isOpen[slot] === 0) {
          target[place]! += closedShare;
          continue;
        }
        // Synthetic division by (z + x), from the highest power down.
        const fraction = zeroFractions[firstSlot + slot]!;
        let quotient = coefficients[degree]!;
        let share = quotient * weights[degree - 1]!;
        for (let power = degree - 1; power > 0; power--) {
          quotient = coefficients[power]! - fraction * quotient;
          share += quotient * weights[power - 1]!;
        }
        target[place]! += (1 - fraction) * share * scale;
      }
    }
  }
}

/** k! (n - 1 - k)! / n! for k = 0..n-1. */
function shapleyWeights(slots: number): Float64Array {
  const weights = new Float64Array(slots);
  if (slots === 0) return weights;
  weights[0] = 1 / slots;
  for (let size = 1; size < slots; size++) weights[size] = (weights[size - 1]! * size) / (slots - size);
  return weights;
}
