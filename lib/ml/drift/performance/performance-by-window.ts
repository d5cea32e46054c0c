import { UNWATCHED, type Control } from "../../control.ts";
import { auditFairness, type FairnessAudit, type ProtectedAttribute } from "../../fairness/audit-fairness.ts";
import { selectRows, type Frame } from "../../frame/frame.ts";
import { evaluateModel, type Evaluation } from "../../metrics/evaluate-model.ts";
import { assertNever } from "../../score/assert-never.ts";
import type { Model } from "../../score/model-file.ts";
import type { RowWindow } from "./estimate-performance.ts";

/** A number of a window beside the one at promotion; null where the rows do not define it. */
export interface ChangedNumber {
  readonly value: number | null;
  readonly promotion: number | null;
  /** `value` minus `promotion`. */
  readonly change: number | null;
}

export interface WindowPerformance {
  readonly name: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, ChangedNumber>>;
  /** Differences between the groups of each protected attribute. */
  readonly fairness: readonly {
    readonly attribute: string;
    readonly numbers: Readonly<Record<string, ChangedNumber>>;
    readonly warnings: readonly string[];
  }[];
}

export interface WindowPerformanceOptions {
  readonly windows: readonly RowWindow[];
  /** Protected attributes by which every window is audited; none when empty. */
  readonly attributes: readonly ProtectedAttribute[];
  readonly control?: Control;
}

/**
 * How a model did in each window once labels are there, and what changed since promotion: the same numbers on the rows
 * by which it was promoted.
 * @throws MlError bad-data or bad-argument for rows without the target or protected columns; cancelled.
 */
export function performanceByWindow(
  model: Model,
  parts: { readonly promotion: Frame; readonly labelled: Frame },
  options: WindowPerformanceOptions,
): WindowPerformance[] {
  const { attributes, control = UNWATCHED } = options;
  const promotion = numbersOf(model, parts.promotion, { attributes, control });
  return options.windows.map(({ name, rows }, index): WindowPerformance => {
    control.throwIfCancelled();
    control.report({ stage: "performance", done: index, total: options.windows.length });
    const own = numbersOf(model, selectRows(parts.labelled, rows), { attributes, control });
    return {
      name,
      rows: rows.length,
      metrics: changes(own.metrics, promotion.metrics),
      fairness: own.fairness.map(({ attribute, numbers, warnings }, place) => ({
        attribute,
        numbers: changes(numbers, promotion.fairness[place]?.numbers ?? {}),
        warnings,
      })),
    };
  });
}

type Numbers = Readonly<Record<string, number | null>>;

interface PerformanceNumbers {
  readonly metrics: Numbers;
  readonly fairness: readonly {
    readonly attribute: string;
    readonly numbers: Numbers;
    readonly warnings: readonly string[];
  }[];
}

function numbersOf(
  model: Model,
  frame: Frame,
  { attributes, control }: { readonly attributes: readonly ProtectedAttribute[]; readonly control: Control },
): PerformanceNumbers {
  const metrics = metricNumbers(evaluateModel(model, frame, { control }));
  if (attributes.length === 0) return { metrics, fairness: [] };
  return { metrics, fairness: fairnessNumbers(auditFairness(model, frame, { attributes, control })) };
}

function metricNumbers(evaluation: Evaluation): Numbers {
  switch (evaluation.problem) {
    case "binary": {
      const { metrics } = evaluation;
      const isDefined = (name: "precision" | "recall" | "f1"): number | null =>
        metrics.undefinedRates.includes(name) ? null : metrics[name];
      return {
        accuracy: metrics.accuracy,
        auc: metrics.auc,
        precision: isDefined("precision"),
        recall: isDefined("recall"),
        f1: isDefined("f1"),
        logLoss: metrics.logLoss,
        brier: metrics.brier,
      };
    }
    case "multiclass": {
      const { accuracy, macroAuc, macro, logLoss } = evaluation.metrics;
      return { accuracy, macroAuc, macroF1: macro.f1, logLoss };
    }
    case "regression": {
      const { rmse, mae, r2, meanError } = evaluation.metrics;
      return { rmse, mae, r2, meanError };
    }
    default:
      return assertNever(evaluation);
  }
}

function fairnessNumbers(audit: FairnessAudit): PerformanceNumbers["fairness"] {
  switch (audit.problem) {
    case "binary":
      return audit.attributes.map(({ attribute, numbers, warnings }) => ({
        attribute,
        numbers: { ...numbers },
        warnings,
      }));
    case "multiclass":
      return audit.attributes.map((one) => ({
        attribute: one.attribute,
        numbers: {
          demographicParityDifference: one.demographicParityDifference,
          equalOpportunityDifference: one.equalOpportunityDifference,
          accuracyDifference: one.accuracyDifference,
        },
        warnings: one.warnings,
      }));
    case "regression":
      return audit.attributes.map(({ attribute, metrics, warnings }) => ({
        attribute,
        numbers: {
          meanErrorDifference: metrics.meanError.difference,
          maeDifference: metrics.mae.difference,
          rmseDifference: metrics.rmse.difference,
        },
        warnings,
      }));
    default:
      return assertNever(audit);
  }
}

function changes(own: Numbers, promotion: Numbers): Record<string, ChangedNumber> {
  return Object.fromEntries(
    Object.entries(own).map(([name, value]) => {
      const before = promotion[name] ?? null;
      return [
        name,
        { value, promotion: before, change: value === null || before === null ? null : value - before },
      ];
    }),
  );
}
