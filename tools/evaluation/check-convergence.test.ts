import { describe, expect, it } from "vitest";
import { loanRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { trainClassifier } from "../training/train-classifier.ts";
import { checkConvergence } from "./check-convergence.ts";

interface Output {
  verdict: string;
  watched: string;
  bestRound: number;
  evidence: { stoppedEarly: boolean };
  advice: string[];
}

async function trained(more: object) {
  const bench = createToolBench();
  const train = await bench.seed(loanRows(500, 1));
  const about = { train, validation: await bench.seed(loanRows(250, 2)), target: "defaulted", ...more };
  return { bench, train, ...(await bench.succeed<{ report: string }>(trainClassifier, about)) };
}

describe("check_convergence", () => {
  it("judges the report of a training: stopped early, overfitting, or too few rounds", async () => {
    const early = await trained({ parameters: { patience: 15 } });
    const converged = await early.bench.succeed<Output>(checkConvergence, { report: early.report });
    expect(converged).toMatchObject({
      verdict: "converged",
      watched: "validation",
      evidence: { stoppedEarly: true },
    });
    const long = await trained({ parameters: { rounds: 300, patience: null, learningRate: 0.2 } });
    const overfit = await long.bench.succeed<Output>(checkConvergence, { report: long.report });
    expect(overfit.verdict).toBe("overfitting");
    expect(overfit.advice[0]).toContain(`rounds to ${overfit.bestRound}`);
    const short = await trained({ parameters: { rounds: 10, patience: null, learningRate: 0.02 } });
    const improving = await short.bench.succeed<Output>(checkConvergence, { report: short.report });
    expect(improving.verdict).toBe("still-improving");
    expect(improving.advice[0]).toContain("raise rounds");
  });

  it("judges losses given inline", async () => {
    const bench = createToolBench();
    const history = Array.from({ length: 40 }, (_, index) => ({
      round: index + 1,
      trainingLoss: 0.5 + index / 10,
    }));
    expect((await bench.succeed<Output>(checkConvergence, { history })).verdict).toBe("diverging");
    expect(await bench.call(checkConvergence, {})).toMatchObject({
      ok: false,
      failure: { code: "invalid-input" },
    });
  });

  it("refuses a learner without rounds, and what is no report", async () => {
    const { bench, report, train } = await trained({ algorithm: "linear" });
    const linear = await bench.fail(checkConvergence, { report });
    expect(linear.message).toContain("linear does not go in rounds");
    expect((await bench.fail(checkConvergence, { report: train })).message).toContain("is no such report");
  });
});
