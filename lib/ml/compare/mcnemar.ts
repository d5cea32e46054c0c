import { chiSquaredTail, logChoose } from "../drift/special-functions.ts";

export interface McNemarTest {
  /** Rows that only the first model decides rightly, and rows that only the second one does. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** `exact`: the binomial law; `chi-squared`: with Edwards' correction, for many rows. */
  readonly method: "exact" | "chi-squared";
  /** Two-sided; 1 when the models are never right alone. */
  readonly p: number;
}

/** Up to this many rows on which the models disagree the binomial law is summed. */
const EXACT_LIMIT = 1000;

/** Tests whether two models are right equally often on the same rows (McNemar 1947; correction of Edwards 1948). */
export function mcNemarTest(isFirstRight: ArrayLike<number>, isSecondRight: ArrayLike<number>): McNemarTest {
  let onlyFirst = 0;
  let onlySecond = 0;
  for (let row = 0; row < isFirstRight.length; row++) {
    if (isFirstRight[row] === isSecondRight[row]) continue;
    if (isFirstRight[row] === 1) onlyFirst++;
    else onlySecond++;
  }
  const total = onlyFirst + onlySecond;
  const counts = { onlyFirst, onlySecond };
  if (total > EXACT_LIMIT) {
    const statistic = Math.max(0, Math.abs(onlyFirst - onlySecond) - 1) ** 2 / total;
    return { ...counts, method: "chi-squared", p: chiSquaredTail(statistic, 1) };
  }
  let tail = 0;
  for (let count = 0; count <= Math.min(onlyFirst, onlySecond); count++) {
    tail += Math.exp(logChoose(total, count) - total * Math.LN2);
  }
  return { ...counts, method: "exact", p: onlyFirst === onlySecond ? 1 : Math.min(1, 2 * tail) };
}
