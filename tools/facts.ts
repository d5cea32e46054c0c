import { z } from "zod";

/**
 * What tools tell the rest of a run: small, typed, by well-known names. Routers, compliance gates, playbooks, the
 * run's final JSON and the documents read these. A tool returns the ones it established as `facts: { name: value }`.
 */
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().max(300);
const finite = z.number();

export const ProblemType = z.enum(["binary", "multiclass", "regression"]);
export type ProblemType = z.infer<typeof ProblemType>;

/** `data`: the loaded table. */
export type DataFact = z.infer<typeof DataFact>;
export const DataFact = z.strictObject({
  dataset: digest,
  name: text,
  rows: z.number().int(),
  columns: z.number().int(),
  target: text,
  problemType: ProblemType,
  /** Binary problems: the class whose probability the model gives. */
  positiveClass: text.optional(),
  classes: z.array(text).max(30).optional(),
  /** Another reading of the target that a person may have meant; absent when there is none. */
  doubt: text.optional(),
});

/** `problem`: what classify_problem makes of a target that can be read in two ways. */
export type ProblemFact = z.infer<typeof ProblemFact>;
export const ProblemFact = z.strictObject({
  target: text,
  problemType: ProblemType,
  /** 0 to 1, the rule's own certainty. */
  confidence: finite,
  reason: text,
  alternative: z.strictObject({ problemType: ProblemType, reason: text }).optional(),
});

/** `profile` */
export type ProfileFact = z.infer<typeof ProfileFact>;
export const ProfileFact = z.strictObject({
  artifact: digest,
  missingCells: z.number().int(),
  missingShare: finite,
  duplicateRows: z.number().int(),
  warnings: z.array(text).max(8),
});

/** `validation`: `ok` is false while errors stand that cleaning should mend. */
export type ValidationFact = z.infer<typeof ValidationFact>;
export const ValidationFact = z.strictObject({
  artifact: digest,
  ok: z.boolean(),
  errors: z.number().int(),
  warnings: z.number().int(),
  /** Names of the failed checks. */
  failed: z.array(text).max(12),
  /** Columns that seem to give the target away. */
  leakage: z.array(text).max(12),
});

/** How rows are divided into parts. */
const SplitMethod = z.enum(["stratified", "random", "time-ordered", "grouped"]);

/** `leakage`: what gives the answer away, and how the rows should be divided. */
export type LeakageFact = z.infer<typeof LeakageFact>;
export const LeakageFact = z.strictObject({
  artifact: digest,
  dataset: digest,
  /** Columns to leave out; never the target, the time or a protected column, which an audit needs. */
  columns: z.array(text).max(20),
  /** Why each of them goes. */
  reasons: z.record(z.string(), text),
  /** Columns about which a person should be asked; they stay. */
  suspicious: z.array(text).max(20),
  split: z.strictObject({
    method: SplitMethod,
    /** The column that puts the rows in order, for time-ordered; the one that holds them together, for grouped. */
    timeColumn: text.optional(),
    groupColumn: text.optional(),
    reason: text,
  }),
});

/** `clean`: what cleaning did; `data` is updated with the new dataset in the same call. */
export type CleanFact = z.infer<typeof CleanFact>;
export const CleanFact = z.strictObject({
  artifact: digest,
  rowsRemoved: z.number().int(),
  columnsRemoved: z.array(text).max(20),
  cellsChanged: z.number().int(),
});

/** `split` */
export type SplitFact = z.infer<typeof SplitFact>;
export const SplitFact = z.strictObject({
  method: SplitMethod,
  /** The column that put the rows in order; no feature of any model, as the time that a request names. */
  timeColumn: text.optional(),
  /** The column whose rows stayed together; no feature either. */
  groupColumn: text.optional(),
  train: digest,
  validation: digest,
  test: digest,
  rows: z.strictObject({ train: z.number().int(), validation: z.number().int(), test: z.number().int() }),
});

/** `algorithm`: the choice for training, with its reason. */
export type AlgorithmFact = z.infer<typeof AlgorithmFact>;
export const AlgorithmFact = z.strictObject({ name: text, reason: text });

/** `model`: the newest trained or mitigated model. */
export type ModelFact = z.infer<typeof ModelFact>;
export const ModelFact = z.strictObject({
  artifact: digest,
  algorithm: text,
  problemType: ProblemType,
  features: z.number().int(),
  trainRows: z.number().int(),
  mitigation: z.enum(["none", "reweighing", "group-thresholds", "reductions", "correlation-removal"]),
  validation: z.strictObject({ metric: text, value: finite }),
});

/** `convergence`: what the rounds of the newest training say. */
export type ConvergenceFact = z.infer<typeof ConvergenceFact>;
export const ConvergenceFact = z.strictObject({
  /** The training's report. */
  report: digest,
  verdict: z.enum(["converged", "still-improving", "overfitting", "diverging", "unstable", "too-short"]),
  rounds: z.number().int(),
  bestRound: z.number().int().nullable(),
});

const Calibration = z.strictObject({ logLoss: finite, calibrationError: finite });

