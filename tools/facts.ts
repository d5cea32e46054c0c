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
  method: z.enum(["stratified", "random", "time-ordered", "grouped"]),
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
  profile: ProfileFact,
  validation: ValidationFact,
  clean: CleanFact,
  split: SplitFact,
  algorithm: AlgorithmFact,
  model: ModelFact,
  metrics: MetricsFact,
  fairness: FairnessFact,
  drift: DriftFact,
  explanation: ExplanationFact,
  card: DocumentFact,
  audit: DocumentFact,
  kubernetes: DocumentFact,
  package: PackageFact,
} as const;
