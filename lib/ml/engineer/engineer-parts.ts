import { columnNames, createFrame, type Frame } from "../frame/frame.ts";
import { applyEngineering } from "../score/apply-engineering.ts";
import type { Engineering } from "../score/engineering.ts";
import type { EngineeringPlan } from "./engineering-plan.ts";
import { fitEngineering, type FitEngineeringOptions } from "./fit-engineering.ts";

export interface EngineerPartsOptions extends FitEngineeringOptions {
  readonly plan: EngineeringPlan;
}

export interface EngineeredParts {
  readonly engineering: Engineering;
  readonly training: Frame;
  /** The other parts, in the order in which they were given. */
  readonly others: readonly Frame[];
}

/**
 * Fits a plan on the training rows and makes its columns for them and for other parts, which are never fitted on.
 * @throws MlError as `fitEngineering` and `applyEngineering` do.
 */
export function engineerParts(
  training: Frame,
  others: readonly Frame[],
  { plan, ...options }: EngineerPartsOptions,
): EngineeredParts {
  const fitted = fitEngineering(training, plan, options);
  const names = columnNames(fitted.training);
  return {
    ...fitted,
    others: others.map((frame) => {
      const columns = applyEngineering(fitted.engineering, frame.columns, frame.rowCount);
      return createFrame(columns.filter((column) => names.includes(column.name)));
    }),
  };
}
