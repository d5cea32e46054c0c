import { failure } from "#core/contract/failure.ts";
import { defineTool } from "#core/contract/tool-definition.ts";
import { getColumn } from "#lib/ml/index.ts";
import { loadFrame } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { train, TrainInput, TrainOutput } from "./train-tool.ts";

export const trainRegressor = defineTool({
  name: "train_regressor",
  group: "training",
  description:
    "Train a regression model for an amount on the training part, stopping early on the validation part. Protected columns and the time column are no features. Returns the model's digest and its R² on the validation part beside a baseline's; the test part is not touched.",
  input: TrainInput,
  output: TrainOutput,
  example: {
    train: "sample:train",
    validation: "sample:validation",
    target: "loan_amount",
    timeColumn: "application_month",
    protected: ["sex"],
  },
  effect: "read",
  repeat: "safe",
  parallel: false,
  timeoutMs: 3_600_000,
  async run(input, context) {
    const training = await loadFrame(context, input.train);
    checkColumns(training, { target: input.target });
    const column = getColumn(training, input.target);
    if (column.kind !== "numeric") {
      return {
        ok: false,
        failure: failure(
          "invalid-input",
          `${input.target} is ${column.kind}, not an amount; use train_classifier`,
          { details: { column: input.target } },
        ),
      };
    }
    return train(input, context, { training, problem: "regression" });
  },
});
