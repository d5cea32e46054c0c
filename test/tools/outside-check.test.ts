import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { consumerCreditCsv, CONSUMER_CREDIT } from "#lib/ml/samples/consumer-credit.ts";
import { hasOutsideTool } from "../packaging/outside-tool.ts";
import { type ChainResult, runToolChain } from "./tool-chain.testing.ts";

/** Only what the files say is used from here on: no function of the engine. */
interface Artifacts {
  model: { target: string; positiveClass: string; decision: { kind: string; value: number } };
  metrics: { metrics: Record<string, number> };
  fairness: {
    attributes: {
      attribute: string;
      demographicParityDifference: number;
      groups: { label: string; count: number; rates: Record<string, number> }[];
    }[];
  };
  shap: {
    features: string[];
    expected: number[];
    rows: number[];
    contributions: number[][];
    margins: number[][];
  };
  rows: Record<string, unknown>[];
}

type Found = Record<
  | "rows"
  | "auc"
  | "averagePrecision"
  | "logLoss"
  | "demographicParityDifference"
  | "marginError"
  | "additivityError",
  number
> & { groups: Record<string, Record<string, number>> };

const PROTECTED = "sex";
let folder: string;
let chain: ChainResult;
let files: Artifacts;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "swarm-outside-check-"));
  const path = join(folder, "credit.csv");
  await writeFile(path, consumerCreditCsv({ rowCount: 4000 }));
  chain = await runToolChain({
    path,
    target: CONSUMER_CREDIT.target,
    protected: [PROTECTED],
    timeColumn: CONSUMER_CREDIT.timeColumn,
    explainedRows: 5000,
  });
  const test = await chain.bench.context.artifacts.path(chain.split.test);
  files = {
    model: await chain.bench.report("model.json"),
    metrics: await chain.bench.report("metrics.json"),
    fairness: await chain.bench.report("fairness.json"),
    shap: await chain.bench.report("shap.json"),
    rows: await parquetReadObjects({ file: await asyncBufferFromFile(test) }),
  };
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const claimedDifference = (): number =>
  files.fairness.attributes.find(({ attribute }) => attribute === PROTECTED)?.demographicParityDifference ??
  Number.NaN;

/** What the explanation adds up to, row by row. */
function addedMargins({ shap }: Artifacts): number[] {
  const width = shap.features.length;
  return shap.rows.map((_, row) => {
    let sum = shap.expected[0] ?? Number.NaN;
    for (let feature = 0; feature < width; feature += 1)
      sum += shap.contributions[0]?.[row * width + feature] ?? Number.NaN;
    return sum;
  });
}

describe("the artifacts alone, read without the engine", () => {
  it("hold an explanation of every test row whose contributions add up to the margin", () => {
    expect(files.shap.rows).toHaveLength(files.rows.length);
    for (const [row, margin] of addedMargins(files).entries()) {
      expect(margin).toBeCloseTo(files.shap.margins[0]?.[row] ?? Number.NaN, 9);
    }
  });

  it("give the stated AUC, counted pair by pair", () => {
    const margins = addedMargins(files);
    const isPositive = files.shap.rows.map(
      (row) => files.rows[row]?.[files.model.target] === files.model.positiveClass,
    );
    const positives = margins.filter((_, row) => isPositive[row]);
    const negatives = margins.filter((_, row) => !isPositive[row]);
    let won = 0;
    for (const positive of positives) {
      for (const negative of negatives) {
        // Sums in another order differ in the last bits; such rows are tied.
        if (Math.abs(positive - negative) < 1e-9) won += 0.5;
        else if (positive > negative) won += 1;
      }
    }
    expect(positives.length).toBeGreaterThan(100);
    expect(won / (positives.length * negatives.length)).toBeCloseTo(files.metrics.metrics["auc"] ?? 0, 9);
  });

  it("give the stated demographic parity difference, counted group by group", () => {
    expect(files.model.decision.kind).toBe("threshold");
    const limit = files.model.decision.value;
    const groups = new Map<string, { rows: number; selected: number }>();
    for (const [index, margin] of addedMargins(files).entries()) {
      const group = String(files.rows[files.shap.rows[index] ?? -1]?.[PROTECTED]);
      const counts = groups.get(group) ?? { rows: 0, selected: 0 };
      counts.rows += 1;
      if (1 / (1 + Math.exp(-margin)) >= limit) counts.selected += 1;
      groups.set(group, counts);
    }
    const rates = [...groups.values()].map(({ rows, selected }) => selected / rows);
    expect(rates.length).toBeGreaterThan(1);
    expect(Math.max(...rates) - Math.min(...rates)).toBeCloseTo(claimedDifference(), 12);
  });
});

const hasScikit = await hasOutsideTool(
  "python3",
  ["-c", "import sklearn, numpy"],
  "install Python 3 with scikit-learn (pip install scikit-learn)",
);

describe.skipIf(!hasScikit)("scikit-learn, with its own walk through the trees", () => {
  it("finds the AUC, average precision, log loss, parity difference, group rates and additivity that the tools claim", () => {
    const script = fileURLToPath(new URL("recompute.py", import.meta.url));
    const { model, shap, rows } = files;
    const ran = spawnSync("python3", [script], {
      input: JSON.stringify({ model, shap, rows, protected: PROTECTED }, (_, value: unknown) =>
        typeof value === "bigint" ? Number(value) : value,
      ),
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    expect(ran.stderr).toBe("");
    const found = JSON.parse(ran.stdout) as Found; // what recompute.py says that it prints
    const claimed = files.metrics.metrics;
    expect(found["rows"]).toBe(chain.metrics.rows);
    expect(found["auc"]).toBeCloseTo(claimed["auc"] ?? 0, 12);
    expect(found["averagePrecision"]).toBeCloseTo(claimed["averagePrecision"] ?? 0, 12);
    expect(found["logLoss"]).toBeCloseTo(claimed["logLoss"] ?? 0, 12);
    expect(found["demographicParityDifference"]).toBeCloseTo(claimedDifference(), 12);
    expect(found["marginError"]).toBeLessThan(1e-9);
    expect(found["additivityError"]).toBeLessThan(1e-9);
    const audited = files.fairness.attributes.find(({ attribute }) => attribute === PROTECTED)?.groups ?? [];
    expect(audited.map(({ label }) => label).toSorted()).toEqual(Object.keys(found.groups).toSorted());
    for (const { label, count, rates } of audited) {
      const { rows: groupRows, ...others } = found.groups[label] ?? {};
      expect(groupRows).toBe(count);
      for (const [name, value] of Object.entries(others)) expect(rates[name], name).toBeCloseTo(value, 12);
    }
  });
});
