import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "#lib/ml/index.ts";
import { createFolders, type Ended, lastJson, swarm } from "../cli/swarm-process.testing.ts";

const folders = createFolders();
afterAll(() => folders.removeAll());

interface Result {
  status: string;
  workDir: string;
  artifacts: { path: string; sha256: string }[];
}

/** One finished run and what it left behind. */
interface LeftBehind {
  ended: Ended;
  result: Result;
  /** A JSON file of the run's folder; the test states the shape it looks at. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the test states the shape
  file<Body>(name: string): Body;
  digest(name: string): string;
}

async function governedRun(csv: string, words: readonly string[]): Promise<LeftBehind> {
  const home = folders.make("governed");
  const data = join(home, "table.csv");
  writeFileSync(data, csv);
  const fixed = ["--data", data, "--approve", "auto", "--seed", "7", "--json"];
  const ended = await swarm(["run", "Predict it", ...fixed, ...words], { home });
  expect(ended.code, ended.stderr).toBe(0);
  const result = lastJson<Result>(ended);
  return {
    ended,
    result,
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the test states the shape
    file: <Body>(name: string): Body => JSON.parse(readFileSync(join(result.workDir, name), "utf8")) as Body, // see above
    digest: (name) =>
      result.artifacts.find(({ path }) => path === `${result.workDir}/${name}`)?.sha256 ?? `no ${name}`,
  };
}

const csvOf = (rows: readonly Readonly<Record<string, unknown>>[]): string =>
  [Object.keys(rows[0] ?? {}).join(","), ...rows.map((row) => Object.values(row).join(","))].join("\n");

/** Hours of a hire shop: the total is the sum of two columns, and nobody says that there is a time. */
function hireRows(): Record<string, unknown>[] {
  const random = createRandom(3);
  return Array.from({ length: 900 }, (_, index) => {
    const warmth = 10 + 10 * Math.sin(index / 60) + 4 * random.uniform();
    const members = Math.round(20 + 3 * warmth + 25 * random.uniform());
    const guests = Math.round(5 + 2 * warmth + 20 * random.uniform());
    return {
      day: new Date(Date.UTC(2024, 0, 1 + Math.floor(index / 3))).toISOString().slice(0, 10),
      warmth: warmth.toFixed(2),
      shift: ["early", "noon", "late"][index % 3],
      members,
      guests,
      total: members + guests,
    };
  });
}

/** Loans with the outcome told twice over: once recoded, once by a field that is filled in after it. */
function loanRows(): Record<string, unknown>[] {
  const random = createRandom(5);
  return Array.from({ length: 1500 }, () => {
    const income = Math.round(1500 + 4000 * random.uniform());
    const debt = Math.round(9000 * random.uniform());
    const sex = random.uniform() < 0.5 ? "f" : "m";
    const chance = 1 / (1 + Math.exp(-(debt / 2500 - income / 1300 + (sex === "m" ? 1.1 : 0))));
    const isLate = random.uniform() < chance;
    return {
      income,
      debt,
      sex,
      branch: ["north", "south", "west"][Math.floor(3 * random.uniform())],
      closing_code: isLate ? "L7" : "P1",
      dunning_fee: isLate ? (10 + 40 * random.uniform()).toFixed(2) : "",
      paid_late: isLate ? "yes" : "no",
    };
  });
}

describe("a governed run on amounts over time, with nothing said of time or leaks", () => {
  let run: LeftBehind;
  beforeAll(async () => {
    run = await governedRun(csvOf(hireRows()), ["--target", "total"]);
  });

  it("leaves the parts of the total out, with the reason on record", () => {
    const { steps } = run.file<{ steps: { step: string; columns: string[]; reason: string }[] }>(
      "reports/cleaning.json",
    );
    const dropped = steps.filter(({ step }) => step === "drop-columns");
    expect(dropped.flatMap(({ columns }) => columns).toSorted()).toEqual(["guests", "members"]);
    expect(dropped.map(({ reason }) => reason).join()).toMatch(/guests|members/);
    expect(dropped.map(({ reason }) => reason).join()).not.toContain("named by validation");
  });

  it("follows the proposed split by time, and the time is no feature", () => {
    const { strategy } = run.file<{ strategy: unknown }>("reports/split.json");
    expect(strategy).toEqual({ kind: "time-ordered", column: "day" });
    const { features } = run.file<{ features: { name: string }[] }>("model.json");
    expect(features.map(({ name }) => name).toSorted()).toEqual(["shift", "warmth"]);
  });

  it("tries before it trains and judges the rounds after it", () => {
    const order = ["smoke_test ✓", "train_regressor ✓", "check_convergence ✓", "evaluate_model ✓"];
    const places = order.map((words) => run.ended.stderr.indexOf(words));
    expect(places).toEqual(places.toSorted((left, right) => left - right));
    expect(places[0]).toBeGreaterThan(-1);
    expect(run.ended.stderr).not.toContain("calibrate_model");
  });

  it("keeps the training part's profile and the model's outputs for monitoring", () => {
    const reference = run.file<{ dataset: string; model: string; outputs: string[] }>(
      "drift/reference-profile_1.json",
    );
    expect(reference.dataset).toBe(run.digest("data/train.parquet"));
    expect(reference.model).toBe(run.digest("model.json"));
    expect(reference.outputs.length).toBeGreaterThan(0);
    expect(run.digest("export/model.xgboost.json")).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("a governed run on classes whose answer stands in two columns", () => {
  let run: LeftBehind;
  beforeAll(async () => {
    run = await governedRun(csvOf(loanRows()), ["--target", "paid_late", "--protected", "sex"]);
  });

  it("leaves the recoded target and the field of afterwards out", () => {
    const { features } = run.file<{ features: { name: string }[] }>("model.json");
    expect(features.map(({ name }) => name).toSorted()).toEqual(["branch", "debt", "income"]);
    const { steps } = run.file<{ steps: { step: string; columns: string[] }[] }>("reports/cleaning.json");
    expect(steps.flatMap(({ step, columns }) => (step === "drop-columns" ? columns : [])).toSorted()).toEqual(
      ["closing_code", "dunning_fee"],
    );
  });

  it("calibrates on the validation part, and before it mitigates", () => {
    const { data } = run.file<{ data: string }>("reports/calibration_1.json");
    expect(data).toBe(run.digest("data/validation.parquet"));
    const said = run.ended.stderr;
    expect(said.indexOf("mitigate_bias ✓")).toBeGreaterThan(said.indexOf("calibrate_model ✓"));
    expect(said.indexOf("calibrate_model ✓")).toBe(said.lastIndexOf("calibrate_model ✓"));
  });

  it("analyses the errors of every model that it assesses, and explains the rows it was most wrong about", () => {
    for (const visit of [1, 2]) {
      const { model } = run.file<{ model: string }>(`metrics/metrics_${visit}.json`);
      const errors = run.file<{ model: string; data: string; worstRows: { row: number }[] }>(
        `reports/errors_${visit}.json`,
      );
      const explained = run.file<{ model: string; data: string; rows: { row: number }[] }>(
        `explanations/prediction_${visit}.json`,
      );
      expect([errors.model, explained.model]).toEqual([model, model]);
      expect([errors.data, explained.data]).toEqual(Array(2).fill(run.digest("data/test.parquet")));
      expect(explained.rows.map(({ row }) => row)).toEqual(
        errors.worstRows.slice(0, explained.rows.length).map(({ row }) => row),
      );
    }
  });
});
