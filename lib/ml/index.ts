/** The public edge of the machine learning engine. */

export { MlError, type MlErrorCode } from "./score/ml-error.ts";
export { createControl, type Control, type Progress } from "./control.ts";
export { createRandom, shuffledIndices, type Random } from "./random.ts";

export type { Column, ColumnKind, DateOrder, DatePrecision } from "./score/column.ts";
export { cellText, columnLength, isMissing, MISSING_BOOLEAN } from "./score/column.ts";
export {
  columnNames,
  concatFrames,
  createFrame,
  dropColumns,
  filterRows,
  getColumn,
  renameColumns,
  selectColumns,
  selectRows,
  sliceRows,
  withColumn,
  type Frame,
} from "./frame/frame.ts";
export { cellValue, frameFromRows, frameToRows, type Cell } from "./frame/frame-rows.ts";
export { castColumn, type CastOptions } from "./frame/cast-column.ts";
export { categoricalColumn } from "./frame/column-from-texts.ts";
export {
  readCsv,
  type CsvColumnReport,
  type CsvReport,
  type CsvResult,
  type ReadCsvOptions,
} from "./frame/read-csv.ts";
export { csvChunks, writeCsv, type WriteCsvOptions } from "./frame/write-csv.ts";
export { readParquet, type ReadParquetOptions } from "./frame/read-parquet.ts";
export { writeParquet } from "./frame/write-parquet.ts";
export { fingerprintBytes, type ByteSource } from "./frame/csv-source.ts";
export { canonicalRows, fingerprintIndices, fingerprintRows } from "./frame/fingerprint-rows.ts";

export { profileFrame, type FrameProfile } from "./profile/profile-frame.ts";
export { profileColumn, type ColumnFlag, type ColumnProfile } from "./profile/column-profile.ts";
export { duplicateRows, findDuplicateColumns } from "./profile/duplicates.ts";
export { inferProblem, type ProblemChoice } from "./profile/infer-problem.ts";
export { suggestFeatures, type FeatureSuggestion } from "./profile/suggest-features.ts";
export { findLeakage, type LeakageOptions } from "./profile/find-leakage.ts";
export { implausibleDuplicates } from "./profile/implausible-duplicates.ts";
export type { LeakageHint } from "./profile/leakage-hint.ts";
export { detectLeakage, type LeakageReport } from "./profile/detect-leakage.ts";
export {
  classifyProblem,
  otherReading,
  findTargetCandidates,
  type ProblemClassification,
  type TargetCandidate,
} from "./profile/classify-problem.ts";

export { PERIODS, sourcesOf, type EngineeringPlan, type PlannedStep } from "./engineer/engineering-plan.ts";
export { INVERTIBLE } from "./engineer/restore-sources.ts";
export { COST_TERMS, estimateCost } from "./recommend/estimate-cost.ts";
export { recommendModels } from "./recommend/recommend-models.ts";
export { suggestPlan } from "./engineer/suggest-plan.ts";
export { rawSourcesOf } from "./engineer/trace-sources.ts";
export { DATE_UNITS } from "./score/engineering.ts";

export {
  splitRows,
  type Split,
  type SplitOptions,
  type SplitShares,
  type SplitStrategy,
} from "./split/split-rows.ts";

export { fitPreparation, type DroppedColumn, type PreparationOptions } from "./prepare/fit-preparation.ts";
export { encodeTarget } from "./prepare/encode-target.ts";
export { featureOfColumn } from "./prepare/feature-of-column.ts";

export {
  preparationOf,
  trainModel,
  type TrainedModel,
  type TrainModelOptions,
} from "./learn/train-model.ts";
export {
  prepareTraining,
  type PreparedTraining,
  type PrepareTrainingOptions,
} from "./learn/prepare-training.ts";
export { assembleModel, type TrainedEstimator } from "./learn/assemble-model.ts";
export { ALGORITHMS, type AlgorithmName, type ParameterValue } from "./learn/fit-estimator.ts";
export {
  BOOSTING_DEFAULTS,
  boostingParameters,
  type BoostingParameters,
} from "./learn/boosting/boosting-parameters.ts";
export type { BoostingRound } from "./learn/boosting/train-boosting.ts";
export type { ClassWeights } from "./learn/class-weights.ts";
export { findAnomalies, type Anomalies, type AnomalyOptions } from "./learn/forest/find-anomalies.ts";
export {
  scoreAnomalies,
  trainIsolationForest,
  type IsolationForest,
  type IsolationOptions,
} from "./learn/forest/isolation-forest.ts";
export { decodeIsolationForest, encodeIsolationForest } from "./learn/forest/encode-isolation-forest.ts";

export {
  calibrateModel,
  type CalibrateOptions,
  type CalibrationAttempt,
  type CalibrationResult,
} from "./calibrate/calibrate-model.ts";
export type { CalibrationQuality } from "./calibrate/calibration-quality.ts";

