import { assertNever } from "./assert-never.ts";
import { sigmoid } from "./margins.ts";

/** calibrated = 1 / (1 + e^-(slope x + intercept)); the slope is positive, so that the order stays. */
export interface PlattLine {
  readonly slope: number;
  readonly intercept: number;
}

/** A rising curve from probability to calibrated probability: linear between its points, level outside them. */
export interface IsotonicCurve {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/**
 * What turns a model's probabilities into ones that come true as often as they say. Applied after the link and before
 * the decision rule, whose thresholds are therefore on calibrated probabilities; explanations are of the margin before.
 * For two classes there is one line or curve, for the positive class; for more there is one per class, and what they
 * give is divided by its sum. `platt` reads x as log-odds or as the probability itself, as `input` says.
 */
export type Calibration =
  | { readonly kind: "platt"; readonly input: PlattInput; readonly lines: readonly PlattLine[] }
  | { readonly kind: "isotonic"; readonly curves: readonly IsotonicCurve[] }
  | { readonly kind: "temperature"; readonly temperature: number };

export type PlattInput = "log-odds" | "probability";

/** Probabilities nearer to 0 or 1 than this count as that near; forests give 0 and 1 themselves. */
const NEAREST = 1e-15;

/** Log-odds of a probability, finite for 0 and 1 too. */
export function logOdds(probability: number): number {
  const kept = Math.min(1 - NEAREST, Math.max(NEAREST, probability));
  return Math.log(kept / (1 - kept));
}

/** The logarithm of a probability, finite for 0 too. */
export function logProbability(probability: number): number {
  return Math.log(Math.max(NEAREST, probability));
}

/** Calibrates probabilities: of the positive class (one array), or one array per class. */
export function applyCalibration(
  calibration: Calibration,
  probabilities: readonly Float64Array[],
): Float64Array[] {
  switch (calibration.kind) {
    case "temperature":
      return scaleByTemperature(calibration.temperature, probabilities);
    case "platt": {
      const { input, lines } = calibration;
      const read = input === "log-odds" ? logOdds : (probability: number) => probability;
      return normalised(
        probabilities.map((values, index) => {
          const { slope, intercept } = lines[index]!;
          return values.map((value) => sigmoid(slope * read(value) + intercept));
        }),
      );
    }
    case "isotonic":
      return normalised(
        probabilities.map((values, index) => {
          const curve = calibration.curves[index]!;
          return values.map((value) => valueOnCurve(curve, value));
        }),
      );
    default:
      return assertNever(calibration);
  }
}

function scaleByTemperature(temperature: number, probabilities: readonly Float64Array[]): Float64Array[] {
  if (probabilities.length === 1) {
    return [probabilities[0]!.map((value) => sigmoid(logOdds(value) / temperature))];
  }
  const scaled = probabilities.map((values) => values.map((value) => logProbability(value) / temperature));
  const rowCount = scaled[0]?.length ?? 0;
  for (let row = 0; row < rowCount; row++) {
    let highest = -Infinity;
    for (const values of scaled) highest = Math.max(highest, values[row]!);
    for (const values of scaled) values[row] = Math.exp(values[row]! - highest);
  }
  return normalised(scaled);
}

/** Several classes share 1 by their values; where all are 0 they share it evenly, as in scikit-learn. */
function normalised(values: Float64Array[]): Float64Array[] {
  if (values.length === 1) return values;
  const rowCount = values[0]?.length ?? 0;
  for (let row = 0; row < rowCount; row++) {
    let total = 0;
    for (const one of values) total += one[row]!;
    for (const one of values) one[row] = total > 0 ? one[row]! / total : 1 / values.length;
  }
  return values;
}

/** The curve's value at a probability. */
export function valueOnCurve({ inputs, outputs }: IsotonicCurve, at: number): number {
  const last = inputs.length - 1;
  if (at <= inputs[0]!) return outputs[0]!;
  if (at >= inputs[last]!) return outputs[last]!;
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (inputs[middle]! <= at) low = middle;
    else high = middle;
  }
  const [from, to] = [outputs[low]!, outputs[high]!];
  const share = (at - inputs[low]!) / (inputs[high]! - inputs[low]!);
  // Rounding must not leave the segment: the curve never falls.
  return Math.min(to, from + share * (to - from));
}
