import { FailureCode } from "#core/contract/failure.ts";
import type { ToolDefinition } from "#core/contract/tool-definition.ts";
import { classifyProblemTool } from "#tools/data/classify-problem.ts";
import { cleanData } from "#tools/data/clean-data.ts";
import { detectLeakageTool } from "#tools/data/detect-leakage.ts";
import { engineerFeatures } from "#tools/data/engineer-features.ts";
import { loadDataset } from "#tools/data/load-dataset.ts";
import { profileData } from "#tools/data/profile-data.ts";
import { splitTrainTest } from "#tools/data/split-train-test.ts";
import { validateData } from "#tools/data/validate-data.ts";
import { createToolBench, type ToolBench } from "#tools/engine/tool-bench.testing.ts";
import { evaluateModelTool } from "#tools/evaluation/evaluate-model.ts";
import { explainModelTool } from "#tools/evaluation/explain-model.ts";
import { trainClassifier } from "#tools/training/train-classifier.ts";
import { trainRegressor } from "#tools/training/train-regressor.ts";

/** How far a hostile table came: the tools that answered, and the refusal that ended it, if one did. */
export interface HostileOutcome {
  bench: ToolBench;
  answered: string[];
  refusal: { tool: string; code: string; message: string } | null;
  /** What each tool answered, by its name. */
  outputs: Record<string, Record<string, unknown>>;
}

/** A refusal that tells nobody what to do is a crash in disguise. */
export const TYPED_REFUSALS: readonly string[] = ["invalid-input", "not-found", "limit-exceeded"];

/**
 * Walks a file through every data and training tool as far as it goes. A refusal ends the walk; that of a tool that only
 * looks (classify_problem, detect_leakage, engineer_features) does not.
 */
export async function walkHostile(
  path: string,
  target: string,
  options: { algorithm?: string } = {},
): Promise<HostileOutcome> {
  const bench = createToolBench();
  const answered: string[] = [];
  const outputs: HostileOutcome["outputs"] = {};
  const refused: { tool: string; code: string; message: string }[] = [];
  const call = async (tool: ToolDefinition, input: object): Promise<boolean> => {
    const outcome = await bench.call(tool, input);
    if (outcome.ok) {
      answered.push(tool.name);
      // Every tool answers with an object; its own schema has just checked it.
      outputs[tool.name] = outcome.output as Record<string, unknown>;
      return true;
    }
    FailureCode.parse(outcome.failure.code);
    refused.push({ tool: tool.name, code: outcome.failure.code, message: outcome.failure.message });
    return false;
  };
  const end = (): HostileOutcome => ({ bench, answered, outputs, refusal: refused.at(-1) ?? null });
  if (!(await call(loadDataset, { source: path, target }))) return end();
  const dataset = outputs["load_dataset"]?.["dataset"];
  for (const tool of [profileData, classifyProblemTool, detectLeakageTool, validateData]) {
    if (!(await call(tool, { dataset, target }))) return end();
  }
  if (!(await call(cleanData, { dataset, target }))) return end();
  const cleaned = outputs["clean_data"]?.["dataset"];
  if (!(await call(splitTrainTest, { dataset: cleaned, target }))) return end();
  const parts = outputs["split_train_test"] ?? {};
  const { train, validation, test } = parts;
  await call(engineerFeatures, { train, validation, test, target });
  refused.length = 0;
  const trainer =
    outputs["load_dataset"]?.["problemType"] === "regression" ? trainRegressor : trainClassifier;
  const given = { train, validation, target, ...(options.algorithm === undefined ? {} : options) };
  if (!(await call(trainer, given))) return end();
  const model = outputs[trainer.name]?.["model"];
  if (!(await call(evaluateModelTool, { model, test, resamples: 20 }))) return end();
  await call(explainModelTool, { model, data: test, rows: 50 });
  return end();
}
