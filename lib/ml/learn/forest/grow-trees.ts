import type { ForestRows } from "./forest-rows.ts";
import { TreeGrower, type ForestPlan } from "./grow-forest-tree.ts";
import type { GrownTree } from "./grown-tree.ts";
import { addOutOfBag, createOutOfBagSums, type OutOfBagSums } from "./out-of-bag.ts";

/** Whom the growing of trees asks and tells. */
export interface GrowWatch {
  /** The number of the next tree to grow, or null when all are taken. */
  take(): number | null;
  /** Called every few milliseconds of work; may throw to stop it. */
  checkpoint(): void;
  /** Called with each tree. */
  keep(number: number, tree: GrownTree): void;
}

/**
 * Grows the trees that `take` hands out, which several threads may share. Returns what these trees predict for rows that
 * they did not see; null without bootstrap.
 */
export function growTrees(data: ForestRows, plan: ForestPlan, watch: GrowWatch): OutOfBagSums | null {
  const grower = new TreeGrower(data, plan, () => watch.checkpoint());
  const outOfBag = plan.parameters.bootstrap ? createOutOfBagSums(data) : null;
  for (let number = watch.take(); number !== null; number = watch.take()) {
    watch.checkpoint();
    const tree = grower.grow(number);
    if (outOfBag !== null) addOutOfBag(outOfBag, { data, tree, weights: grower.weights });
    watch.keep(number, tree);
  }
  return outOfBag;
}
