import { availableParallelism } from "node:os";
import {
  calibrateModel,
  type CalibrateOptions,
  type CalibrationResult,
} from "../calibrate/calibrate-model.ts";
import {
  compareModels,
  type ComparedModels,
  type CompareModelsOptions,
  type NamedModel,
} from "../compare/compare-models.ts";
import { compareFrames, type CompareOptions, type DriftReport } from "../drift/compare-frames.ts";
import {
  multivariateDrift,
  type MultivariateDrift,
  type MultivariateOptions,
} from "../drift/multivariate/multivariate-drift.ts";
import {
  estimatePerformance,
  type EstimateOptions,
  type PerformanceEstimate,
} from "../drift/performance/estimate-performance.ts";
import {
  performanceByWindow,
  type WindowPerformance,
  type WindowPerformanceOptions,
} from "../drift/performance/performance-by-window.ts";
import {
  buildReferenceProfile,
  type ReferenceProfileOptions,
} from "../drift/profile/build-reference-profile.ts";
import { createDriftAccumulator } from "../drift/profile/drift-accumulator.ts";
import type { ProfileDriftReport } from "../drift/profile/profile-drift-report.ts";
import type { ReferenceProfile } from "../drift/profile/reference-profile.ts";
import type { Control } from "../control.ts";
import {
  engineerParts,
  type EngineeredParts,
  type EngineerPartsOptions,
} from "../engineer/engineer-parts.ts";
import { trainStack, type TrainStackOptions } from "../ensemble/train-stack.ts";
import { analyzeErrors, type AnalyzeErrorsOptions, type ErrorAnalysis } from "../errors/analyze-errors.ts";
import { explainModel, type AttributionOptions, type ExplainOptions } from "../explain/explain-model.ts";
import { explainRows } from "../explain/explain-rows.ts";
import type { Explanation } from "../explain/explanation.ts";
import { auditFairness, type AuditOptions, type FairnessAudit } from "../fairness/audit-fairness.ts";
import { reduceBias, type ReductionOptions, type ReductionResult } from "../fairness/reduce-bias.ts";
import {
  trainDecorrelated,
  type CorrelationOptions,
  type CorrelationResult,
} from "../fairness/remove-correlation.ts";
import {
  fitGroupThresholds,
  type GroupThresholdOptions,
  type GroupThresholdResult,
} from "../fairness/mitigate.ts";
import type { ByteSource } from "../frame/csv-source.ts";
import { findAnomalies, type Anomalies, type AnomalyOptions } from "../learn/forest/find-anomalies.ts";
import { fingerprintRows } from "../frame/fingerprint-rows.ts";
import type { Frame } from "../frame/frame.ts";
import { readCsv, type CsvResult, type ReadCsvOptions } from "../frame/read-csv.ts";
import { readParquet, type ReadParquetOptions } from "../frame/read-parquet.ts";
import { writeCsv, type WriteCsvOptions } from "../frame/write-csv.ts";
import { writeParquet } from "../frame/write-parquet.ts";
import { fitEstimator, type FitRequest, type FitResult } from "../learn/fit-estimator.ts";
import {
  prepareTraining,
  type PreparedTraining,
  type PrepareTrainingOptions,
} from "../learn/prepare-training.ts";
import { trainModel, type TrainedModel, type TrainModelOptions } from "../learn/train-model.ts";
import { evaluateModel, type EvaluateOptions, type Evaluation } from "../metrics/evaluate-model.ts";
import { detectLeakage, type DetectLeakageOptions, type LeakageReport } from "../profile/detect-leakage.ts";
import { findLeakage, type LeakageOptions } from "../profile/find-leakage.ts";
import type { LeakageHint } from "../profile/leakage-hint.ts";
import { profileFrame, type FrameProfile, type ProfileOptions } from "../profile/profile-frame.ts";
import { exportModel, type ExportedModel, type ExportFormat } from "../model/export-model.ts";
import type { Model } from "../score/model-file.ts";
import type { Estimator } from "../score/estimator.ts";
import { marginFunction } from "../score/margins.ts";
import type { Matrix } from "../score/preparation.ts";
import type { RawRow } from "../score/raw-columns.ts";
import { createScorer, type Predictions } from "../score/scorer.ts";
import { splitRows, type Split, type SplitOptions } from "../split/split-rows.ts";
import { tuneModel, type TuneOptions, type Tuning } from "../tune/tune-model.ts";
import {
  crossValidate,
  type CrossValidateOptions,
  type CrossValidation,
} from "../validate/cross-validate.ts";

/** A source that can be sent to another thread. */
type SendableSource = Exclude<ByteSource, { readonly stream: unknown }>;
type Plain<Options extends { readonly control?: Control }> = Omit<Options, "control">;

