import { UNWATCHED, type Control } from "../control.ts";
import { compileTrees, type CompiledTrees } from "../score/compiled-trees.ts";
import type { TreeEnsemble } from "../score/estimator.ts";
import type { Matrix } from "../score/preparation.ts";
import { gaussLegendre } from "./gauss-legendre.ts";
import { sumLeafShares, type LeafGame, type TreeGame } from "./leaf-game.ts";
import { TreeWalk } from "./tree-walk.ts";
import { expectedLeafValue, treePaths, type TreePaths } from "./tree-paths.ts";

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
  return explainTrees(prepareTrees(ensemble, 0), matrix, control);
}

/** An ensemble laid out for `explainTrees`, for as many calls as there are. */
export interface PreparedTrees {
  readonly ensemble: TreeEnsemble;
  readonly trees: CompiledTrees;
  /** Games of the first trees; the others are laid out anew in every call. */
  readonly games: readonly TreeGame[];
}

/** Lays out an ensemble, and the ways to the leaves of trees of `keptNodes` nodes in all, about 200 bytes each. */
export function prepareTrees(ensemble: TreeEnsemble, keptNodes: number): PreparedTrees {
  const trees = compileTrees(ensemble);
  const games: TreeGame[] = [];
  let nodes = 0;
  for (const [index, tree] of ensemble.trees.entries()) {
    nodes += tree.feature.length;
    if (nodes > keptNodes) break;
    games.push(pathDependentTree(trees, index));
  }
  return { ensemble, trees, games };
}

/** `treeShap` of an ensemble that was prepared before. */
export function explainTrees(prepared: PreparedTrees, matrix: Matrix, control: Control): Contributions {
  const { ensemble, trees } = prepared;
  const expected = [...ensemble.base];
  const games = {
    trees,
    outputs: ensemble.outputs,
    playerCount: matrix.columns.length,
    ofTree: (tree: number) => {
      const game = prepared.games[tree] ?? pathDependentTree(trees, tree);
      expected[tree % ensemble.outputs]! += expectedLeafValue(game.paths);
      return game;
    },
  };
  const values = sumLeafShares(games, matrix, control);
  return { expected, values };
}

function pathDependentTree(trees: CompiledTrees, tree: number): TreeGame {
  const paths = treePaths(trees, tree);
  return { paths, walk: new TreeWalk(trees, paths), game: pathDependentGame(paths) };
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
