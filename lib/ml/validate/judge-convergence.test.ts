import { describe, expect, it } from "vitest";
import { frameFromRows } from "../frame/frame-rows.ts";
import { sliceRows } from "../frame/frame.ts";
import { trainModel } from "../learn/train-model.ts";
import { createRandom } from "../random.ts";
import { judgeConvergence, type HistoryRound } from "./judge-convergence.ts";

const curve = (count: number, training: (round: number) => number, validation?: (round: number) => number) =>
  Array.from(
    { length: count },
    (_, index): HistoryRound => ({
      round: index + 1,
      trainingLoss: training(index + 1),
      validationLoss: validation?.(index + 1) ?? null,
    }),
  );
const judge = (history: readonly HistoryRound[], patience: number | null = null) =>
  judgeConvergence(history, { patience });

describe("judgeConvergence", () => {
  it("tells a curve that has flattened from one that is still falling", () => {
    const flat = judge(
      curve(
        200,
        (round) => 0.2 + Math.exp(-round / 15),
        (round) => 0.3 + Math.exp(-round / 15),
      ),
    );
    expect(flat).toMatchObject({ verdict: "converged", watched: "validation", rounds: 200 });
    const falling = judge(
      curve(
        30,
        (round) => 0.2 + Math.exp(-round / 40),
        (round) => 0.3 + Math.exp(-round / 40),
      ),
    );
    expect(falling.verdict).toBe("still-improving");
    expect(falling.advice[0]).toContain("raise rounds (try 60)");
    expect(falling.evidence.lateShare).toBeGreaterThan(0.02);
  });

  it("sees overfitting where the validation loss rises again, unless the training stopped at the best round", () => {
    const history = curve(
      120,
      (round) => Math.exp(-round / 30),
      (round) => 0.3 + Math.exp(-round / 20) + round / 400,
    );
    const kept = judge(history);
    expect(kept.verdict).toBe("overfitting");
    expect(kept.bestRound).toBeGreaterThan(30);
    expect(kept.bestRound).toBeLessThan(70);
    expect(kept.advice[0]).toContain(`least at round ${kept.bestRound}`);
    expect(judge(history, 20)).toMatchObject({ verdict: "converged", evidence: { stoppedEarly: true } });
  });

  it("sees a loss that rises, is no number, or jumps", () => {
    expect(judge(curve(40, (round) => 0.5 + round / 20)).verdict).toBe("diverging");
    const broken = judge(curve(40, (round) => (round > 30 ? Infinity : 1 / round)));
    expect(broken).toMatchObject({ verdict: "diverging", evidence: { last: null } });
    expect(broken.advice[0]).toContain("learningRate");
    const jumping = judge(curve(60, (round) => 1 / round + (round % 2 === 0 ? 0.4 : 0)));
    expect(jumping.verdict).toBe("unstable");
  });

  it("says when there is too little to see, and what was not watched", () => {
    expect(judge(curve(3, (round) => 1 / round)).verdict).toBe("too-short");
    const blind = judge(curve(100, (round) => 0.2 + Math.exp(-round / 10)));
    expect(blind).toMatchObject({ verdict: "converged", watched: "training" });
    expect(blind.advice.join()).toContain("Only the training loss");
    expect(() => judge([])).toThrow(/holds no losses/);
    expect(() => judge([{ round: 1, trainingLoss: null, validationLoss: null }])).toThrow(/holds no losses/);
  });

  it("agrees with what is known of real trainings", () => {
    const random = createRandom(3);
    const rows = Array.from({ length: 900 }, () => {
      const x = random.normal();
      return { x, z: random.normal(), w: random.normal(), y: x + random.normal() > 0 ? "yes" : "no" };
    });
    const frame = frameFromRows(rows);
    const historyOf = (parameters: Record<string, number>) =>
      trainModel({
        training: sliceRows(frame, 0, 500),
        validation: sliceRows(frame, 500, 900),
        target: "y",
        algorithm: "gradient-boosting",
        parameters,
        seed: 1,
      }).history;
    expect(judge(historyOf({ rounds: 400, learningRate: 0.2 })).verdict).toBe("overfitting");
    expect(judge(historyOf({ rounds: 12, learningRate: 0.02 })).verdict).toBe("still-improving");
    expect(judge(historyOf({ rounds: 400, learningRate: 0.1, patience: 15 }), 15).verdict).toBe("converged");
  });
});
