import { MlError } from "../score/ml-error.ts";

/** Margins of every class with the class that each row turned out to be. */
export interface ClassMargins {
  /** One array per class. Two classes: zeros and the log-odds of the second one. */
  readonly margins: readonly Float64Array[];
  readonly labels: ArrayLike<number>;
}

/** Temperatures outside this range say that the rows cannot tell. */
const HIGHEST_SHARPNESS = 100;
const TOLERANCE = 1e-13;
const MAXIMAL_ITERATIONS = 200;

/**
 * The temperature T with the least log loss of softmax(margins / T) (Guo et al. 2017); the loss is convex in 1 / T.
 * Where the rows are told apart without a fault the loss falls for ever, and T stops at 1/100.
 * @throws MlError bad-data when the margins run against the labels, so that no temperature beats equal probabilities.
 */
export function fitTemperature({ margins, labels }: ClassMargins): number {
  const rowCount = margins[0]?.length ?? 0;
  const slopeAt = (sharpness: number) => {
    let [slope, curvature] = [0, 0];
    for (let row = 0; row < rowCount; row++) {
      let highest = -Infinity;
      for (const margin of margins) highest = Math.max(highest, sharpness * margin[row]!);
      let [total, mean, square] = [0, 0, 0];
      for (const margin of margins) {
        const value = margin[row]!;
        const power = Math.exp(sharpness * value - highest);
        total += power;
        mean += power * value;
        square += power * value * value;
      }
      mean /= total;
      slope += mean - margins[labels[row]!]![row]!;
      curvature += Math.max(0, square / total - mean * mean);
    }
    return { slope, curvature };
  };
  if (!(slopeAt(0).slope < 0)) {
    throw new MlError(
      "bad-data",
      "The model's probabilities do not go with the outcomes in these rows, so no temperature helps; check model and rows.",
    );
  }
  if (slopeAt(HIGHEST_SHARPNESS).slope <= 0) return 1 / HIGHEST_SHARPNESS;
  let [low, high, sharpness] = [0, HIGHEST_SHARPNESS, 1];
  for (let iteration = 0; iteration < MAXIMAL_ITERATIONS; iteration++) {
    const { slope, curvature } = slopeAt(sharpness);
    if (slope > 0) high = sharpness;
    else low = sharpness;
    const newton = sharpness - slope / curvature;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const move = Math.abs(next - sharpness);
    sharpness = next;
    if (move <= TOLERANCE * sharpness) break;
  }
  return 1 / sharpness;
}
