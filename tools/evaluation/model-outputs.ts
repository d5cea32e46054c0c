import { assertNever } from "#core/contract/failure.ts";
import { type Column, createFrame, type Frame, type Model, type Predictions } from "#lib/ml/index.ts";
import { type EngineContext, inEngine, runTask } from "../engine/run-task.ts";

const PREFIX = "model output: ";
/** Of more classes, only the decision is compared: that many near-zero probabilities say little. */
const MOST_CLASSES = 10;

/** The rows with what a model says to each: its probabilities and decisions, or its values, as columns. */
export async function withModelOutputs(
  context: EngineContext,
  model: Model,
  frame: Frame,
): Promise<{ frame: Frame; outputs: string[] }> {
  const predictions = await runTask(context, "score-frame", { model, frame });
  const columns = outputColumns(model, predictions);
  return {
    frame: inEngine(() => createFrame([...frame.columns, ...columns])),
    outputs: columns.map(({ name }) => name),
  };
}

function outputColumns({ classes }: Model, predictions: Predictions): Column[] {
  const labels = classes ?? [];
  switch (predictions.kind) {
    case "binary":
      return [
        numbers(`probability of ${labels[1]}`, predictions.probability),
        decisions(labels, predictions.predicted),
      ];
    case "multiclass": {
      const shown = labels.length <= MOST_CLASSES ? predictions.probabilities : [];
      return [
        ...shown.map((values, index) => numbers(`probability of ${labels[index]}`, values)),
        decisions(labels, predictions.predicted),
      ];
    }
    case "regression":
      return [numbers("value", predictions.values)];
    default:
      return assertNever(predictions, "outputColumns");
  }
}

function numbers(name: string, values: Float64Array): Column {
  return { kind: "numeric", name: `${PREFIX}${name}`, values };
}

function decisions(labels: readonly string[], predicted: ArrayLike<number>): Column {
  const name = `${PREFIX}decision`;
  return { kind: "categorical", name, codes: Int32Array.from(predicted), dictionary: [...labels] };
}
