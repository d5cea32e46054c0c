import { cellText, columnLength, type Column } from "../score/column.ts";
import type { Problem } from "../score/model-file.ts";

/**
 * A target without missing values as numbers: the values for regression, else one 0/1 array per class
 * (for two classes only one of them).
 */
export function targetOutputs(target: Column, problem: Problem): Float64Array[] {
  if (problem === "regression") {
    if (target.kind === "numeric" || target.kind === "date") return [target.values];
    return [Float64Array.from({ length: columnLength(target) }, (_, row) => Number(cellText(target, row)))];
  }
  const texts = Array.from({ length: columnLength(target) }, (_, row) => cellText(target, row));
  const labels = [...new Set(texts)];
  const outputs = labels.map((label) => Float64Array.from(texts, (text) => (text === label ? 1 : 0)));
  return problem === "binary" ? outputs.slice(0, 1) : outputs;
}