/** What each task takes and gives. Everything can be cloned from thread to thread; large columns are shared. */
interface TaskTypes {
  "read-csv": { input: { source: SendableSource; options?: Plain<ReadCsvOptions> }; output: CsvResult };
  "read-parquet": { input: { source: SendableSource; options?: Plain<ReadParquetOptions> }; output: Frame };
  "write-csv": { input: { frame: Frame; options?: WriteCsvOptions }; output: string };
  "write-parquet": { input: { frame: Frame }; output: Uint8Array };
  "fingerprint-rows": { input: { frame: Frame }; output: string };
  "profile-frame": { input: { frame: Frame; options?: Plain<ProfileOptions> }; output: FrameProfile };
  "find-leakage": {
    input: { frame: Frame; target: string; options: Plain<LeakageOptions> };
    output: LeakageHint[];
  };
  "detect-leakage": { input: { frame: Frame; options: Plain<DetectLeakageOptions> }; output: LeakageReport };
  "engineer-parts": {
    input: { training: Frame; others: readonly Frame[]; options: Plain<EngineerPartsOptions> };
    output: EngineeredParts;
  };
  "split-rows": { input: { frame: Frame; options: SplitOptions }; output: Split };
  "train-model": { input: Plain<TrainModelOptions>; output: TrainedModel };
  "train-stack": { input: Plain<TrainStackOptions>; output: TrainedModel };
  "cross-validate": { input: Plain<CrossValidateOptions>; output: CrossValidation };
  "tune-model": { input: Omit<TuneOptions, "control" | "elapsedSeconds">; output: Tuning };
  "compare-models": {
    input: { models: readonly NamedModel[]; frame: Frame; options: Plain<CompareModelsOptions> };
    output: ComparedModels;
  };
  "analyze-errors": {
    input: { model: Model; frame: Frame; options?: Plain<AnalyzeErrorsOptions> };
    output: ErrorAnalysis;
  };
  "prepare-training": { input: Plain<PrepareTrainingOptions>; output: PreparedTraining };
  "fit-estimator": { input: Omit<FitRequest, "control">; output: FitResult };
  "estimator-margins": { input: { estimator: Estimator; matrix: Matrix }; output: Float64Array[] };
  "score-frame": { input: { model: Model; frame: Frame }; output: Predictions };
  "evaluate-model": {
    input: { model: Model; frame: Frame; options?: Plain<EvaluateOptions> };
    output: Evaluation;
  };
  "explain-model": {
    input: { model: Model; frame: Frame; options?: Plain<ExplainOptions> };
    output: Explanation;
  };
  "explain-rows": {
    input: { model: Model; rows: readonly RawRow[]; options?: Plain<AttributionOptions> };
    output: Explanation;
  };
  "calibrate-model": {
    input: { model: Model; frame: Frame; options?: Plain<CalibrateOptions> };
    output: CalibrationResult;
  };
  "audit-fairness": {
    input: { model: Model; frame: Frame; options: Plain<AuditOptions> };
    output: FairnessAudit;
  };
  "fit-group-thresholds": {
    input: { model: Model; frame: Frame; options: Plain<GroupThresholdOptions> };
    output: GroupThresholdResult;
  };
  "find-anomalies": { input: { frame: Frame; options: Plain<AnomalyOptions> }; output: Anomalies };
  "reduce-bias": {
    input: { model: Model; training: Frame; selection: Frame; options: Plain<ReductionOptions> };
    output: ReductionResult;
  };
  "train-decorrelated": {
    input: { model: Model; training: Frame; validation: Frame; options: Plain<CorrelationOptions> };
    output: CorrelationResult;
  };
  "export-model": {
    input: { model: Model; format: ExportFormat; sample: Frame | null };
    output: ExportedModel;
  };
  "compare-frames": {
    input: { reference: Frame; current: Frame; options?: Plain<CompareOptions> };
    output: DriftReport;
  };
  "build-reference-profile": {
    input: { frame: Frame; options?: Plain<ReferenceProfileOptions> };
    output: ReferenceProfile;
  };
  "compare-with-profile": { input: { profile: ReferenceProfile; frame: Frame }; output: ProfileDriftReport };
  "multivariate-drift": {
    input: { reference: Frame; current: Frame; options: Plain<MultivariateOptions> };
    output: MultivariateDrift;
  };
  "estimate-performance": {
    input: { model: Model; reference: Frame; current: Frame; options: Plain<EstimateOptions> };
    output: PerformanceEstimate;
  };
  "performance-by-window": {
    input: { model: Model; promotion: Frame; labelled: Frame; options: Plain<WindowPerformanceOptions> };
    output: WindowPerformance[];
  };
}