export type { CrossValidation } from "./validate/cross-validate.ts";
export type { FoldStrategy } from "./validate/folds.ts";
export { judgeConvergence, type HistoryRound } from "./validate/judge-convergence.ts";
export { MEASURES } from "./validate/measures.ts";
export { defaultSpace } from "./tune/default-spaces.ts";
export type { SearchSpace } from "./tune/search-space.ts";
export type { Trial } from "./tune/judge-point.ts";
export { STACK_MEMBERS, type StackMemberRecipe } from "./ensemble/train-stack.ts";
export { compareCrossValidations } from "./compare/compare-cross-validations.ts";
export type { ComparedPair } from "./compare/verdict.ts";

export { decodeModel } from "./score/decode-model.ts";
export { parseEstimator } from "./score/parse-estimator.ts";
export { EXPORT_FORMATS, exportModel, type ExportFormat, type ExportProof } from "./model/export-model.ts";
export { treeFileColumns } from "./model/tree-file-column.ts";
export { encodeModel } from "./model/encode-model.ts";
export { importXgboost, type ImportedXgboost } from "./model/xgboost/import-xgboost.ts";
export {
  MODEL_FORMAT,
  type DecisionRule,
  type Model,
  type Problem,
  type TrainingRecord,
} from "./score/model-file.ts";
export type { Feature } from "./score/feature.ts";
export type { Preparation } from "./score/preparation.ts";
export type { Estimator, TreeEnsemble } from "./score/estimator.ts";
export { createScorer, modelInputs, type Predictions, type ScoredRow, type Scorer } from "./score/scorer.ts";
export type { RawRow } from "./score/raw-columns.ts";
export { bandLabel, groupRows, type GroupColumn, type Grouping } from "./score/groups.ts";

export {
  evaluateModel,
  evaluatePredictions,
  type EvaluateOptions,
  type Evaluation,
  type ScoredOutcomes,
} from "./metrics/evaluate-model.ts";
export { binaryMetrics, type BinaryMetrics, type BinaryOutcomes } from "./metrics/binary-metrics.ts";
export {
  multiclassMetrics,
  type ClassMetrics,
  type MulticlassMetrics,
} from "./metrics/multiclass-metrics.ts";
export { regressionMetrics, type RegressionMetrics } from "./metrics/regression-metrics.ts";
export type { CalibrationPoint, PrecisionRecallPoint, RocPoint } from "./metrics/curves.ts";
export { bootstrapIntervals, type BootstrapOptions, type Interval } from "./metrics/bootstrap.ts";
export type { Confusion, ConfusionRates, RateName } from "./metrics/confusion.ts";

export {
  auditFairness,
  type AuditOptions,
  type BinaryAudit,
  type FairnessAudit,
  type MulticlassAudit,
  type ProtectedAttribute,
  type RegressionAudit,
} from "./fairness/audit-fairness.ts";
export {
  groupFairness,
  type FairnessNumbers,
  type GroupFairness,
  type GroupOutcome,
} from "./fairness/group-fairness.ts";
export type { MetricSpread } from "./fairness/metric-frame.ts";
export {
  fitGroupThresholds,
  reweighFrame,
  type GroupThresholdOptions,
  type GroupThresholdResult,
} from "./fairness/mitigate.ts";
export {
  optimizeThresholds,
  type FairnessConstraint,
  type ThresholdChoice,
} from "./fairness/optimize-thresholds.ts";
export { reweighingWeights } from "./fairness/reweigh.ts";

export {
  compareFrames,
  judge,
  PSI_LIMITS,
  type ColumnDrift,
  type CompareOptions,
  type DriftLimits,
  type DriftReport,
  type DriftVerdict,
} from "./drift/compare-frames.ts";
export {
  compareCategories,
  compareNumbers,
  type CategoricalDrift,
  type NumericDrift,
} from "./drift/compare-columns.ts";
export { PSI_RULE } from "./drift/divergences.ts";
export { adjustedPValues } from "./drift/benjamini-hochberg.ts";
export { holdStates, type HeldState } from "./drift/hold-states.ts";
export { OTHER_CATEGORIES } from "./drift/profile/compare-with-profile.ts";
export type {
  ProfileColumnDrift,
  ProfileDriftReport,
  ProfileFinding,
} from "./drift/profile/profile-drift-report.ts";
export {
  PROFILE_FORMAT,
  PROFILE_VERSION,
  type ReferenceProfile,
} from "./drift/profile/reference-profile.ts";
export type { MultivariateDrift } from "./drift/multivariate/multivariate-drift.ts";
export type {
  PerformanceEstimate,
  RowWindow,
  WindowEstimate,
} from "./drift/performance/estimate-performance.ts";
export type { WindowPerformance } from "./drift/performance/performance-by-window.ts";

export { explainModel, type ExplainOptions } from "./explain/explain-model.ts";
export { explainedOutputs } from "./explain/explain-rows.ts";
export {
  EXPLANATION_METHODS,
  type Explanation,
} from "./explain/explanation.ts";

export { createPool, type Pool, type PoolOptions, type RunOptions } from "./threads/pool.ts";
export type { TimedProgress } from "./threads/messages.ts";
export type { TaskInput, TaskName, TaskOutput } from "./threads/tasks.ts";

export { CONSUMER_CREDIT, consumerCreditCsv, type ConsumerCreditOptions } from "./samples/consumer-credit.ts";
