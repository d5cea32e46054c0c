import { expect, it } from "vitest";
import type { TrainingBackend } from "#core/contract/training-backend.ts";
import { encodeModel, frameFromRows, trainModel } from "#lib/ml/index.ts";
import { loanRows } from "../sample-tables.testing.ts";
import { createToolBench } from "../tool-bench.testing.ts";
import { trainThroughBackend } from "./train-through-backend.ts";

const about = {
  training: frameFromRows(loanRows(400, 1)),
  validation: frameFromRows(loanRows(200, 2)),
  target: "defaulted",
  parameters: {},
  seed: 7,
};

it.each(["gradient-boosting", "linear", "baseline"] as const)(
  "a %s model trained through the port has the bytes of one trained in one go",
  async (algorithm) => {
    const { context } = createToolBench();
    const { model, largestDifference } = await trainThroughBackend(context, { ...about, algorithm });
    expect(encodeModel(model)).toEqual(encodeModel(trainModel({ ...about, algorithm }).model));
    expect(largestDifference).toBeNull();
  },
);

it("an estimator that does not predict what its maker does is not counted as trained", async () => {
  const { context } = createToolBench();
  const [embedded] = context.backends;
  if (embedded === undefined) throw new Error("no backend");
  const liar: TrainingBackend = {
    ...embedded,
    async fit(request, watch) {
      const fitted = await embedded.fit(request, watch);
      if (!fitted.ok) return fitted;
      const margins = [new Float64Array(10).fill(0.123)];
      return {
        ok: true,
        value: { ...fitted.value, check: { rows: "validation", rowCount: 10, margins, tolerance: 1e-9 } },
      };
    },
  };
  const training = trainThroughBackend({ ...context, backends: [liar] }, { ...about, algorithm: "linear" });
  await expect(training).rejects.toMatchObject({
    failure: { code: "tool-failed", message: expect.stringContaining("does not count as trained") as string },
  });
});
