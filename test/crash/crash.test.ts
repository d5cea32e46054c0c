import { describe, expect, it } from "vitest";
import type { Trial } from "./crash-trial.testing.ts";
import { differencesOf, sweepDeaths, type SweepReport } from "./sweep-deaths.testing.ts";

/** What a sweep found, so that a failure shows which deaths it was. */
const different = ({ rows }: SweepReport): string[] =>
  rows.flatMap(({ planned, differences }) =>
    differences.map((difference) => `${planned.kind} ${planned.where}: ${difference}`),
  );
/** About two minutes on two idle cores; a machine with other work gets its time. */
const timeout = 600_000;
const killed = ({ rows }: SweepReport): number =>
  rows.reduce((sum, { trial }) => sum + (trial?.deaths ?? 0), 0);

describe("a run whose process is killed with SIGKILL and that is resumed in another", () => {
  it("ends with the same artifacts and no effect twice, behind every tenth event and at random moments", {
    timeout,
  }, async () => {
    const report = await sweepDeaths({ size: "short", step: 10, from: 1, random: 4, parallel: 2 });
    expect(different(report)).toEqual([]);
    expect(report.calm.events).toBeGreaterThan(250);
    expect(killed(report)).toBeGreaterThan(28);
    const letters = report.rows.filter(({ planned }) => planned.kind === "letter, person");
    expect(letters.map(({ trial }) => [trial?.abandoned, trial?.outcome.letters.length])).toEqual([
      [1, 1],
      [1, 1],
    ]);
    const notices = report.rows.filter(({ planned }) => planned.where.startsWith("post_notice"));
    expect(notices.map(({ trial }) => trial?.repeats)).toEqual([1, 1]);
  });

  it("writes, packs and signs the same documents when it is killed while it does", { timeout }, async () => {
    const report = await sweepDeaths({
      size: "small",
      step: 30,
      from: 345,
      random: 0,
      attended: false,
      parallel: 2,
    });
    expect(different(report)).toEqual([]);
    expect(report.calm.outcome.artifacts.join("\n")).toMatch(/audit_report\.pdf\.sig [0-9a-f]{64}/);
    expect(killed(report)).toBeGreaterThan(6);
  });
});

describe("the comparison of two runs", () => {
  const calm: Trial = {
    approve: "auto",
    outcome: {
      status: "succeeded",
      metrics: { auc: 0.8 },
      artifacts: ["model.json 11", "metrics.json 22"],
      notices: ["start", "end"],
      letters: ["done"],
    },
    events: 10,
    lives: 1,
    deaths: 0,
    abandoned: 0,
    repeats: 0,
    faults: [],
    millis: 1,
    story: [],
  };
  const but = (outcome: Partial<Trial["outcome"]>, more: Partial<Trial> = {}): Trial => ({
    ...calm,
    ...more,
    outcome: { ...calm.outcome, ...outcome },
  });

  it.each([
    ["another digest", but({ artifacts: ["model.json 12", "metrics.json 22"] }), /model\.json 11/],
    ["an artifact too many", but({ artifacts: [...calm.outcome.artifacts, "more 33"] }), /3 artifacts/],
    ["a notice twice", but({ notices: ["start", "start", "end"] }), /notices/],
    ["a notice missing", but({ notices: ["end"] }), /notices/],
    ["a letter twice", but({ letters: ["done", "done"] }, { abandoned: 1 }), /2 letters/],
    ["a letter missing for no reason", but({ letters: [] }), /0 letters/],
    ["other metrics", but({ metrics: { auc: 0.7 } }), /metrics/],
    ["another end", but({ status: "failed" }), /failed/],
  ])("sees %s", (_, trial, says) => {
    expect(differencesOf(calm, trial).join("; ")).toMatch(says);
  });

  it("lets a letter be missing that was interrupted and that no person was asked about", () => {
    expect(differencesOf(calm, but({ letters: [] }, { abandoned: 1 }))).toEqual([]);
  });
});
