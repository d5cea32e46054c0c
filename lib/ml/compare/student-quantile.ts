import { studentTwoSided } from "../drift/special-functions.ts";

/** The t with P(|T| <= t) = `coverage` for Student's t, by bisection to the last bits; `coverage` in [0, 1). */
export function studentQuantile(coverage: number, degreesOfFreedom: number): number {
  const tail = 1 - coverage;
  let low = 0;
  let high = 1;
  while (studentTwoSided(high, degreesOfFreedom) > tail && high < 1e300) high *= 2;
  for (let step = 0; step < 200; step++) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (studentTwoSided(middle, degreesOfFreedom) > tail) low = middle;
    else high = middle;
  }
  return low + (high - low) / 2;
}
