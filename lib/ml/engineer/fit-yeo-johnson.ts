import { yeoJohnson } from "../score/apply-engineering.ts";

const LOWEST = -5;
const HIGHEST = 5;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const PRECISION = 1e-9;

/**
 * The lambda that makes numbers most like a normal sample: the maximum of the profile log-likelihood
 * -n/2 ln var(psi(x)) + (lambda - 1) sum sign(x) ln(1 + |x|) (Yeo and Johnson 2000, eq. 3.1) over [-5, 5], by golden
 * section. 1, which leaves numbers as they are, when they do not vary. Missing and infinite numbers are left out.
 */
export function fitYeoJohnson(values: Float64Array): number {
  const present = values.filter((value) => Number.isFinite(value));
  if (present.length < 2 || present.every((value) => value === present[0])) return 1;
  const jacobian = present.reduce((sum, x) => sum + Math.sign(x) * Math.log1p(Math.abs(x)), 0);
  const likelihood = (lambda: number): number => {
    const spread = variance(yeoJohnson({ lambda }, present));
    return spread > 0 && Number.isFinite(spread)
      ? -0.5 * present.length * Math.log(spread) + (lambda - 1) * jacobian
      : -Infinity;
  };
  let [low, high] = [LOWEST, HIGHEST];
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let [atLeft, atRight] = [likelihood(left), likelihood(right)];
  while (high - low > PRECISION) {
    if (atLeft >= atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - GOLDEN * (high - low);
      atLeft = likelihood(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + GOLDEN * (high - low);
      atRight = likelihood(right);
    }
  }
  return (low + high) / 2;
}

function variance(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
