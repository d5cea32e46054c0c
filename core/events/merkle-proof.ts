import type { Sha256 } from "#core/contract/ids.ts";
import { EMPTY_ROOT, nodeHash } from "./merkle-hash.ts";

export interface InclusionClaim {
  leaf: Sha256;
  index: number;
  size: number;
  root: Sha256;
  proof: readonly Sha256[];
}

/** True when the proof shows that the tree of this size and root has this leaf at this index (RFC 9162, 2.1.3.2). */
export function verifyInclusion({ leaf, index, size, root, proof }: InclusionClaim): boolean {
  if (!isCount(size) || !isCount(index) || index >= size) return false;
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && hash === root;
}

export interface ConsistencyClaim {
  oldSize: number;
  oldRoot: Sha256;
  size: number;
  root: Sha256;
  proof: readonly Sha256[];
}

/**
 * True when the proof shows that the newer tree begins with all leaves of the older one (RFC 9162, 2.1.4.2). The
 * empty tree is the beginning of every tree; trees of one size have to be the same.
 */
export function verifyConsistency({ oldSize, oldRoot, size, root, proof }: ConsistencyClaim): boolean {
  if (!isCount(oldSize) || !isCount(size) || oldSize > size) return false;
  if (size === 0 && root !== EMPTY_ROOT) return false;
  if (oldSize === 0) return proof.length === 0 && oldRoot === EMPTY_ROOT;
  if (oldSize === size) return proof.length === 0 && oldRoot === root;
  if (proof.length === 0) return false;

  const isOldComplete = Number.isInteger(Math.log2(oldSize));
  const path = isOldComplete ? [oldRoot, ...proof] : proof;
  let node = oldSize - 1;
  let last = size - 1;
  while (node % 2 === 1) {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  const [start, ...rest] = path;
  if (start === undefined) return false;
  let oldHash = start;
  let newHash = start;
  for (const step of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(step, oldHash);
      newHash = nodeHash(step, newHash);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      newHash = nodeHash(newHash, step);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && oldHash === oldRoot && newHash === root;
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
