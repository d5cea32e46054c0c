import { z } from "zod";

/** The parts of kept reports that pictures are drawn from. Numbers that were not defined are null in a report. */
const number = z.number();
const Interval = z.object({ low: number.nullable(), high: number.nullable() });
const Intervals = z.record(z.string(), Interval).catch({});
const Roc = z.array(z.object({ falsePositiveRate: number, truePositiveRate: number }));
const PrecisionRecall = z.array(z.object({ recall: number, precision: number }));

export const BinaryEvaluation = z.object({
  problem: z.literal("binary"),
  rows: number,
  positiveClass: z.string(),
  classes: z.array(z.string()).length(2),
  metrics: z.object({
    auc: number.nullable(),
    averagePrecision: number.nullable(),
    brier: number.nullable(),
    confusion: z.object({
      truePositives: number,
      falsePositives: number,
      falseNegatives: number,
      trueNegatives: number,
    }),
  }),
  roc: Roc,
  precisionRecall: PrecisionRecall,
  calibration: z.array(
    z.object({ from: number, to: number, meanProbability: number, positiveShare: number, rowCount: number }),
  ),
  calibrationError: number.nullable(),
  intervals: Intervals,
});
export type BinaryEvaluation = z.output<typeof BinaryEvaluation>;

const MulticlassEvaluation = z.object({
  problem: z.literal("multiclass"),
  rows: number,
  classes: z.array(z.string()).min(2),
  metrics: z.object({
    perClass: z.array(z.object({ label: z.string(), auc: number.nullable(), support: number })),
    confusion: z.array(z.array(number)),
  }),
  /** One against all others; absent in reports of earlier makers. */
  curves: z.array(z.object({ label: z.string(), roc: Roc })).optional(),
});
export type MulticlassEvaluation = z.output<typeof MulticlassEvaluation>;

const Cells = z.object({
  xEdges: z.array(number),
  yEdges: z.array(number),
  counts: z.array(z.array(number)),
});

const RegressionEvaluation = z.object({
  problem: z.literal("regression"),
  rows: number,
  metrics: z.object({
    rmse: number.nullable(),
    mae: number.nullable(),
    r2: number.nullable(),
    meanError: number.nullable(),
  }),
  /** Absent in reports of earlier makers. */
  residuals: z
    .object({
      cells: Cells.nullable(),
      histogram: z.object({ edges: z.array(number), counts: z.array(number) }).nullable(),
    })
    .optional(),
});
export type RegressionEvaluation = z.output<typeof RegressionEvaluation>;

export const EvaluationReport = z.discriminatedUnion("problem", [
  BinaryEvaluation,
  MulticlassEvaluation,
  RegressionEvaluation,
]);

export const TrainingReport = z.object({
  model: z.string(),
  algorithm: z.string(),
  history: z.array(
    z.object({
      round: number,
      metric: z.string().optional(),
      trainingLoss: number.nullish(),
      validationLoss: number.nullish(),
    }),
  ),
});
export type TrainingReport = z.output<typeof TrainingReport>;

const Cell = z.union([z.string(), number, z.boolean(), z.null()]);

export const ExplanationReport = z.object({
  method: z.string(),
  space: z.string(),
  features: z.array(z.string()).min(1),
  outputs: z.array(z.string()).min(1),
  expected: z.array(number),
  rows: z.array(number),
  contributions: z.array(z.array(number)),
  margins: z.array(z.array(number)),
  importance: z.array(z.object({ feature: z.string(), meanAbsolute: number })),
  dependence: z
    .array(z.object({ feature: z.string(), values: z.array(Cell), contributions: z.array(number) }))
    .catch([]),
});
export type ExplanationReport = z.output<typeof ExplanationReport>;

export const PredictionReport = z.object({
  space: z.string(),
  rows: z
    .array(
      z.object({
        row: number,
        prediction: z.union([z.string(), number]),
        probability: number.nullable(),
        explained: z.string(),
        base: number,
        score: number,
        contributions: z.array(z.object({ feature: z.string(), value: Cell, contribution: number })),
      }),
    )
    .min(1),
});
export type PredictionReport = z.output<typeof PredictionReport>;

const GroupInterval = z.record(z.string(), Interval).nullish();

const BinaryAttribute = z.object({
  attribute: z.string(),
  groups: z.array(z.object({ label: z.string(), count: number })),
  metrics: z.record(
    z.string(),
    z.object({ overall: number.nullable(), byGroup: z.array(number.nullable()) }),
  ),
  demographicParityDifference: number.nullish(),
  meanErrorDifference: number.nullish(),
  leftOut: z.array(z.object({ group: z.string() })).catch([]),
  judged: z
    .object({ intervals: z.record(z.string(), Interval).catch({}) })
    .nullish()
    .catch(null),
  rateIntervals: z
    .object({ groups: z.record(z.string(), GroupInterval) })
    .nullish()
    .catch(null),
});

const MulticlassAttribute = z.object({
  attribute: z.string(),
  demographicParityDifference: number.nullish(),
});

export const FairnessReport = z.object({
  audited: z.boolean(),
  limit: number,
  positiveClass: z.string().optional(),
  problem: z.enum(["binary", "multiclass", "regression"]).optional(),
  attributes: z.array(z.union([BinaryAttribute, MulticlassAttribute])).catch([]),
});
export type FairnessReport = z.output<typeof FairnessReport>;

const Sample = z.object({
  count: number,
  missingShare: number.nullish(),
  min: number.nullish(),
  max: number.nullish(),
});
const Comparison = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("numeric"),
    reference: Sample,
    current: Sample,
    edges: z.array(number),
    referenceCounts: z.array(number),
    currentCounts: z.array(number),
  }),
  z.object({
    kind: z.literal("categorical"),
    reference: Sample,
    current: Sample,
    categories: z.array(z.string()),
    referenceCounts: z.array(number),
    currentCounts: z.array(number),
  }),
]);

const Word = z.enum(["stable", "moderate", "major"]);
const DriftColumn = z.object({
  column: z.string(),
  verdict: Word,
  psi: number,
  missingPsi: number.nullish(),
  comparison: Comparison.nullish().catch(null),
});
export type DriftColumn = z.output<typeof DriftColumn>;

export const DriftReport = z.object({
  limit: number,
  columns: z.array(DriftColumn),
  timeline: z.array(
    z.object({
      period: z.string(),
      rows: number,
      verdict: Word,
      largestPsi: number,
      largestPsiColumn: z.string().nullable(),
    }),
  ),
});
export type DriftReport = z.output<typeof DriftReport>;