export type TaskName = keyof TaskTypes;
export type TaskInput<Name extends TaskName> = TaskTypes[Name]["input"];
export type TaskOutput<Name extends TaskName> = TaskTypes[Name]["output"];

type TaskTable = {
  readonly [Name in TaskName]: (
    input: TaskInput<Name>,
    control: Control,
  ) => TaskOutput<Name> | Promise<TaskOutput<Name>>;
};

/** Threads of one training where the caller names no number; models do not depend on it. */
const TEAM_SIZE = Math.min(8, availableParallelism());

/** Every task a worker can run, by name. */
export const TASKS: TaskTable = {
  "read-csv": ({ source, options }, control) => readCsv(source, { ...options, control }),
  "read-parquet": ({ source, options }, control) => readParquet(source, { ...options, control }),
  "write-csv": ({ frame, options }) => writeCsv(frame, options),
  "write-parquet": ({ frame }) => writeParquet(frame),
  "fingerprint-rows": ({ frame }) => fingerprintRows(frame),
  "profile-frame": ({ frame, options }, control) => profileFrame(frame, { ...options, control }),
  "find-leakage": ({ frame, target, options }, control) =>
    findLeakage(frame, target, { ...options, control }),
  "detect-leakage": ({ frame, options }, control) => detectLeakage(frame, { ...options, control }),
  "engineer-parts": ({ training, others, options }, control) =>
    engineerParts(training, others, { ...options, control }),
  "split-rows": ({ frame, options }) => splitRows(frame, options),
  "train-model": (options, control) => trainModel({ threads: TEAM_SIZE, ...options, control }),
  "train-stack": (options, control) => trainStack({ ...options, control }),
  "cross-validate": (options, control) => crossValidate({ ...options, control }),
  "tune-model": (options, control) => {
    const startedAt = performance.now();
    const elapsedSeconds = () => (performance.now() - startedAt) / 1000;
    return tuneModel({ ...options, elapsedSeconds, control });
  },
  "compare-models": ({ models, frame, options }, control) =>
    compareModels(models, frame, { ...options, control }),
  "analyze-errors": ({ model, frame, options }, control) =>
    analyzeErrors(model, frame, { ...options, control }),
  "prepare-training": (options, control) => prepareTraining({ ...options, control }),
  "fit-estimator": (request, control) => fitEstimator({ threads: TEAM_SIZE, ...request, control }),
  "estimator-margins": ({ estimator, matrix }, control) =>
    marginFunction(estimator)(matrix, () => control.throwIfCancelled()),
  "score-frame": ({ model, frame }, control) =>
    createScorer(model).scoreColumns(frame.columns, frame.rowCount, (done, total) => {
      control.throwIfCancelled();
      control.report({ stage: "score", done, total, rows: done });
    }),
  "evaluate-model": ({ model, frame, options }, control) =>
    evaluateModel(model, frame, { ...options, control }),
  "explain-model": ({ model, frame, options }, control) =>
    explainModel(model, frame, { ...options, control }),
  "explain-rows": ({ model, rows, options }, control) => explainRows(model, rows, { ...options, control }),
  "calibrate-model": ({ model, frame, options }, control) =>
    calibrateModel(model, frame, { ...options, control }),
  "audit-fairness": ({ model, frame, options }, control) =>
    auditFairness(model, frame, { ...options, control }),
  "fit-group-thresholds": ({ model, frame, options }, control) =>
    fitGroupThresholds(model, frame, { ...options, control }),
  "find-anomalies": ({ frame, options }, control) => findAnomalies(frame, { ...options, control }),
  "reduce-bias": ({ model, training, selection, options }, control) =>
    reduceBias(model, { training, selection }, { ...options, control }),
  "train-decorrelated": ({ model, training, validation, options }, control) =>
    trainDecorrelated(model, { training, validation }, { ...options, control }),
  "export-model": ({ model, format, sample }) => exportModel(model, format, sample),
  "compare-frames": ({ reference, current, options }, control) =>
    compareFrames(reference, current, { ...options, control }),
  "build-reference-profile": ({ frame, options }, control) =>
    buildReferenceProfile(frame, { ...options, control }),
  "compare-with-profile": ({ profile, frame }, control) => {
    const accumulator = createDriftAccumulator(profile);
    accumulator.add(frame, control);
    return accumulator.report();
  },
  "multivariate-drift": ({ reference, current, options }, control) =>
    multivariateDrift(reference, current, { ...options, control }),
  "estimate-performance": ({ model, reference, current, options }, control) =>
    estimatePerformance(model, { reference, current }, { ...options, control }),
  "performance-by-window": ({ model, promotion, labelled, options }, control) =>
    performanceByWindow(model, { promotion, labelled }, { ...options, control }),
};
