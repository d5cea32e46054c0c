import type { ToolDefinition } from "#core/contract/tool-definition.ts";
import { exportAuditReport } from "./compliance/export-audit-report.ts";
import { fairnessAudit } from "./compliance/fairness-audit.ts";
import { generateModelCard } from "./compliance/generate-model-card.ts";
import { cleanData } from "./data/clean-data.ts";
import { classifyProblemTool } from "./data/classify-problem.ts";
import { detectLeakageTool } from "./data/detect-leakage.ts";
import { engineerFeatures } from "./data/engineer-features.ts";
import { loadDataset } from "./data/load-dataset.ts";
import { profileData } from "./data/profile-data.ts";
import { splitTrainTest } from "./data/split-train-test.ts";
import { validateData } from "./data/validate-data.ts";
import { exportModelTool } from "./deployment/export-model.ts";
import { generateK8sManifests } from "./deployment/generate-k8s-manifests.ts";
import { createPackageModel } from "./deployment/package-model.ts";
import { analyzeErrorsTool } from "./evaluation/analyze-errors.ts";
import { buildReferenceProfileTool } from "./evaluation/build-reference-profile.ts";
import { checkConvergence } from "./evaluation/check-convergence.ts";
import { compareModelsTool } from "./evaluation/compare-models.ts";
import { detectDrift } from "./evaluation/detect-drift.ts";
import { drawPictureTool } from "./evaluation/draw-picture.ts";
import { estimatePerformanceTool } from "./evaluation/estimate-performance.ts";
import { evaluateModelTool } from "./evaluation/evaluate-model.ts";
import { explainModelTool } from "./evaluation/explain-model.ts";
import { explainPrediction } from "./evaluation/explain-prediction.ts";
import { recomputeDrift } from "./evaluation/recompute-drift.ts";
import { searchAlgorithmRegistry } from "./knowledge/search-algorithm-registry.ts";
import { lookupAlgorithm } from "./knowledge/lookup-algorithm.ts";
import { calibrateModelTool } from "./training/calibrate-model.ts";
import { crossValidateTool } from "./training/cross-validate.ts";
import { mitigateBias } from "./training/mitigate-bias.ts";
import { estimateCompute } from "./training/estimate-compute.ts";
import { recommendModel } from "./training/recommend-model.ts";
import { smokeTest } from "./training/smoke-test.ts";
import { trainClassifier } from "./training/train-classifier.ts";
import { trainRegressor } from "./training/train-regressor.ts";
import { tuneHyperparameters } from "./training/tune-hyperparameters.ts";
import { logExperiment } from "./tracking/log-experiment.ts";

/** Every tool on the shelf. A new tool is a file and a line here. */
export const tools: readonly ToolDefinition[] = [
  loadDataset,
  profileData,
  validateData,
  detectLeakageTool,
  classifyProblemTool,
  cleanData,
  splitTrainTest,
  engineerFeatures,
  lookupAlgorithm,
  searchAlgorithmRegistry,
  recommendModel,
  estimateCompute,
  smokeTest,
  crossValidateTool,
  trainClassifier,
  trainRegressor,
  tuneHyperparameters,
  checkConvergence,
  calibrateModelTool,
  mitigateBias,
  evaluateModelTool,
  compareModelsTool,
  analyzeErrorsTool,
  explainModelTool,
  explainPrediction,
  drawPictureTool,
  buildReferenceProfileTool,
  detectDrift,
  recomputeDrift,
  estimatePerformanceTool,
  fairnessAudit,
  generateModelCard,
  exportAuditReport,
  exportModelTool,
  createPackageModel(),
  generateK8sManifests,
  logExperiment,
];
