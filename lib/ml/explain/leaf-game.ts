import type { Control } from "../control.ts";
import type { CompiledTrees } from "../score/compiled-trees.ts";
import type { Matrix } from "../score/preparation.ts";
import type { TreePaths } from "./tree-paths.ts";
import { rowsForTrees, type TreeWalk } from "./tree-walk.ts";

/** The Shapley game of one leaf: what each slot of its way gets when it is open or closed to the row. */
export interface LeafGame {
  /** Writes one share per slot of `leaf`, from `place` on. */
  readonly addShares: (open: OpenLeaf, shares: Float64Array, place: number) => void;
}

export interface OpenLeaf {
  readonly leaf: number;
  /** Per slot, 1 where all its splits lead the row to the leaf. */
  readonly isOpen: Uint8Array;
}

/** The ways to a tree's leaves with the game that is played in them. */
export interface TreeGame {
  readonly paths: TreePaths;
  readonly walk: TreeWalk;
  readonly game: LeafGame;
}

export interface TreeGames {
  readonly trees: CompiledTrees;
  /** Sums to make; tree t counts to sum t % outputs. */
  readonly outputs: number;
  readonly playerCount: number;
  /** Called once per tree and run, with the tree's number. */
  readonly ofTree: (tree: number) => TreeGame;
}

/** Leaves with more slots than this have too many patterns to keep. */
const MOST_TABLED_SLOTS = 10;
/** Shares kept for one tree, 8 bytes each. */
const MOST_TABLED_SHARES = 1 << 20;
/** Rows between two looks at the control. */
const ROWS_BETWEEN_CHECKS = 256;

/**
 * Sums the shares of all leaves of all trees for every row: per output, row after row, one number per player. A leaf's
 * shares depend only on which of its slots are open, so each pattern of a leaf is worked out once and looked up for the
 * other rows (Yang 2021, Fast TreeSHAP). Cost per row and tree: nodes plus slots of all leaves.
 */
export function sumLeafShares(games: TreeGames, matrix: Matrix, control: Control): Float64Array[] {
  const { trees, outputs, playerCount } = games;
  const rows = rowsForTrees(trees, matrix);
  const sums = Array.from({ length: outputs }, () => new Float64Array(matrix.rowCount * playerCount));
  const table: ShareTable = { shares: new Float64Array(0), stamps: new Int32Array(0) };
  let buffers: LeafBuffers = { isOpen: new Uint8Array(32), own: new Float64Array(32) };
  for (let tree = 0; tree < trees.roots.length; tree++) {
    control.throwIfCancelled();
    control.report({ stage: "explain", done: tree, total: trees.roots.length });
    const game = games.ofTree(tree);
    const { mostSlots } = game.paths;
    if (mostSlots > buffers.own.length) {
      buffers = { isOpen: new Uint8Array(mostSlots), own: new Float64Array(mostSlots) };
    }
    const request = { ...game, ...buffers, rows, target: sums[tree % outputs]! };
    if (matrix.rowCount === 1) addRow(request);
    else {
      const { rowCount, columns } = matrix;
      addTree({ ...request, rowCount, width: columns.length, tree, playerCount, control }, table);
    }
  }
  return sums;
}

interface ShareTable {
  shares: Float64Array;
  /** Number of the tree, plus one, for which a pattern's shares stand. */
  stamps: Int32Array;
}

/** Room for one leaf, as large as the longest way. */
interface LeafBuffers {
  readonly isOpen: Uint8Array;
  readonly own: Float64Array;
}

interface RowRequest extends TreeGame, LeafBuffers {
  readonly rows: Float64Array;
  readonly target: Float64Array;
}

/** A single row has no patterns to share: nothing is looked up, and nothing allocated. */
function addRow({ paths, walk, game, rows, target, isOpen, own }: RowRequest): void {
  const { slotStarts, slotPlayers, leafPlaces } = paths;
  walk.follow(rows, 0);
  for (let leaf = 0; leaf < leafPlaces.length; leaf++) {
    const firstSlot = slotStarts[leaf]!;
    const slotCount = slotStarts[leaf + 1]! - firstSlot;
    walk.readOpen(leaf, isOpen);
    own.fill(0, 0, slotCount);
    game.addShares({ leaf, isOpen }, own, 0);
    for (let slot = 0; slot < slotCount; slot++) target[slotPlayers[firstSlot + slot]!]! += own[slot]!;
  }
}

interface TreeRequest extends RowRequest {
  readonly rowCount: number;
  readonly width: number;
  readonly tree: number;
  readonly playerCount: number;
  readonly control: Control;
}

function addTree(request: TreeRequest, table: ShareTable): void {
  const { paths, walk, rows, rowCount, width, game, target, playerCount, control, isOpen, own } = request;
  const { slotStarts, slotPlayers, leafPlaces } = paths;
  const { shareStarts, patternStarts } = layOutTable(paths, rowCount, table);
  const { shares, stamps } = table;
  const stamp = request.tree + 1;
  const leafCount = leafPlaces.length;
  for (let row = 0; row < rowCount; row++) {
    if (row % ROWS_BETWEEN_CHECKS === 0) control.throwIfCancelled();
    walk.follow(rows, row * width);
    const first = row * playerCount;
    for (let leaf = 0; leaf < leafCount; leaf++) {
      const firstSlot = slotStarts[leaf]!;
      const slotCount = slotStarts[leaf + 1]! - firstSlot;
      const shareStart = shareStarts[leaf]!;
      let source: Float64Array = own;
      let place = 0;
      if (shareStart >= 0) {
        // Leaves with a table have fewer slots than bits.
        const pattern = walk.pattern(leaf) ?? 0;
        source = shares;
        place = shareStart + pattern * slotCount;
        if (stamps[patternStarts[leaf]! + pattern] !== stamp) {
          stamps[patternStarts[leaf]! + pattern] = stamp;
          walk.readOpen(leaf, isOpen);
          shares.fill(0, place, place + slotCount);
          game.addShares({ leaf, isOpen }, shares, place);
        }
      } else {
        walk.readOpen(leaf, isOpen);
        own.fill(0);
        game.addShares({ leaf, isOpen }, own, 0);
      }
      for (let slot = 0; slot < slotCount; slot++) {
        target[first + slotPlayers[firstSlot + slot]!]! += source[place + slot]!;
      }
    }
  }
}

/** Gives each leaf that is worth it a part of the table; -1 for the others. Stamps of earlier trees stay below. */
function layOutTable(paths: TreePaths, rowCount: number, table: ShareTable) {
  const leafCount = paths.leafPlaces.length;
  const shareStarts = new Int32Array(leafCount).fill(-1);
  const patternStarts = new Int32Array(leafCount);
  let shareCount = 0;
  let patternCount = 0;
  for (let leaf = 0; leaf < leafCount; leaf++) {
    const slotCount = paths.slotStarts[leaf + 1]! - paths.slotStarts[leaf]!;
    if (slotCount > MOST_TABLED_SLOTS) continue;
    const patterns = 1 << slotCount;
    if (patterns > 4 * rowCount || shareCount + patterns * slotCount > MOST_TABLED_SHARES) continue;
    shareStarts[leaf] = shareCount;
    patternStarts[leaf] = patternCount;
    shareCount += patterns * slotCount;
    patternCount += patterns;
  }
  if (table.shares.length < shareCount) table.shares = new Float64Array(shareCount);
  if (table.stamps.length < patternCount) table.stamps = new Int32Array(patternCount);
  return { shareStarts, patternStarts };
}
