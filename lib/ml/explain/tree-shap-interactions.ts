import { UNWATCHED, type Control } from "../control.ts";
import { compileTrees } from "../score/compiled-trees.ts";
import type { TreeEnsemble } from "../score/estimator.ts";
import type { Matrix } from "../score/preparation.ts";
import { gaussLegendre } from "./gauss-legendre.ts";
import { treePaths, type TreePaths } from "./tree-paths.ts";
import { closedProduct, treeShap } from "./tree-shap.ts";
import { rowsForTrees, TreeWalk } from "./tree-walk.ts";

/**
 * Exact SHAP interaction values of the path-dependent game (Lundberg et al. 2020; Fujimoto, Kojadinovic and Marichal
 * 2006): per output, row after row, a symmetric matrix with one row and column per matrix column. Off the diagonal stands
 * half of what two features do together; the diagonal holds what is left of a feature's SHAP value, so that a row of the
 * matrix sums to it. By the same quadrature as `treeShap`, with the factors of both slots taken out.
 */
export function treeShapInteractions(
  ensemble: TreeEnsemble,
  matrix: Matrix,
  control: Control = UNWATCHED,
): Float64Array[] {
  const trees = compileTrees(ensemble);
  const rows = rowsForTrees(trees, matrix);
  const width = matrix.columns.length;
  const area = width * width;
  const sums = ensemble.base.map(() => new Float64Array(matrix.rowCount * area));
  for (let tree = 0; tree < trees.roots.length; tree++) {
    const paths = treePaths(trees, tree);
    const walk = new TreeWalk(trees, paths);
    const addLeaf = leafInteractions(paths, width);
    const isOpen = new Uint8Array(paths.mostSlots);
    const target = sums[tree % ensemble.outputs]!;
    for (let row = 0; row < matrix.rowCount; row++) {
      if (row % 16 === 0) control.throwIfCancelled();
      walk.follow(rows, row * width);
      for (let leaf = 0; leaf < paths.leafPlaces.length; leaf++) {
        walk.readOpen(leaf, isOpen);
        addLeaf({ leaf, isOpen }, target, row * area);
      }
    }
    control.report({ stage: "explain", done: tree + 1, total: trees.roots.length });
  }
  const { values } = treeShap(ensemble, matrix, control);
  for (const [output, target] of sums.entries()) {
    for (let place = 0; place < matrix.rowCount * width; place++) {
      const line = place * width;
      let others = 0;
      for (let other = 0; other < width; other++) others += target[line + other]!;
      target[line + (place % width)] = values[output]![place]! - others;
    }
  }
  return sums;
}

interface LeafOfRow {
  readonly leaf: number;
  readonly isOpen: Uint8Array;
}

function leafInteractions(paths: TreePaths, width: number) {
  const { leafValues, slotStarts, slotPlayers, zeroFractions } = paths;
  // Two factors less than there are slots: degree m - 2.
  const rules = Array.from({ length: paths.mostSlots + 1 }, (_, slots) => gaussLegendre(slots >> 1));
  const shifts = new Float64Array(paths.mostSlots);
  return ({ leaf, isOpen }: LeafOfRow, target: Float64Array, start: number): void => {
    const firstSlot = slotStarts[leaf]!;
    const slotCount = slotStarts[leaf + 1]! - firstSlot;
    if (slotCount < 2) return;
    const scale = leafValues[leaf]! * closedProduct({ zeroFractions, firstSlot, slotCount, isOpen });
    if (scale === 0) return;
    const { points, weights } = rules[slotCount]!;
    for (let index = 0; index < points.length; index++) {
      const point = points[index]!;
      let product = (scale * weights[index]!) / 2;
      for (let slot = 0; slot < slotCount; slot++) {
        const fraction = zeroFractions[firstSlot + slot]!;
        const factor = isOpen[slot] === 1 ? fraction * (1 - point) + point : 1 - point;
        product *= factor;
        shifts[slot] = (isOpen[slot] === 1 ? 1 - fraction : -1) / factor;
      }
      for (let left = 0; left < slotCount; left++) {
        const one = slotPlayers[firstSlot + left]!;
        for (let right = left + 1; right < slotCount; right++) {
          const other = slotPlayers[firstSlot + right]!;
          const value = product * shifts[left]! * shifts[right]!;
          target[start + one * width + other]! += value;
          target[start + other * width + one]! += value;
        }
      }
    }
  };
}
