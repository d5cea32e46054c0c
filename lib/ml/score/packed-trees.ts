/**
 * Numbers of many nodes, tree after tree. With `distinct` (base64 of float64, ascending) `values` are codes into them, of
 * as few bits as tell them apart (`encodeCodes`); without it `values` are the numbers themselves, as float64.
 */
export interface PackedColumn {
  readonly distinct: string | null;
  readonly values: string;
}

/**
 * The trees of a large ensemble in a model file, in the place of `trees` (docs/decisions/0013). What a leaf has no use
 * for is left out of it: it has the threshold, gain and `missingLeft` 0, no categories and the children -1; the value of
 * a split is 0.
 */
export interface PackedTrees {
  /** So many trees one after the other share all but their values: 1, or the outputs of the ensemble. */
  readonly copies: number;
  /** Nodes of every `copies`-th tree; each has one leaf more than splits. */
  readonly nodeCounts: readonly number[];
  /** Of all nodes. */
  readonly feature: PackedColumn;
  readonly cover: PackedColumn;
  /** Of the splits, as the columns below. */
  readonly threshold: PackedColumn;
  readonly missingLeft: PackedColumn;
  readonly gain: PackedColumn;
  /** Number of the left child less the split's own. */
  readonly left: PackedColumn;
  /** Number of the right child less that of the left one. */
  readonly right: PackedColumn;
  /** How many levels each split lists, -1 where it is on a number. */
  readonly levelCounts: PackedColumn;
  /** The levels, one set after the other. */
  readonly levels: PackedColumn;
  /** Of the leaves; those of a tree's copies one after the other. */
  readonly value: PackedColumn;
}

export const PACKED_COLUMNS = [
  "feature",
  "cover",
  "threshold",
  "missingLeft",
  "gain",
  "left",
  "right",
  "levelCounts",
  "levels",
  "value",
] as const satisfies readonly (keyof PackedTrees)[];
