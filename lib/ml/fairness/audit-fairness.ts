import { UNWATCHED, type Control } from "../control.ts";
import { getColumn, type Frame } from "../frame/frame.ts";
import { bootstrapIntervals, type BootstrapOptions, type Interval } from "../metrics/bootstrap.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import { groupRows, type GroupColumn, type Grouping } from "../score/groups.ts";
import type { Model } from "../score/model-file.ts";
import { createScorer, type Predictions } from "../score/scorer.ts";
import { groupErrors, type GroupErrors } from "./group-errors.ts";
import {
  groupFairness,
  weightedFairnessNumbers,
  type FairnessNumbers,
  type GroupFairness,
} from "./group-fairness.ts";

/** Columns whose crossed values form the groups, for instance sex, or sex with age in bands. */
export type ProtectedAttribute = readonly GroupColumn[];

interface AttributeAudit {
  /** Column names joined by " & ". */
  readonly attribute: string;
  readonly columns: ProtectedAttribute;
  /** Remarks on groups that are too small to judge and rates that no row defines. */
  readonly warnings: readonly string[];
}

export type BinaryAudit = AttributeAudit &
  GroupFairness & { readonly intervals: Readonly<Partial<Record<keyof FairnessNumbers, Interval>>> };

/** For several classes: each class in turn is the positive one. */
export type MulticlassAudit = AttributeAudit & {
  readonly perClass: readonly { readonly label: string; readonly fairness: GroupFairness }[];
  /** Largest over the classes. */
  readonly demographicParityDifference: number;
  readonly equalOpportunityDifference: number;
  readonly accuracyDifference: number;
};

export type RegressionAudit = AttributeAudit & GroupErrors;

export type FairnessAudit =
  | {
      readonly problem: "binary";
      readonly positiveClass: string;
      readonly attributes: readonly BinaryAudit[];
    }
  | { readonly problem: "multiclass"; readonly attributes: readonly MulticlassAudit[] }
  | { readonly problem: "regression"; readonly attributes: readonly RegressionAudit[] };

export interface AuditOptions {
  readonly attributes: readonly ProtectedAttribute[];
  /** Groups with fewer rows get a warning. Default 30. */
  readonly minimalGroup?: number;
  /** Leave out to skip confidence intervals; binary models only. */
  readonly bootstrap?: Omit<BootstrapOptions, "control">;
  readonly control?: Control;
}

/**
 * Audits a model on rows that hold the target and the protected columns, which need not be features.
 * @throws MlError bad-argument for unknown columns or bad bands; bad-data for rows without target; cancelled.
 */
export function auditFairness(model: Model, frame: Frame, options: AuditOptions): FairnessAudit {
  const control = options.control ?? UNWATCHED;
  const actual = encodeTarget(getColumn(frame, model.target), model.classes);
  const scorer = createScorer(model);
  const predictions = scorer.scoreColumns(frame.columns, frame.rowCount, () => control.throwIfCancelled());
  const groupings = options.attributes.map((columns) => ({
    columns,
    grouping: groupRows(frame.columns, columns, frame.rowCount),
  }));
  switch (predictions.kind) {
    case "binary":
      return {
        problem: "binary",
        positiveClass: model.positiveClass ?? "",
        attributes: groupings.map((attribute) => auditBinary({ ...attribute, actual, predictions }, options)),
      };
    case "multiclass":
      return {
        problem: "multiclass",
        attributes: groupings.map((attribute) =>
          auditMulticlass({ ...attribute, actual, predictions, classes: model.classes ?? [] }, options),
        ),
      };
    default:
      return {
        problem: "regression",
        attributes: groupings.map(({ columns, grouping }) => ({
          ...describe({ columns, grouping }, options),
          ...groupErrors({ actual, predicted: predictions.values, grouping }),
        })),
      };
  }
}

interface Grouped {
  readonly columns: ProtectedAttribute;
  readonly grouping: Grouping;
}

function describe({ columns, grouping }: Grouped, options: AuditOptions): AttributeAudit {
  const minimal = options.minimalGroup ?? 30;
  const counts = new Int32Array(grouping.labels.length);
  for (const code of grouping.codes) counts[code]!++;
  const warnings = grouping.labels.flatMap((label, index) =>
    counts[index]! < minimal
      ? [
          `Group "${label}" has only ${counts[index]} rows (fewer than ${minimal}); its rates are mostly chance.`,
        ]
      : [],
  );
  if (grouping.labels.length < 2) warnings.push("There is only one group, so nothing can be compared.");
  return { attribute: columns.map((column) => column.name).join(" & "), columns, warnings };
}

type BinaryPredictions = Extract<Predictions, { readonly kind: "binary" }>;

function auditBinary(
  audited: Grouped & { readonly actual: Float64Array; readonly predictions: BinaryPredictions },
  options: AuditOptions,
): BinaryAudit {
  const { grouping, actual, predictions } = audited;
  const decisions = { labels: actual, predicted: predictions.predicted, grouping };
  const fairness = groupFairness(decisions);
  const base = describe(audited, options);
  const judged = new Set(["truePositiveRate", "falsePositiveRate", "precision"]);
  const warnings = fairness.undefinedRates
    .filter(({ rate }) => judged.has(rate))
    .map(
      ({ group, rate }) => `The ${WORDS[rate] ?? rate} of group "${group}" is undefined and counted as 0.`,
    );
  const control = options.control === undefined ? {} : { control: options.control };
  const intervals =
    options.bootstrap === undefined
      ? {}
      : bootstrapIntervals<keyof FairnessNumbers>(
          actual.length,
          (weights) => ({ ...weightedFairnessNumbers(decisions, weights) }),
          { ...options.bootstrap, ...control },
        );
  return { ...base, ...fairness, warnings: [...base.warnings, ...warnings], intervals };
}

const WORDS: Readonly<Record<string, string>> = {
  truePositiveRate: "true positive rate",
  falsePositiveRate: "false positive rate",
  precision: "precision",
};

type MulticlassPredictions = Extract<Predictions, { readonly kind: "multiclass" }>;

interface AuditedClasses extends Grouped {
  readonly actual: Float64Array;
  readonly predictions: MulticlassPredictions;
  readonly classes: readonly string[];
}

function auditMulticlass(audited: AuditedClasses, options: AuditOptions): MulticlassAudit {
  const { grouping, actual, predictions, classes } = audited;
  const perClass = classes.map((label, index) => {
    const labels = actual.map((value) => (value === index ? 1 : 0));
    const predicted = Uint8Array.from(predictions.predicted, (value) => (value === index ? 1 : 0));
    return { label, fairness: groupFairness({ labels, predicted, grouping }) };
  });
  // Correct or not, as a decision: its selection rate is the accuracy.
  const isCorrect = Uint8Array.from(predictions.predicted, (value, row) => (value === actual[row] ? 1 : 0));
  const accuracy = groupFairness({ labels: isCorrect, predicted: isCorrect, grouping });
  const largest = (name: keyof FairnessNumbers): number =>
    Math.max(...perClass.map(({ fairness }) => fairness.numbers[name] ?? 0));
  return {
    ...describe(audited, options),
    perClass,
    demographicParityDifference: largest("demographicParityDifference"),
    equalOpportunityDifference: largest("equalOpportunityDifference"),
    accuracyDifference: accuracy.numbers.demographicParityDifference,
  };
}
