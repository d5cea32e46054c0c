import { z } from "zod";
import { Sha256 } from "#core/contract/ids.ts";
import { EMPTY_ROOT, nodeHash } from "./merkle-hash.ts";

/**
 * What is needed to let a tree grow without its leaves: the roots of the complete subtrees that make up its
 * leaves, the largest (leftmost) first, one for each 1 in the binary form of `size`.
 */
export interface MerkleFrontier {
  readonly size: number;
  readonly hashes: readonly Sha256[];
}

export const emptyFrontier: MerkleFrontier = { size: 0, hashes: [] };

/** A frontier as it was stored; refuses one whose number of hashes does not fit its size. */
export const StoredFrontier = z
  .strictObject({ size: z.number().int().nonnegative(), hashes: z.array(Sha256) })
  .refine(({ size, hashes }) => hashes.length === onesOf(size), "as many hashes as the size has binary ones");

/** The frontier with one more leaf. */
export function growFrontier(frontier: MerkleFrontier, leaf: Sha256): MerkleFrontier {
  const hashes = [...frontier.hashes];
  let node = leaf;
  for (let rest = frontier.size; rest % 2 === 1; rest = (rest - 1) / 2) {
    const left = hashes.pop();
    if (left === undefined) throw new Error(`frontier of size ${frontier.size} lacks a hash`);
    node = nodeHash(left, node);
  }
  hashes.push(node);
  return { size: frontier.size + 1, hashes };
}

/** The RFC 6962 root of the tree that ends at this frontier. */
export function frontierRoot(frontier: MerkleFrontier): Sha256 {
  return (
    frontier.hashes.reduceRight<Sha256 | undefined>(
      (right, left) => (right === undefined ? left : nodeHash(left, right)),
      undefined,
    ) ?? EMPTY_ROOT
  );
}

function onesOf(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}
