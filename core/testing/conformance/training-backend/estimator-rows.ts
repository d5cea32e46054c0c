import type { EstimatorRows } from "#core/contract/training-backend.ts";

/** Numbers in [0, 1) by a linear congruence (Lehmer 1951, the constants of MINSTD): the same for the same seed. */
function numbersFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Two numbers and a category with four levels that decide a class (0, 1), a class of three, or an amount. */
export function sampleRows(about: {
  count: number;
  seed: number;
  classCount: number;
  preparation: "trees" | "linear";
}): EstimatorRows {
  const { count, classCount, preparation } = about;
  const random = numbersFrom(about.seed * 7919);
  const [first, second, level, target] = [0, 1, 2, 3].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]; // four names, four arrays
  const hasGaps = preparation === "trees";
  for (let row = 0; row < count; row += 1) {
    first[row] = 4 * random() - 2;
    second[row] = 4 * random() - 2;
    level[row] = Math.floor(4 * random());
    const amount = first[row]! + (level[row]! % 2 === 0 ? 1 : -1) + random() - 0.5;
    if (hasGaps && random() < 0.05) second[row] = Number.NaN;
    target[row] = classCount === 1 ? amount : classCount === 2 ? Number(amount > 0) : classOf(amount);
  }
  return {
    rowCount: count,
    columns: [
      { name: "first", levelCount: null, values: first },
      { name: "second number [%]", levelCount: null, values: second },
      { name: "level", levelCount: 4, values: level },
    ],
    target,
    weights: null,
  };
}

const classOf = (amount: number): number => (amount > 0.7 ? 2 : amount > -0.7 ? 1 : 0);

/** Classes that nothing explains: whatever is learnt from them is wrong on other rows. */
export function noiseRows(count: number, seed: number): EstimatorRows {
  const rows = sampleRows({ count, seed, classCount: 2, preparation: "trees" });
  const random = numbersFrom(seed + 1);
  return { ...rows, target: rows.target.map(() => Number(random() < 0.5)) };
}

/**
 * The classes follow the sign of the first number in the first half, and its opposite in the second half,
 * whose rows weigh the inverse.
 */
export function contradictoryRows(count: number, weightOfFirstHalf: number): EstimatorRows {
  const rows = sampleRows({ count, seed: 5, classCount: 2, preparation: "linear" });
  const values = rows.columns[0]!.values;
  const isFirst = (row: number) => row < count / 2;
  return {
    ...rows,
    target: values.map((value, row) => Number(value > 0 === isFirst(row))),
    weights: values.map((_, row) => (isFirst(row) ? weightOfFirstHalf : 1 / weightOfFirstHalf)),
  };
}
