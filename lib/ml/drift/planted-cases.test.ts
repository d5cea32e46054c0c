import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { compareCategories, compareNumbers, type NumericDrift } from "./compare-columns.ts";

/**
 * Each test against three planted cases: nothing moved, the mean moved, the spread moved (numbers); nothing, the
 * shares, a new category (categories). A test must find what it is made for, and only that.
 */
const ROWS = 1000;

function draw(seed: number, { mean = 0, spread = 1 } = {}) {
  const random = createRandom(seed);
  const values = Float64Array.from({ length: ROWS }, () => mean + spread * random.normal());
  return { kind: "numeric", name: "x", values } as const;
}

const reference = draw(1);
const numericCases = {
  nothing: compareNumbers(reference, draw(2)),
  mean: compareNumbers(reference, draw(3, { mean: 0.5 })),
  spread: compareNumbers(reference, draw(4, { spread: 2 })),
};

/** Whether each test finds the case. */
const NUMERIC_TESTS: Readonly<Record<string, (drift: NumericDrift) => boolean>> = {
  psi: ({ psi }) => psi >= 0.1,
  kl: ({ kl }) => kl >= 0.05,
  "Jensen-Shannon": ({ jsDistance }) => jsDistance >= 0.1,
  Hellinger: ({ hellinger }) => hellinger >= 0.1,
  "Kolmogorov-Smirnov": ({ ks }) => ks.asymptoticP < 0.01,
  Wasserstein: ({ wassersteinNormed }) => wassersteinNormed >= 0.1,
  energy: ({ energyDistance }) => energyDistance >= 0.1,
  "Mann-Whitney": ({ mannWhitney }) => (mannWhitney.p ?? 1) < 0.01,
  Welch: ({ welch }) => (welch?.p ?? 1) < 0.01,
};
/** Those two compare where samples lie; a change of spread alone is not theirs to find. */
const LOCATION_ONLY = ["Mann-Whitney", "Welch"];

describe("three planted cases of numbers", () => {
  it.each(Object.keys(NUMERIC_TESTS))("%s finds the moved ones and not the still one", (name) => {
    const test = NUMERIC_TESTS[name]!;
    expect(test(numericCases.nothing)).toBe(false);
    expect(test(numericCases.mean)).toBe(true);
    expect(test(numericCases.spread)).toBe(!LOCATION_ONLY.includes(name));
  });
});

function towns(seed: number, shares: Readonly<Record<string, number>>) {
  const random = createRandom(seed);
  const dictionary = Object.keys(shares);
  const codes = Int32Array.from({ length: ROWS }, () => {
    let rest = random.uniform();
    return dictionary.findIndex((town) => (rest -= shares[town]!) < 0);
  });
  return { kind: "categorical", name: "town", dictionary, codes } as const;
}

describe("three planted cases of categories", () => {
  const before = towns(1, { a: 0.5, b: 0.3, c: 0.2 });
  const still = compareCategories(before, towns(2, { a: 0.5, b: 0.3, c: 0.2 }));
  const moved = compareCategories(before, towns(3, { a: 0.3, b: 0.3, c: 0.4 }));
  const grown = compareCategories(before, towns(4, { a: 0.45, b: 0.27, c: 0.18, d: 0.1 }));

  it("chi-squared, Cramer's V and the index find the moved ones and not the still one", () => {
    expect([still, moved, grown].map(({ chiSquared }) => chiSquared.p < 0.01)).toEqual([false, true, true]);
    expect([still, moved, grown].map((drift) => drift.cramersV >= 0.1)).toEqual([false, true, true]);
    expect([still, moved, grown].map(({ psi }) => psi >= 0.1)).toEqual([false, true, true]);
  });

  it("a new category is named, and has no goodness of fit to shares of 0", () => {
    expect(grown.newCategories).toEqual(["d"]);
    expect(grown.goodnessOfFit).toBeNull();
    expect(moved.goodnessOfFit?.p).toBeLessThan(0.01);
  });
});
