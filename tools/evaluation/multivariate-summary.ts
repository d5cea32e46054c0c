import type { MultivariateDrift } from "#lib/ml/index.ts";
import { ALPHA } from "./drift-rule.ts";

/** An AUC below this is too slight to matter, however sure it is; NannyML's usual band ends higher, at 0.65. */
const LEAST_AUC = 0.55;
const MOST_FEATURES = 5;
/** A column whose shuffling costs less says nothing about the sides. */
const LEAST_LOSS = 0.01;

export interface MultivariateSummary {
  isDrifted: boolean;
  auc: number | null;
  p: number | null;
  features: string[];
  reconstructionError: number | null;
  reconstructionLimits: { low: number; high: number } | null;
  notes: string[];
}

/** The two checks of columns together in short; either finding is drift. */
export function multivariateSummary({
  domainClassifier,
  reconstruction,
}: MultivariateDrift): MultivariateSummary {
  const domain = domainClassifier.ok ? domainClassifier.result : null;
  const rebuilt = reconstruction.ok ? reconstruction.result : null;
  const isTold = domain !== null && domain.p < ALPHA && domain.auc >= LEAST_AUC;
  return {
    isDrifted: isTold || rebuilt?.isDrifted === true,
    auc: domain?.auc ?? null,
    p: domain?.p ?? null,
    features: isTold
      ? domain.importances
          .filter(({ aucLoss }) => aucLoss >= LEAST_LOSS)
          .slice(0, MOST_FEATURES)
          .map(({ feature }) => feature)
      : [],
    reconstructionError: rebuilt?.error ?? null,
    reconstructionLimits: rebuilt === null ? null : { ...rebuilt.limits },
    notes: [domainClassifier, reconstruction].flatMap((one) => (one.ok ? [] : [one.reason])),
  };
}
