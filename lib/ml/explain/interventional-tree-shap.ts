import { UNWATCHED, type Control } from "../control.ts";
import { compileTrees } from "../score/compiled-trees.ts";
import type { TreeEnsemble } from "../score/estimator.ts";
import { MlError } from "../score/ml-error.ts";
import type { Matrix } from "../score/preparation.ts";
import { sumLeafShares, type LeafGame, type TreeGames } from "./leaf-game.ts";
import { treePaths, type TreePaths } from "./tree-paths.ts";
import type { Contributions } from "./tree-shap.ts";
import { rowsForTrees, TreeWalk } from "./tree-walk.ts";

/**
 * Exact interventional TreeSHAP (Lundberg et al. 2020, section "Interventional"; Laberge and Pequignot 2022): Shapley
 * values of the mean margin over background rows after the known features took the row's values. A leaf that the row
 * reaches with features P and a background row with features N pays its value to coalitions that hold all of P and none
 * of N, so each of P gets (p-1)! n! / (p+n)! of it and each of N loses p! (n-1)! / (p+n)!. Players are raw features:
 * columns made from one feature are known together. Background rows with the same pattern in a leaf are counted once.
 * @throws MlError bad-argument for an empty background; cancelled.
 */
export function interventionalTreeShap(
  ensemble: TreeEnsemble,
  matrix: Matrix,
  { background, control = UNWATCHED }: { readonly background: Matrix; readonly control?: Control },
): Contributions {
  if (background.rowCount === 0) {
    throw new MlError("bad-argument", "The background has no rows. Give rows that stand for what is usual.");
  }
  const players = [...new Set(matrix.columns.map(({ source }) => source))];
  const playerOf = matrix.columns.map(({ source }) => players.indexOf(source));
  const trees = compileTrees(ensemble);
  const rows = rowsForTrees(trees, background);
  const expected = [...ensemble.base];
  const games: TreeGames = {
    trees,
    outputs: ensemble.outputs,
    playerCount: players.length,
    ofTree: (tree) => {
      const paths = treePaths(trees, tree, playerOf);
      const walk = new TreeWalk(trees, paths);
      const patterns = backgroundPatterns(paths, {
        walk,
        rows,
        rowCount: background.rowCount,
        width: matrix.columns.length,
      });
      expected[tree % ensemble.outputs]! += meanLeafValue(paths, patterns);
      return { paths, walk, game: interventionalGame(paths, patterns) };
    },
  };
  const values = sumLeafShares(games, matrix, control);
  return { expected, values };
}

/** How the background rows meet one leaf: distinct patterns of open slots, one after the other, with their share. */
interface LeafPatterns {
  readonly isOpen: Uint8Array;
  readonly shares: Float64Array;
}

interface FollowedRows {
  readonly walk: TreeWalk;
  readonly rows: Float64Array;
  readonly rowCount: number;
  readonly width: number;
}

function backgroundPatterns(paths: TreePaths, followed: FollowedRows): LeafPatterns[] {
  const { walk, rows, rowCount, width } = followed;
  const { slotStarts, leafValues } = paths;
  const lists = Array.from(leafValues, () => ({
    isOpen: [] as number[],
    counts: [] as number[],
    placeOf: new Map<number, number>(),
  }));
  const isOpen = new Uint8Array(paths.mostSlots);
  for (let row = 0; row < rowCount; row++) {
    walk.follow(rows, row * width);
    for (const [leaf, list] of lists.entries()) {
      // A leaf with more slots than bits keeps every background row as a pattern of its own.
      const pattern = walk.pattern(leaf) ?? -1 - row;
      const known = list.placeOf.get(pattern);
      if (known !== undefined) {
        list.counts[known]!++;
        continue;
      }
      list.placeOf.set(pattern, list.counts.length);
      list.counts.push(1);
      walk.readOpen(leaf, isOpen);
      const slotCount = slotStarts[leaf + 1]! - slotStarts[leaf]!;
      for (let slot = 0; slot < slotCount; slot++) list.isOpen.push(isOpen[slot]!);
    }
  }
  return lists.map((list) => ({
    isOpen: Uint8Array.from(list.isOpen),
    shares: Float64Array.from(list.counts, (count) => count / rowCount),
  }));
}

function meanLeafValue({ leafValues, slotStarts }: TreePaths, patterns: readonly LeafPatterns[]): number {
  let sum = 0;
  for (const [leaf, { isOpen, shares }] of patterns.entries()) {
    const slotCount = slotStarts[leaf + 1]! - slotStarts[leaf]!;
    for (const [pattern, share] of shares.entries()) {
      let reaches = true;
      for (let slot = 0; slot < slotCount; slot++) {
        if (isOpen[pattern * slotCount + slot] === 0) reaches = false;
      }
      if (reaches) sum += share * leafValues[leaf]!;
    }
  }
  return sum;
}

function interventionalGame(paths: TreePaths, patterns: readonly LeafPatterns[]): LeafGame {
  const { leafValues, slotStarts } = paths;
  const weight = coalitionWeights(paths.mostSlots);
  return {
    addShares: ({ leaf, isOpen }, shares, place) => {
      const slotCount = slotStarts[leaf + 1]! - slotStarts[leaf]!;
      const { isOpen: isOpenThere, shares: patternShares } = patterns[leaf]!;
      for (let pattern = 0; pattern < patternShares.length; pattern++) {
        const first = pattern * slotCount;
        let own = 0;
        let theirs = 0;
        let isReachable = true;
        for (let slot = 0; slot < slotCount; slot++) {
          if (isOpen[slot] === 1) {
            if (isOpenThere[first + slot] === 0) own++;
          } else if (isOpenThere[first + slot] === 1) theirs++;
          else isReachable = false;
        }
        if (!isReachable || own + theirs === 0) continue;
        const pay = leafValues[leaf]! * patternShares[pattern]!;
        const gain = own === 0 ? 0 : pay * weight(own - 1, theirs);
        const loss = theirs === 0 ? 0 : pay * weight(theirs - 1, own);
        for (let slot = 0; slot < slotCount; slot++) {
          if (isOpen[slot] === isOpenThere[first + slot]) continue;
          shares[place + slot]! += isOpen[slot] === 1 ? gain : -loss;
        }
      }
    },
  };
}

/** a! b! / (a + b + 1)! for a + b below `most`. */
function coalitionWeights(most: number): (left: number, right: number) => number {
  const table = new Float64Array((most + 1) * (most + 1));
  for (let left = 0; left <= most; left++) {
    // b = 0: 1 / (a + 1); each step of b multiplies by b / (a + b + 1).
    let value = 1 / (left + 1);
    table[left * (most + 1)] = value;
    for (let right = 1; right <= most; right++) {
      value *= right / (left + right + 1);
      table[left * (most + 1) + right] = value;
    }
  }
  return (left, right) => table[left * (most + 1) + right]!;
}
