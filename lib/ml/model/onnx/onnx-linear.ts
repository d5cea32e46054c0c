import type { LinearEstimator } from "../../score/estimator.ts";
import type { GraphBuilder } from "./onnx-graph.ts";
import { addColumn, addLevelCodes, type PreparedParts } from "./onnx-preparation.ts";

/** Linear margins, [rows, outputs], added up column by column in the order in which the scorer adds them. */
export function addLinear(graph: GraphBuilder, estimator: LinearEstimator, parts: PreparedParts): string {
  const { outputs } = estimator;
  const width = outputs.length;
  const row = (values: readonly number[]) => graph.constant({ type: "double", dims: [1, width], values });
  let margins = row(outputs.map((output) => output.intercept));
  for (const [index, encoder] of parts.encoders.entries()) {
    if (encoder.kind !== "categorical") {
      const value = addColumn(graph, encoder, parts);
      const product = graph.node("Mul", [value, row(outputs.map((output) => output.terms[index]![0]!))]);
      // A missing value adds nothing.
      const term = graph.node("Where", [graph.node("IsNaN", [value]), graph.number(0), product]);
      margins = graph.node("Add", [margins, term]);
      continue;
    }
    // One row of coefficients per level, and one of zeros for what is no level.
    const count = encoder.levels.length;
    const coefficients = Array.from({ length: count + 1 }, (_, level) =>
      outputs.map((output) => output.terms[index]![level] ?? 0),
    );
    const table = graph.constant({ type: "double", dims: [count + 1, width], values: coefficients.flat() });
    const input = parts.inputs.get(encoder.column)!.name;
    const codes = addLevelCodes(graph, encoder, { input, none: count });
    const chosen = graph.node("Gather", [table, codes], { axis: 0 });
    const secondAxis = graph.constant({ type: "int64", dims: [1], values: [1] });
    margins = graph.node("Add", [margins, graph.node("Squeeze", [chosen, secondAxis])]);
  }
  return margins;
}
