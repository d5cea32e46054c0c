import type { Tree } from "./estimator.ts";
import {
  badNode,
  readInteger,
  readList,
  readNullable,
  readObject,
  readString,
  type JsonNode,
} from "./json-node.ts";
import {
  codeBits,
  codeBytes,
  decodeCodes,
  decodeNumbers,
  isPacked,
  MOST_CODE_BITS,
} from "./packed-numbers.ts";
import { PACKED_COLUMNS } from "./packed-trees.ts";

type Columns = Readonly<Record<(typeof PACKED_COLUMNS)[number], Float64Array>>;

/** What a column's numbers must be, in words and as a test. */
interface Check {
  readonly wanted: string;
  readonly holds: (value: number) => boolean;
}

const FINITE: Check = { wanted: "finite numbers", holds: Number.isFinite };
const FLAG: Check = { wanted: "numbers 0 and 1", holds: (value) => value === 0 || value === 1 };

function integerFrom(least: number): Check {
  return {
    wanted: `integers >= ${least}`,
    holds: (value) => Number.isInteger(value) && value >= least,
  };
}

/**
 * Reads packed trees; features and children are left to be checked as those of trees written as lists.
 * @throws MlError bad-model for lengths that do not fit, numbers that are not finite, or codes that stand for nothing.
 */
export function readPackedTrees(node: JsonNode, outputs: number): Tree[] {
  const fields = readObject(node, ["copies", "nodeCounts", ...PACKED_COLUMNS]);
  const copies = readInteger(fields.copies, 1);
  if (copies !== 1 && copies !== outputs) throw badNode(fields.copies, `1 or ${outputs} is expected`);
  const nodeCounts = readList(fields.nodeCounts, (item) => {
    const count = readInteger(item, 1);
    if (count % 2 === 0) throw badNode(item, "an odd number is expected, one leaf more than splits");
    return count;
  });
  const nodeCount = nodeCounts.reduce((sum, count) => sum + count, 0);
  const splitCount = (nodeCount - nodeCounts.length) / 2;
  const ofSplits = (name: keyof Columns, check: Check): Float64Array =>
    readColumn(fields[name], splitCount, check);
  const levelCounts = ofSplits("levelCounts", integerFrom(-1));
  const levelCount = levelCounts.reduce((sum, count) => sum + Math.max(0, count), 0);
  const columns: Columns = {
    feature: readColumn(fields.feature, nodeCount, integerFrom(-1)),
    cover: readColumn(fields.cover, nodeCount, FINITE),
    threshold: ofSplits("threshold", FINITE),
    missingLeft: ofSplits("missingLeft", FLAG),
    gain: ofSplits("gain", FINITE),
    left: ofSplits("left", integerFrom(1)),
    right: ofSplits("right", { wanted: "integers", holds: Number.isInteger }),
    levelCounts,
    levels: readColumn(fields.levels, levelCount, integerFrom(0)),
    value: readColumn(fields.value, (nodeCount - splitCount) * copies, FINITE),
  };
  const unpack = treeUnpacker(columns, copies);
  return nodeCounts.flatMap((count, index) => {
    const trees = unpack(count);
    if (trees === null) {
      throw badNode(fields.feature, `tree ${index * copies} is expected to have one leaf more than splits`);
    }
    return trees;
  });
}

function readColumn(node: JsonNode, count: number, { wanted, holds }: Check): Float64Array {
  const fields = readObject(node, ["distinct", "values"]);
  const values = readString(fields.values);
  const distinct = readNullable(fields.distinct, readDistinct);
  if (distinct === null) {
    if (!isPacked(values, count * 8)) throw badNode(fields.values, `base64 of ${count} float64 is expected`);
    const numbers = decodeNumbers(values);
    if (!numbers.every(holds)) throw badNode(fields.values, `${wanted} are expected`);
    return numbers;
  }
  if (!distinct.every(holds)) throw badNode(fields.distinct, `${wanted} are expected`);
  const bits = codeBits(distinct.length);
  if (bits > MOST_CODE_BITS || !isPacked(values, codeBytes(count, bits))) {
    throw badNode(fields.values, `base64 of ${count} codes of ${bits} bits is expected`);
  }
  const codes = decodeCodes(values, count, bits);
  const numbers = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const code = codes[index]!;
    if (code >= distinct.length) throw badNode(fields.values, `codes below ${distinct.length} are expected`);
    numbers[index] = distinct[code]!;
  }
  return numbers;
}

function readDistinct(node: JsonNode): Float64Array {
  const text = readString(node);
  const numbers = decodeNumbers(text);
  if (!isPacked(text, numbers.length * 8)) throw badNode(node, "base64 of float64 is expected");
  return numbers;
}

/** Gives the next `copies` trees of so many nodes, or null where splits and leaves do not fit. */
function treeUnpacker(columns: Columns, copies: number): (count: number) => Tree[] | null {
  const { levelCounts, levels } = columns;
  let [firstNode, firstSplit, firstLeaf, firstLevel] = [0, 0, 0, 0];
  return (count) => {
    const feature = slice(columns.feature, firstNode, count);
    const splitCount = feature.reduce((sum, one) => sum + (one < 0 ? 0 : 1), 0);
    if (2 * splitCount + 1 !== count) return null;
    const cover = slice(columns.cover, firstNode, count);
    const threshold: number[] = [];
    const gain: number[] = [];
    const missingLeft: (0 | 1)[] = [];
    const left: number[] = [];
    const right: number[] = [];
    const categories: (readonly number[] | null)[] = [];
    let split = firstSplit;
    for (let node = 0; node < count; node++) {
      const isLeaf = feature[node]! < 0;
      threshold.push(isLeaf ? 0 : columns.threshold[split]!);
      gain.push(isLeaf ? 0 : columns.gain[split]!);
      missingLeft.push(!isLeaf && columns.missingLeft[split] === 1 ? 1 : 0);
      const child = node + columns.left[split]!;
      left.push(isLeaf ? -1 : child);
      right.push(isLeaf ? -1 : child + columns.right[split]!);
      const size = isLeaf ? -1 : levelCounts[split]!;
      categories.push(size < 0 ? null : slice(levels, firstLevel, size));
      firstLevel += Math.max(0, size);
      if (!isLeaf) split++;
    }
    const structure = { feature, threshold, categories, missingLeft, left, right, cover, gain };
    const trees: Tree[] = [];
    for (let copy = 0; copy < copies; copy++) {
      const value: number[] = [];
      for (const one of feature) value.push(one < 0 ? columns.value[firstLeaf++]! : 0);
      trees.push({ ...structure, value });
    }
    firstNode += count;
    firstSplit = split;
    return trees;
  };
}

/** A plain list: many times as fast as Array.from, which asks an iterator for every number. */
function slice(numbers: Float64Array, start: number, count: number): number[] {
  const list: number[] = [];
  for (let place = start; place < start + count; place++) list.push(numbers[place]!);
  return list;
}
