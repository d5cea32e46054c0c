import { MlError } from "../score/ml-error.ts";

/**
 * P-values adjusted for the number of tests (Benjamini and Hochberg 1995): calling the tests whose adjusted value is at
 * most q keeps the expected share of false calls at or below q, for independent or positively dependent tests. In the
 * order given.
 * @throws MlError bad-argument for a value outside 0 to 1.
 */
export function adjustedPValues(values: readonly number[]): number[] {
  for (const value of values) {
    if (!(value >= 0 && value <= 1)) {
      throw new MlError(
        "bad-argument",
        `${value} is no p-value; give numbers from 0 to 1 and leave out undefined tests.`,
      );
    }
  }
  const falling = values.map((_, index) => index).toSorted((left, right) => values[right]! - values[left]!);
  const adjusted = values.map(() => 1);
  let least = 1;
  for (const [place, index] of falling.entries()) {
    least = Math.min(least, (values[index]! * values.length) / (values.length - place));
    adjusted[index] = least;
  }
  return adjusted;
}
