import { UNWATCHED, type Control } from "../control.ts";
import type { TreeEnsemble } from "../score/estimator.ts";
import type { Matrix } from "../score/preparation.ts";
import { gaussLegendre } from "./gauss-legendre.ts";
import { sumLeafShares, type LeafGame } from "./leaf-game.ts";
import { expectedLeafValue, type TreePaths } from "./tree-paths.ts";

/** Contributions to margins. For every row and output: expected + sum of contributions = margin. */
export interface Contributions {
  /** Margin of an unknown row, per output. */
  readonly expected: readonly number[];
  /** Per output, row after row, one number per player: a matrix column, or a raw feature where the method says so. */
  readonly values: readonly Float64Array[];
}

/**
 * Exact path-dependent TreeSHAP (Lundberg et al. 2020, Nature Machine Intelligence 2): Shapley values of the game in
 * which an unknown feature follows both branches in proportion to their cover. Leaf by leaf from the multilinear form
 * (Owen 1972): a leaf with value v and slots with zero fraction z gives slot j the share
 * v (o_j - z_j) times the integral over t in [0, 1] of the product over the other slots of z (1 - t) + o t, where o is 1 in
 * a slot open to the row and 0 in a closed one. The integrand is a polynomial, so Gauss-Legendre quadrature is exact, and
 * as all factors are positive it stays so for paths over many features.
 */
export function treeShap(
  ensemble: TreeEnsemble,
  matrix: Matrix,
  control: Control = UNWATCHED,
): Contributions {
  const expected = [...ensemble.base];
  const values = sumLeafShares(ensemble, matrix, {
    playerCount: matrix.columns.length,
    control,
    ofTree: (paths, tree) => {
      expected[tree % ensemble.outputs]! += expectedLeafValue(paths);
      return pathDependentGame(paths);
    },
  });
  return { expected, values };
}

function pathDependentGame(paths: TreePaths): LeafGame {
  const { leafValues, slotStarts, zeroFractions } = paths;
  // A leaf with m slots integrates a polynomial of degree m - 1.
  const rules = Array.from({ length: paths.mostSlots + 1 }, (_, slots) => gaussLegendre((slots + 1) >> 1));
  return {
    addShares: ({ leaf, isOpen }, shares, place) => {
      const firstSlot = slotStarts[leaf]!;
      const slotCount = slotStarts[leaf + 1]! - firstSlot;
      const scale = leafValues[leaf]! * closedProduct({ zeroFractions, firstSlot, slotCount, isOpen });
      if (scale === 0) return;
      const { points, weights } = rules[slotCount]!;
      for (let index = 0; index < points.length; index++) {
        const point = points[index]!;
        let product = scale * weights[index]!;
        for (let slot = 0; slot < slotCount; slot++) {
          product *= isOpen[slot] === 1 ? zeroFractions[firstSlot + slot]! * (1 - point) + point : 1 - point;
        }
        for (let slot = 0; slot < slotCount; slot++) {
          const fraction = zeroFractions[firstSlot + slot]!;
          shares[place + slot]! +=
            isOpen[slot] === 1
              ? ((1 - fraction) * product) / (fraction * (1 - point) + point)
              : -product / (1 - point);
        }
      }
    },
  };
}

export interface LeafSlots {
  readonly zeroFractions: Float64Array;
  readonly firstSlot: number;
  readonly slotCount: number;
  readonly isOpen: Uint8Array;
}

/** Product of the zero fractions of the closed slots. */
export function closedProduct({ zeroFractions, firstSlot, slotCount, isOpen }: LeafSlots): number {
  let product = 1;
  for (let slot = 0; slot < slotCount; slot++) {
    if (isOpen[slot] === 0) product *= zeroFractions[firstSlot + slot]!;
  }
  return product;
}
