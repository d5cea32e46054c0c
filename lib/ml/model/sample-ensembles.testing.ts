import { createRandom, type Random } from "../random.ts";
import type { Link, Tree, TreeEnsemble } from "../score/estimator.ts";
import type { TreeFileColumn } from "./tree-file-column.ts";

/** Two numbers and a category with more levels than one word of a bit set. */
export const sampleColumns: readonly TreeFileColumn[] = [
  { name: "age in years", levels: null },
  { name: "income", levels: null },
  { name: "city", levels: Array.from({ length: 70 }, (_, level) => `city ${level}`) },
];

interface SampleOptions {
  readonly seed: number;
  readonly link?: Link;
  readonly outputs?: number;
  readonly rounds?: number;
  /** `single` makes every number a float32. */
  readonly precision?: "double" | "single";
}

/** Trees of up to four levels with splits of every kind that the learners make, drawn from a seed. */
export function sampleEnsemble(options: SampleOptions): TreeEnsemble {
  const { seed, link = "identity", outputs = 1, rounds = 8, precision = "double" } = options;
  const random = createRandom(seed);
  const round = precision === "single" ? toSingle : (value: number) => value;
  return {
    kind: "tree-ensemble",
    link,
    outputs,
    base: Array.from({ length: outputs }, () => round(random.normal())),
    inputPrecision: precision,
    trees: Array.from({ length: rounds * outputs }, () => sampleTree(random, round)),
  };
}

/** Rounds to float32, to the largest one where there is none. */
function toSingle(value: number): number {
  return Math.min(Math.fround(value), (2 - 2 ** -23) * 2 ** 127);
}

type Rounding = (value: number) => number;

function sampleTree(random: Random, round: Rounding): Tree {
  const tree = {
    feature: [] as number[],
    threshold: [] as number[],
    categories: [] as (readonly number[] | null)[],
    missingLeft: [] as (0 | 1)[],
    left: [] as number[],
    right: [] as number[],
    value: [] as number[],
    cover: [] as number[],
    gain: [] as number[],
  };
  const grow = (depth: number, cover: number): number => {
    const node = tree.feature.length;
    const isLeaf = depth === 4 || (depth > 0 && random.uniform() < 0.2);
    const feature = isLeaf ? -1 : Math.floor(random.uniform() * sampleColumns.length);
    const levels = feature < 0 ? null : sampleColumns[feature]!.levels;
    tree.feature.push(feature);
    tree.threshold.push(isLeaf || levels !== null ? 0 : round(sampleThreshold(random)));
    tree.categories.push(levels === null ? null : sampleSet(levels.length, random));
    tree.missingLeft.push(!isLeaf && random.uniform() < 0.5 ? 1 : 0);
    tree.value.push(isLeaf ? round(random.normal()) : 0);
    tree.cover.push(round(cover));
    tree.gain.push(isLeaf ? 0 : round(random.uniform()));
    tree.left.push(-1);
    tree.right.push(-1);
    if (isLeaf) return node;
    const share = 0.2 + 0.6 * random.uniform();
    tree.left[node] = grow(depth + 1, cover * share);
    tree.right[node] = grow(depth + 1, cover * (1 - share));
    return node;
  };
  grow(0, 100);
  return tree;
}

function sampleThreshold(random: Random): number {
  const kind = Math.floor(random.uniform() * 8);
  if (kind === 0) return 0;
  // All present values to one side, missing ones to the other.
  if (kind === 1) return Number.MAX_VALUE;
  return 50 * random.normal();
}

function sampleSet(count: number, random: Random): number[] {
  return Array.from({ length: count }, (_, level) => level).filter(() => random.uniform() < 0.3);
}
