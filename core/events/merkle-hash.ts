import { hash } from "node:crypto";
import type { Sha256 } from "#core/contract/ids.ts";
import { sha256 } from "./hash.ts";

/** Root of a tree without leaves: SHA-256 of nothing (RFC 6962, 2.1). */
export const EMPTY_ROOT: Sha256 = sha256("");

/** Interior node: SHA-256 of 0x01, the left and the right hash (RFC 6962, 2.1). */
export function nodeHash(left: Sha256, right: Sha256): Sha256 {
  return hash("sha256", Buffer.from(`01${left}${right}`, "hex"), "hex") as Sha256; // hex of SHA-256
}

/** The largest power of two smaller than a count of two or more: where RFC 6962 splits a list of leaves. */
export function splitPoint(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
