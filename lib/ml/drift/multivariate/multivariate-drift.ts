import type { Control } from "../../control.ts";
import type { Frame } from "../../frame/frame.ts";
import { MlError } from "../../score/ml-error.ts";
import { classifyDomains, type DomainClassification } from "./domain-classifier.ts";
import { reconstructionDrift, type ReconstructionDrift } from "./reconstruction-error.ts";

export interface MultivariateOptions {
  readonly columns?: readonly string[];
  readonly seed: number;
  readonly control?: Control;
}

/** The reason is there when the rows do not allow the check. */
type Checked<Result> =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly reason: string };

export interface MultivariateDrift {
  readonly domainClassifier: Checked<DomainClassification>;
  readonly reconstruction: Checked<ReconstructionDrift>;
}

/**
 * Looks for drift of columns together, in two ways; one that the rows do not allow says why.
 * @throws MlError cancelled, out-of-memory.
 */
export function multivariateDrift(
  reference: Frame,
  current: Frame,
  options: MultivariateOptions,
): MultivariateDrift {
  return {
    domainClassifier: checked(() => classifyDomains(reference, current, options)),
    reconstruction: checked(() => reconstructionDrift(reference, current, options)),
  };
}

function checked<Result>(check: () => Result): Checked<Result> {
  try {
    return { ok: true, result: check() };
  } catch (error) {
    if (error instanceof MlError && (error.code === "bad-data" || error.code === "bad-argument")) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
}
