import { createRandom, type Random } from "../random.ts";
import type { TreeEnsemble } from "../score/estimator.ts";
import type { Matrix } from "../score/preparation.ts";
import type { TreeFileColumn } from "./tree-file-column.ts";

interface ProbeOptions {
  readonly rowCount: number;
  readonly seed: number;
}

/**
 * Rows where two readings of the same trees would differ first: values at the ensemble's own thresholds and a hair to
 * either side of them, every level in turn, and missing values. All numbers are float32. The same ensemble and seed
 * give the same rows.
 */
export function probeMatrix(
  ensemble: TreeEnsemble,
  columns: readonly TreeFileColumn[],
  { rowCount, seed }: ProbeOptions,
): Matrix {
  const random = createRandom(seed);
  const thresholds = thresholdsByColumn(ensemble, columns.length);
  return {
    rowCount,
    columns: columns.map(({ name, levels }, index) => ({
      name,
      source: name,
      levels,
      values: Float64Array.from({ length: rowCount }, () => {
        if (random.uniform() < 0.1) return Number.NaN;
        if (levels !== null) return Math.floor(random.uniform() * levels.length);
        return probeNumber(thresholds[index]!, random);
      }),
    })),
  };
}

function thresholdsByColumn({ trees }: TreeEnsemble, count: number): number[][] {
  const found = Array.from({ length: count }, () => new Set<number>());
  for (const tree of trees) {
    for (const [node, feature] of tree.feature.entries()) {
      // Splits of present from missing values lie at the end of all numbers, where there is no other side.
      if (feature < 0 || tree.categories[node] !== null || Math.abs(tree.threshold[node]!) > 1e38) continue;
      found[feature]!.add(tree.threshold[node]!);
    }
  }
  return found.map((set) => [...set].toSorted((first, second) => first - second));
}

function probeNumber(thresholds: readonly number[], random: Random): number {
  const threshold = thresholds[Math.floor(random.uniform() * thresholds.length)] ?? 0;
  const step = Math.abs(threshold) * 2 ** -23;
  const place = Math.floor(random.uniform() * 5) - 2;
  const wide = 2 * (random.uniform() - 0.5) * (1 + Math.abs(threshold));
  return Math.fround(place === -2 ? threshold + wide : threshold + place * step);
}
