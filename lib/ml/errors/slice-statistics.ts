import { chiSquaredContingency, fisherExact } from "../drift/chi-squared.ts";
import { studentTwoSided } from "../drift/special-functions.ts";

/** Sums over the losses of some rows. */
export interface Sums {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

export interface SliceTest {
  /** Mean loss inside and outside. */
  readonly mean: number;
  readonly rest: number;
  /** Difference of the means in units of the pooled deviation (Chung et al. 2019); null when neither side varies. */
  readonly effect: number | null;
  /** Two-sided: Fisher's exact test or chi-squared for errors, Welch's t for other losses. */
  readonly p: number;
}

/** Above this many rows on the smaller side the chi-squared law stands in for Fisher's. */
const EXACT_LIMIT = 500;

export function subtractSums(whole: Sums, part: Sums): Sums {
  return {
    count: whole.count - part.count,
    sum: whole.sum - part.sum,
    squares: whole.squares - part.squares,
  };
}

/** Tests whether the rows of a slice have another mean loss than those outside; null with fewer than two on a side. */
export function testSlice(inside: Sums, outside: Sums, isError: boolean): SliceTest | null {
  if (inside.count < 2 || outside.count < 2) return null;
  const mean = inside.sum / inside.count;
  const rest = outside.sum / outside.count;
  const [one, two] = [varianceOf(inside), varianceOf(outside)];
  const pooled = Math.sqrt((one + two) / 2);
  const effect = pooled > 0 ? (mean - rest) / pooled : null;
  return { mean, rest, effect, p: isError ? testErrors(inside, outside) : testMeans(inside, outside) };
}

function varianceOf({ count, sum, squares }: Sums): number {
  return Math.max(0, (squares - (sum * sum) / count) / (count - 1));
}

function testErrors(inside: Sums, outside: Sums): number {
  const counts = {
    reference: [inside.sum, inside.count - inside.sum],
    current: [outside.sum, outside.count - outside.sum],
  };
  const exact = Math.min(inside.count, outside.count) <= EXACT_LIMIT ? fisherExact(counts) : null;
  return exact ?? chiSquaredContingency(counts).p;
}

/** Welch's t test (Welch 1947) from the sums alone. */
function testMeans(inside: Sums, outside: Sums): number {
  const one = varianceOf(inside) / inside.count;
  const two = varianceOf(outside) / outside.count;
  const difference = inside.sum / inside.count - outside.sum / outside.count;
  if (!(one + two > 0)) return difference === 0 ? 1 : 0;
  const degrees = (one + two) ** 2 / (one ** 2 / (inside.count - 1) + two ** 2 / (outside.count - 1));
  return studentTwoSided(difference / Math.sqrt(one + two), degrees);
}
