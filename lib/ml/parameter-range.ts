import { MlError } from "./score/ml-error.ts";

/** The values a numeric parameter may have, both ends included. */
export interface ParameterRange {
  readonly from: number;
  readonly to: number;
  readonly isInteger?: boolean;
}

/** @throws MlError bad-argument when a number lies outside its range. */
export function requireInRange(name: string, value: number, { from, to, isInteger }: ParameterRange): void {
  if (value >= from && value <= to && (isInteger !== true || Number.isInteger(value))) return;
  const kind = isInteger === true ? "an integer" : "a number";
  throw new MlError(
    "bad-argument",
    `Parameter "${name}" is ${value}; it must be ${kind} from ${from} to ${to}.`,
    {
      details: { parameter: name },
    },
  );
}
