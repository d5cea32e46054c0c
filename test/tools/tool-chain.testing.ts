import type { SplitFact } from "#tools/facts.ts";
import { fairnessAudit } from "#tools/compliance/fairness-audit.ts";
import { cleanData } from "#tools/data/clean-data.ts";
import { loadDataset } from "#tools/data/load-dataset.ts";
import { profileData } from "#tools/data/profile-data.ts";
import { splitTrainTest } from "#tools/data/split-train-test.ts";
import { validateData } from "#tools/data/validate-data.ts";
import { createToolBench, type ToolBench } from "#tools/engine/tool-bench.testing.ts";
import { detectDrift } from "#tools/evaluation/detect-drift.ts";
import { evaluateModelTool } from "#tools/evaluation/evaluate-model.ts";
import { explainModelTool } from "#tools/evaluation/explain-model.ts";
import { lookupAlgorithm } from "#tools/knowledge/lookup-algorithm.ts";
import { trainClassifier } from "#tools/training/train-classifier.ts";
import { trainRegressor } from "#tools/training/train-regressor.ts";

/** What an operator says of a table. */
export interface ChainRequest {
  /** A CSV file's path. */
  path: string;
  target: string;
  protected?: readonly string[];
  timeColumn?: string;
  /** Rows that are explained. */
  explainedRows?: number;
  seed?: number;
}

interface Finding {
  check: string;
  severity: string;
  columns: string[];
}

export interface ChainResult {
  bench: ToolBench;
  loaded: {
    dataset: string;
    rows: number;
    problemType: string;
    positiveClass: string | null;
    classes: string[] | null;
    columns: { name: string; kind: string }[];
  };
  profile: {
    missingCells: number;
    columns: { name: string; kind: string; flags: string[] }[];
    strongest: string[];
  };
  firstValidation: { ok: boolean; findings: Finding[] };
  lastValidation: { ok: boolean; findings: Finding[] };
  cleaned: {
    dataset: string;
    rows: number;
    steps: { step: string; columns: string[]; rows?: number; cells?: number }[];
  };
  split: SplitFact & { notes: string[] };
  algorithm: string;
  trained: {
    model: string;
    features: string[];
    validation: { metric: string; value: number; baseline: number };
    notes: string[];
  };
  metrics: {
    primary: string;
    values: Record<string, number>;
    rows: number;
    intervals: Record<string, { low: number; high: number }>;
  };
  fairness: { audited: boolean; passed: boolean; attributes: Record<string, Record<string, number>> };
  drift: {
    verdict: string;
    passed: boolean;
    comparedPeriod: string | null;
    columns: { column: string; psi: number; countedPsi: number; verdict: string }[];
    skipped: { column: string; reason: string }[];
  };
  explanation: {
    method: string;
    importance: { feature: string; importance: number }[];
    additivity: { holds: boolean; largestError: number };
  };
}

/**
 * Walks a table through the tools as the built-in workflow does: what one tool returns is what the next is given. No
 * step knows which table it is.
 */
export async function runToolChain(request: ChainRequest): Promise<ChainResult> {
  const { target, path } = request;
  const audited = [...(request.protected ?? [])];
  const time = request.timeColumn === undefined ? {} : { timeColumn: request.timeColumn };
  const bench = createToolBench({ seed: request.seed ?? 7 });
  const loaded = await bench.succeed<ChainResult["loaded"]>(loadDataset, {
    source: path,
    target,
    protected: audited,
    ...time,
  });
  const about = { target, protected: audited, ...time };
  const profile = await bench.succeed<ChainResult["profile"]>(profileData, {
    dataset: loaded.dataset,
    target,
  });
  const firstValidation = await bench.succeed<ChainResult["firstValidation"]>(validateData, {
    ...about,
    dataset: loaded.dataset,
  });
  const cleaned = await bench.succeed<ChainResult["cleaned"]>(cleanData, {
    ...about,
    dataset: loaded.dataset,
    dropColumns: firstValidation.findings
      .filter(({ check, severity }) => check === "target-leakage" && severity === "error")
      .flatMap(({ columns }) => columns),
  });
  const lastValidation = await bench.succeed<ChainResult["lastValidation"]>(validateData, {
    ...about,
    dataset: cleaned.dataset,
  });
  const split = await bench.succeed<ChainResult["split"]>(splitTrainTest, {
    dataset: cleaned.dataset,
    target,
    ...time,
  });
  const { choices } = await bench.succeed<{ choices: { algorithm: string }[] }>(lookupAlgorithm, {
    problemType: loaded.problemType,
    rows: split.rows.train,
    columns: loaded.columns.length,
  });
  const algorithm = choices[0]?.algorithm ?? "";
  const trainer = loaded.problemType === "regression" ? trainRegressor : trainClassifier;
  const trained = await bench.succeed<ChainResult["trained"]>(trainer, {
    ...about,
    train: split.train,
    validation: split.validation,
    algorithm,
    ...(loaded.positiveClass === null ? {} : { positiveClass: loaded.positiveClass }),
  });
  const { model } = trained;
  const metrics = await bench.succeed<ChainResult["metrics"]>(evaluateModelTool, { model, test: split.test });
  const fairness = await bench.succeed<ChainResult["fairness"]>(fairnessAudit, {
    model,
    test: split.test,
    protected: audited,
  });
  const drift = await bench.succeed<ChainResult["drift"]>(detectDrift, {
    reference: split.train,
    current: split.test,
    target,
    ...time,
  });
  const explanation = await bench.succeed<ChainResult["explanation"]>(explainModelTool, {
    model,
    data: split.test,
    rows: request.explainedRows ?? 200,
  });
  return {
    bench,
    loaded,
    profile,
    firstValidation,
    cleaned,
    lastValidation,
    split,
    algorithm,
    trained,
    metrics,
    fairness,
    drift,
    explanation,
  };
}
