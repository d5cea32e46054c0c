import { assertNever } from "./assert-never.ts";
import type { Column } from "./column.ts";
import { groupRows } from "./groups.ts";
import { MlError } from "./ml-error.ts";
import type { DecisionRule } from "./model-file.ts";

/** The threshold that holds for each row under a rule for two classes. */
export function thresholdsOf(rule: DecisionRule, columns: readonly Column[], rowCount: number): Float64Array {
  switch (rule.kind) {
    case "threshold":
      return new Float64Array(rowCount).fill(rule.value);
    case "group-thresholds": {
      const groupColumns = rule.columns.map(({ feature, bands }) => ({ name: feature.name, bands }));
      const { labels, codes } = groupRows(columns, groupColumns, rowCount);
      const values = labels.map((label) =>
        Object.hasOwn(rule.thresholds, label) ? rule.thresholds[label]! : rule.fallback,
      );
      return Float64Array.from(codes, (code) => values[code]!);
    }
    case "argmax":
      return new Float64Array(rowCount).fill(0.5);
    case "identity":
      throw new MlError(
        "bad-argument",
        "A model with the decision rule identity predicts values, not classes.",
      );
    default:
      return assertNever(rule);
  }
}

/** 1 where a probability reaches its row's threshold, else 0. */
export function decideBinary(probability: Float64Array, thresholds: Float64Array): Uint8Array {
  return Uint8Array.from(probability, (value, row) => (value >= thresholds[row]! ? 1 : 0));
}

/** The class index with the highest probability, the first one on ties. */
export function decideArgmax(probabilities: readonly Float64Array[]): Int32Array {
  const rowCount = probabilities[0]?.length ?? 0;
  const classes = new Int32Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    let best = 0;
    for (let index = 1; index < probabilities.length; index++) {
      if (probabilities[index]![row]! > probabilities[best]![row]!) best = index;
    }
    classes[row] = best;
  }
  return classes;
}
