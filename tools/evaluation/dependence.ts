import { type Cell, cellValue, type Explanation, type Frame } from "#lib/ml/index.ts";

/** How a feature's contribution goes with its value: one point per explained row, for a dependence plot. */
export interface Dependence {
  feature: string;
  values: Cell[];
  /** To the first output. */
  contributions: number[];
}

/** Dependence of the strongest features that are columns of the table. */
export function strongestDependence(explanation: Explanation, frame: Frame, most: number): Dependence[] {
  const { features, importance, contributions, rows } = explanation;
  return importance.slice(0, most).flatMap(({ feature }) => {
    const column = frame.columns.find((one) => one.name === feature);
    if (column === undefined) return [];
    const place = features.indexOf(feature);
    return [
      {
        feature,
        values: Array.from(rows, (row) => cellValue(column, row)),
        contributions: Array.from(
          rows,
          (_, index) => contributions[0]?.[index * features.length + place] ?? 0,
        ),
      },
    ];
  });
}

/** A pair of features and what they do together. */
export interface InteractionStrength {
  features: [string, string];
  /** Mean over rows and outputs of the absolute joint effect, both halves of it. */
  strength: number;
}

/** Pairs that do most together, strongest first; empty without interactions. */
export function strongestPairs({ interactions, features }: Explanation, most: number): InteractionStrength[] {
  if (interactions === null) return [];
  const width = features.length;
  const pairs: InteractionStrength[] = [];
  for (let left = 0; left < width; left += 1) {
    for (let right = left + 1; right < width; right += 1) {
      let sum = 0;
      for (const values of interactions.values) {
        for (let row = 0; row < interactions.rows; row += 1) {
          sum += 2 * Math.abs(values[(row * width + left) * width + right] ?? 0);
        }
      }
      const strength = sum / Math.max(1, interactions.rows * interactions.values.length);
      pairs.push({ features: [features[left] ?? "", features[right] ?? ""], strength });
    }
  }
  return pairs.toSorted((one, other) => other.strength - one.strength).slice(0, most);
}
