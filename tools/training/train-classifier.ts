import { z } from "zod";
import { failure } from "#core/contract/failure.ts";
import { defineTool } from "#core/contract/tool-definition.ts";
import { loadFrame } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { classTarget } from "./class-target.ts";
import { train, TrainInput, TrainOutput } from "./train-tool.ts";

export const trainClassifier = defineTool({
  name: "train_classifier",
  group: "training",
  description:
    "Train a classifier (two or more classes) on the training part, stopping early on the validation part. Protected columns and the time column are no features. Returns the model's digest and its quality on the validation part beside a baseline's; the test part is not touched.",
  input: TrainInput.extend({
    positiveClass: z.string().nullish().describe("for two classes: the one whose probability is predicted"),
  }),
  output: TrainOutput,
  example: {
    train: "sample:train",
    validation: "sample:validation",
    target: "defaulted",
    timeColumn: "application_month",
    protected: ["sex"],
  },
  effect: "read",
  repeat: "safe",
  parallel: false,
  timeoutMs: 3_600_000,
  async run(input, context) {
    const training = await loadFrame(context, input.train);
    checkColumns(training, { target: input.target, positiveClass: input.positiveClass });
    const classes = classTarget(training, input.target, input.positiveClass);
    if (!classes.ok) {
      return {
        ok: false,
        failure: failure(
          "invalid-input",
          `${input.target} holds amounts, not classes (${classes.reason}); use train_regressor`,
          { details: { column: input.target } },
        ),
      };
    }
    return train(input, context, classes);
  },
});