/** `calibration`: how often probabilities came true, before and after; `none` left the model as it was. */
export type CalibrationFact = z.infer<typeof CalibrationFact>;
export const CalibrationFact = z.strictObject({
  artifact: digest,
  model: digest,
  method: z.enum(["none", "temperature", "platt", "isotonic"]),
  before: Calibration,
  /** Cross-fitted. */
  after: Calibration,
});

/** `metrics`: on the held-out test part. Names are scikit-learn's words in lower camel case (auc, accuracy, f1, rmse, r2, …). */
export type MetricsFact = z.infer<typeof MetricsFact>;
export const MetricsFact = z.strictObject({
  artifact: digest,
  model: digest,
  rows: z.number().int(),
  primary: text,
  values: z.record(z.string(), finite),
});

/** `fairness`: `passed` compares the worst demographic parity difference with the limit. */
export type FairnessFact = z.infer<typeof FairnessFact>;
export const FairnessFact = z.strictObject({
  artifact: digest,
  model: digest,
  passed: z.boolean(),
  limit: finite,
  /** False when no protected attribute was named: nothing was audited, and nothing failed. */
  audited: z.boolean(),
  worst: z.strictObject({ attribute: text, metric: text, value: finite }).optional(),
  attributes: z.record(
    z.string(),
    z.strictObject({
      demographicParityDifference: finite.optional(),
      demographicParityRatio: finite.optional(),
      equalOpportunityDifference: finite.optional(),
      equalizedOddsDifference: finite.optional(),
      /** Regression: largest difference between groups' mean errors, in units of the target. */
      meanErrorDifference: finite.optional(),
    }),
  ),
});

/** `drift`: the newest data against what the model was trained on. */
export type DriftFact = z.infer<typeof DriftFact>;
export const DriftFact = z.strictObject({
  artifact: digest,
  passed: z.boolean(),
  verdict: z.enum(["stable", "moderate", "major"]),
  limit: finite,
  /** Largest index that its column's test does not put down to chance; 0 when there is none. */
  maxPsi: finite,
  /** The column of it; null when there is none. */
  column: text.nullable(),
  driftedColumns: z.array(text).max(20),
  columns: z.number().int(),
});

/** `explanation` */
export type ExplanationFact = z.infer<typeof ExplanationFact>;
export const ExplanationFact = z.strictObject({
  artifact: digest,
  model: digest,
  method: text,
  additive: z.boolean(),
  top: z.array(z.strictObject({ feature: text, importance: finite })).max(10),
});

/** `errors`: for which held-out rows the model fails. */
export type ErrorsFact = z.infer<typeof ErrorsFact>;
export const ErrorsFact = z.strictObject({
  artifact: digest,
  model: digest,
  rows: z.number().int(),
  loss: text,
  meanLoss: finite,
  /** Slices that are worse than chance explains, of those looked at. */
  found: z.number().int(),
  tested: z.number().int(),
  /** The slice whose mending would save most. */
  worst: z.strictObject({ where: text, rows: z.number().int(), mean: finite, rest: finite }).optional(),
  /** Numbers of the rows that are worth explaining: those the model was most wrong about. */
  worstRows: z.array(z.number().int()).max(5),
});

/** `predictions`: single predictions that were explained. */
export type PredictionsFact = z.infer<typeof PredictionsFact>;
export const PredictionsFact = z.strictObject({
  artifact: digest,
  model: digest,
  rows: z.number().int(),
  additive: z.boolean(),
});

/** `reference`: the profile that later data are compared with. */
export type ReferenceFact = z.infer<typeof ReferenceFact>;
export const ReferenceFact = z.strictObject({
  artifact: digest,
  dataset: digest,
  model: digest.nullable(),
  rows: z.number().int(),
  columns: z.number().int(),
  /** The model's outputs that are profiled beside the columns. */
  outputs: z.array(text).max(40),
});

/** `export`: the model in another program's format. */
export type ExportFact = z.infer<typeof ExportFact>;
export const ExportFact = z.strictObject({ artifact: digest, model: digest, format: text, name: text });

/** `card`, `audit`, `kubernetes` */
export type DocumentFact = z.infer<typeof DocumentFact>;
export const DocumentFact = z.strictObject({ artifact: digest, name: text });

/** `package`: `image` is the digest of the OCI image manifest; `layout` is the folder's name in the run's folder. */
export type PackageFact = z.infer<typeof PackageFact>;
export const PackageFact = z.strictObject({
  image: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  layout: text,
  model: digest,
  manifest: digest,
  signature: digest,
  runtime: z.enum(["bundled", "none"]),
});

/** Every well-known fact by its name. */
export const WellKnownFacts = {
  data: DataFact,
  problem: ProblemFact,
  profile: ProfileFact,
  validation: ValidationFact,
  leakage: LeakageFact,
  clean: CleanFact,
  split: SplitFact,
  algorithm: AlgorithmFact,
  model: ModelFact,
  convergence: ConvergenceFact,
  calibration: CalibrationFact,
  metrics: MetricsFact,
  fairness: FairnessFact,
  drift: DriftFact,
  explanation: ExplanationFact,
  errors: ErrorsFact,
  predictions: PredictionsFact,
  reference: ReferenceFact,
  export: ExportFact,
  card: DocumentFact,
  audit: DocumentFact,
  kubernetes: DocumentFact,
  package: PackageFact,
} as const;
