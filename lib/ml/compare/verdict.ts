import { holmAdjusted } from "./holm.ts";

/** What a test says of two models; `difference` is the first one's measure minus the second one's. */
export interface PairTest {
  readonly first: string;
  readonly second: string;
  readonly difference: number;
  /** 95 % interval of the difference; null where it is not defined. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** The test that decides, by name. */
  readonly test: string;
  /** Two-sided. */
  readonly p: number;
}

/** A pair with what follows from all tests together. */
export interface ComparedPair extends PairTest {
  /** p adjusted by Holm for the number of pairs. */
  readonly adjustedP: number;
  /** The better model, where the difference is more than chance at the level; else null. */
  readonly better: string | null;
}

export interface Verdict {
  readonly pairs: readonly ComparedPair[];
  /** The model that is shown to be better than every other; null when there is none. */
  readonly best: string | null;
}

/** Decides every pair at a level that holds for all of them together. A difference of 0 is never a win. */
export function decidePairs(
  tests: readonly PairTest[],
  { level, isLowerBetter }: { readonly level: number; readonly isLowerBetter: boolean },
): Verdict {
  const adjusted = holmAdjusted(tests.map(({ p }) => p));
  const pairs = tests.map((test, index): ComparedPair => {
    const adjustedP = adjusted[index]!;
    const isShown = adjustedP < level && test.difference !== 0;
    const better = test.difference > 0 !== isLowerBetter ? test.first : test.second;
    return { ...test, adjustedP, better: isShown ? better : null };
  });
  const names = [...new Set(tests.flatMap(({ first, second }) => [first, second]))];
  const winsOf = (name: string) => pairs.filter(({ better }) => better === name).length;
  return { pairs, best: names.find((name) => winsOf(name) === names.length - 1) ?? null };
}
