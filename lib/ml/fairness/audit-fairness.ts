import { UNWATCHED, type Control } from "../control.ts";
import { getColumn, type Frame } from "../frame/frame.ts";
import type { BootstrapOptions } from "../metrics/bootstrap.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import { groupRows, type GroupColumn, type Grouping } from "../score/groups.ts";
import type { Model } from "../score/model-file.ts";
import { createScorer, type Predictions } from "../score/scorer.ts";
import {
  auditGroups,
  decisionsOf,
  judgedCodes,
  type AuditedGroups,
  type SmallGroups,
} from "./audit-groups.ts";
import { INTERVAL_RULE, type FairnessIntervals, type NumberIntervals } from "./fairness-intervals.ts";
import {
  groupErrorIntervals,
  groupErrors,
  type ErrorIntervals,
  type GroupedValues,
  type GroupErrors,
} from "./group-errors.ts";
import {
  groupFairness,
  type FairnessNumbers,
  type GroupedDecisions,
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

/** The numbers without the groups that are too small for a verdict. */
export interface JudgedNumbers {
  readonly labels: readonly string[];
  readonly numbers: FairnessNumbers;
  /** Empty without bootstrap. */
  readonly intervals: NumberIntervals;
}

/** The audit of the rows of one crossed value of the control features. */
export interface AuditStratum {
  /** Which rows these are, for people: "sex where region is north". */
  readonly attribute: string;
  readonly stratum: string;
  readonly rows: number;
  readonly audit: AuditedGroups;
  readonly warnings: readonly string[];
}

export type BinaryAudit = AttributeAudit &
  GroupFairness & {
    /** Of `numbers`; empty without bootstrap. */
    readonly intervals: NumberIntervals;
    /** Of `toOverall`. */
    readonly toOverallIntervals: NumberIntervals;
    /** Of every rate, over all rows and per group label; null without bootstrap. */
    readonly rateIntervals: Pick<FairnessIntervals, "overall" | "groups"> | null;
    /** Null unless `smallGroups` was stated. */
    readonly judged: JudgedNumbers | null;
    /** One per value of the control features; empty without any. */
    readonly strata: readonly AuditStratum[];
  };

/** For several classes: each class in turn is the positive one. */
export type MulticlassAudit = AttributeAudit & {
  readonly perClass: readonly {
    readonly label: string;
    readonly fairness: GroupFairness;
    readonly intervals: FairnessIntervals | null;
  }[];
  /** Largest over the classes. */
  readonly demographicParityDifference: number;
  readonly equalOpportunityDifference: number;
  readonly accuracyDifference: number;
};

export type RegressionAudit = AttributeAudit &
  GroupErrors & {
    /** By error name; null without bootstrap. */
    readonly intervals: Readonly<Record<string, ErrorIntervals>> | null;
  };

export type FairnessAudit =
  | {
      readonly problem: "binary";
      readonly positiveClass: string;
      /** How the intervals were made; null without any. */
      readonly intervalRule: string | null;
      readonly attributes: readonly BinaryAudit[];
    }
  | { readonly problem: "multiclass"; readonly attributes: readonly MulticlassAudit[] }
  | { readonly problem: "regression"; readonly attributes: readonly RegressionAudit[] };

export interface AuditOptions {
  readonly attributes: readonly ProtectedAttribute[];
  /** Groups with fewer rows get a warning. Default 30. */
  readonly minimalGroup?: number;
  /** Groups that do not count for `judged`, whose numbers then are given beside those of all groups. */
  readonly smallGroups?: SmallGroups;
  /** Columns within whose crossed values groups are compared too, as fairlearn's control features; two classes only. */
  readonly controlFeatures?: ProtectedAttribute;
  /** Leave out to skip confidence intervals. */
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
        intervalRule: options.bootstrap === undefined ? null : INTERVAL_RULE,
        attributes: groupings.map((attribute) =>
          auditBinary({ ...attribute, actual, predictions, strata: strataOf(frame, options) }, options),
        ),
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
          ...auditErrors({ actual, predicted: predictions.values, grouping }, options),
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

interface AuditedDecisions extends Grouped {
  readonly actual: Float64Array;
  readonly predictions: BinaryPredictions;
  readonly strata: Grouping | null;
}

function auditBinary(audited: AuditedDecisions, options: AuditOptions): BinaryAudit {
  const { grouping, actual, predictions } = audited;
  const decisions = { labels: actual, predicted: predictions.predicted, grouping };
  const bootstrap = bootstrapOf(options);
  const { intervals, ...fairness } = auditGroups(decisions, bootstrap);
  const base = describe(audited, options);
  return {
    ...base,
    ...fairness,
    warnings: [...base.warnings, ...undefinedWarnings(fairness)],
    intervals: intervals?.numbers ?? {},
    toOverallIntervals: intervals?.toOverall ?? {},
    rateIntervals: intervals === null ? null : { overall: intervals.overall, groups: intervals.groups },
    judged:
      options.smallGroups === undefined ? null : judgedNumbers(decisions, options.smallGroups, bootstrap),
    strata: audited.strata === null ? [] : auditStrata(audited, decisions, options),
  };
}

function bootstrapOf({ bootstrap, control }: AuditOptions): BootstrapOptions | null {
  if (bootstrap === undefined) return null;
  return control === undefined ? bootstrap : { ...bootstrap, control };
}

function undefinedWarnings({ undefinedRates }: GroupFairness): string[] {
  const judged = new Set(["truePositiveRate", "falsePositiveRate", "precision"]);
  return undefinedRates
    .filter(({ rate }) => judged.has(rate))
    .map(
      ({ group, rate }) => `The ${WORDS[rate] ?? rate} of group "${group}" is undefined and counted as 0.`,
    );
}

function judgedNumbers(
  decisions: GroupedDecisions,
  small: SmallGroups,
  bootstrap: BootstrapOptions | null,
): JudgedNumbers {
  const { codes } = decisions.grouping;
  const judged = judgedCodes(decisions.grouping, small);
  const large = decisionsOf(decisions, (row) => judged.has(codes[row]!));
  const { numbers, intervals } = auditGroups(large, bootstrap);
  return { labels: large.grouping.labels, numbers, intervals: intervals?.numbers ?? {} };
}

function strataOf(frame: Frame, { controlFeatures }: AuditOptions): Grouping | null {
  if (controlFeatures === undefined || controlFeatures.length === 0) return null;
  return groupRows(frame.columns, controlFeatures, frame.rowCount);
}

function auditStrata(
  audited: AuditedDecisions,
  decisions: GroupedDecisions,
  options: AuditOptions,
): AuditStratum[] {
  const { strata } = audited;
  const control = (options.controlFeatures ?? []).map(({ name }) => name).join(" & ");
  return (strata?.labels ?? []).map((stratum, code): AuditStratum => {
    const within = decisionsOf(decisions, (row) => strata!.codes[row] === code);
    const base = describe({ ...audited, grouping: within.grouping }, options);
    const audit = auditGroups(within, bootstrapOf(options));
    return {
      attribute: `${base.attribute} where ${control} is ${stratum}`,
      stratum,
      rows: within.grouping.codes.length,
      audit,
      warnings: [...base.warnings, ...undefinedWarnings(audit)],
    };
  });
}

function auditErrors(values: GroupedValues, options: AuditOptions) {
  const bootstrap = bootstrapOf(options);
  return {
    ...groupErrors(values),
    intervals: bootstrap === null ? null : groupErrorIntervals(values, bootstrap),
  };
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
    const { intervals, ...fairness } = auditGroups({ labels, predicted, grouping }, bootstrapOf(options));
    return { label, fairness, intervals };
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
