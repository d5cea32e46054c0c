import type { Tree } from "../../score/estimator.ts";
import type { NodeSums } from "./find-split.ts";

/** A tree while it grows. */
export class TreeNodes implements Tree {
  readonly feature: number[] = [];
  readonly threshold: number[] = [];
  readonly categories: (number[] | null)[] = [];
  readonly missingLeft: (0 | 1)[] = [];
  readonly left: number[] = [];
  readonly right: number[] = [];
  readonly value: number[] = [];
  readonly cover: number[] = [];
  readonly gain: number[] = [];

  /** Adds a leaf of value 0; returns its number. */
  add(sums: NodeSums): number {
    this.feature.push(-1);
    this.threshold.push(0);
    this.categories.push(null);
    this.missingLeft.push(0);
    this.left.push(-1);
    this.right.push(-1);
    this.value.push(0);
    this.cover.push(sums.hessian);
    this.gain.push(0);
    return this.feature.length - 1;
  }

  /** The same as plain data. */
  toTree(): Tree {
    const { feature, threshold, categories, missingLeft, left, right, value, cover, gain } = this;
    return { feature, threshold, categories, missingLeft, left, right, value, cover, gain };
  }
}
