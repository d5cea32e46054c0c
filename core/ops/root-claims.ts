import type { Sha256 } from "#core/contract/ids.ts";
import type { MerkleTree } from "#core/events/merkle-tree.ts";
import type { LogFinding } from "./log-finding.ts";

/** Somebody's word that the log had this root at this size. `source` is named in findings. */
export interface RootClaim {
  size: number;
  root: Sha256;
  source: string;
}

/** Holds a growing tree against what was said about it, and narrows down where the two part. */
export class RootClaims {
  readonly #open: RootClaim[];
  #checked = 0;
  #agreedSize = 0;

  /** Claims known before the tree grows. */
  constructor(claims: readonly RootClaim[]) {
    this.#open = [...claims].sort((left, right) => left.size - right.size);
  }

  /** Claims that were held against the tree and agreed. */
  get checked(): number {
    return this.#checked;
  }

  /** Checks all claims about sizes that the tree has reached. Call it after each leaf. */
  reached(tree: MerkleTree): LogFinding | undefined {
    for (let claim = this.#open[0]; claim !== undefined && claim.size <= tree.size; claim = this.#open[0]) {
      this.#open.shift();
      const finding = this.check(claim, tree);
      if (finding !== undefined) return finding;
    }
    return undefined;
  }

  /** Checks one claim about a size that the tree has. */
  check(claim: RootClaim, tree: MerkleTree): LogFinding | undefined {
    const root = tree.root(claim.size);
    if (root === claim.root) {
      this.#checked += 1;
      this.#agreedSize = Math.max(this.#agreedSize, claim.size);
      return undefined;
    }
    const from = claim.size > this.#agreedSize ? this.#agreedSize : 0;
    return {
      position: from,
      fault: "root-mismatch",
      detail:
        `${claim.source} says that the first ${claim.size} events have the root ${claim.root}, they have ${root}: ` +
        `the history from position ${from} up to ${claim.size - 1} was rewritten after it was signed`,
    };
  }

  /** The largest claim that speaks of more events than there are. */
  beyond(size: number): LogFinding | undefined {
    const claim = this.#open.at(-1);
    if (claim === undefined || claim.size <= size) return undefined;
    return {
      position: size,
      fault: "shorter-than-checkpoint",
      detail: `${claim.source} speaks of ${claim.size} events, the log ends after ${size}: its end was cut off`,
    };
  }
}
