import { describe, expect, it } from "vitest";
import { readFixture } from "../fixtures/shared-reference.ts";
import { adjustedPValues } from "./benjamini-hochberg.ts";
import {
  chiSquaredContingency,
  chiSquaredFit,
  chiSquaredYates,
  cramersV,
  fisherExact,
} from "./chi-squared.ts";
import { countBins, decileEdges, divergences } from "./divergences.ts";
import { kolmogorovSmirnovTail, kolmogorovTail } from "./kolmogorov.ts";
import { chiSquaredTail, logChoose, logGamma, normalTail, studentTwoSided } from "./special-functions.ts";
import {
  energyDistance,
  kolmogorovSmirnov,
  mannWhitney,
  wassersteinDistance,
  welchTest,
} from "./two-sample-tests.ts";

type Row = readonly number[];

interface Fixtures {
  readonly numeric: readonly {
    readonly reference: Row;
    readonly current: Row;
    readonly expected: {
      readonly edges: Row;
      readonly ks: readonly (number | null)[];
      readonly mannWhitney: Row;
      readonly welch: Row;
      readonly wasserstein: number;
      readonly psi: number;
      readonly kl: number;
      readonly jsDivergence: number;
      readonly hellinger: number;
    };
  }[];
  readonly categorical: readonly {
    readonly reference: Row;
    readonly current: Row;
    readonly expected: {
      readonly chiSquared: Row;
      readonly fit: Row;
      readonly yates: Row | null;
      readonly fisher: number | null;
      readonly psi: number;
      readonly kl: number;
      readonly jsDivergence: number;
      readonly hellinger: number;
    };
  }[];
  readonly kolmogorovSmirnovTail: readonly Row[];
  readonly kolmogorovTail: readonly Row[];
  readonly chiSquaredTail: readonly Row[];
  readonly normalTail: readonly Row[];
  readonly studentTwoSided: readonly Row[];
  readonly logGamma: readonly Row[];
}

const fixtures = readFixture<Fixtures>("statistics.json");

function expectRelative(actual: number | null | undefined, expected: number, tolerance: number): void {
  const error = Math.abs((actual ?? NaN) - expected);
  expect(error <= tolerance * Math.abs(expected) || error <= 1e-300, `${actual} is not ${expected}`).toBe(
    true,
  );
}

describe("special functions", () => {
  it("agree with scipy far into the tails", () => {
    for (const [x, expected] of fixtures.logGamma) {
      const error = Math.abs(logGamma(x!) - expected!);
      expect(error).toBeLessThanOrEqual(1e-14 * Math.max(1, Math.abs(expected!)));
    }
    for (const [x, k, expected] of fixtures.chiSquaredTail)
      expectRelative(chiSquaredTail(x!, k!), expected!, 1e-11);
    for (const [z, expected] of fixtures.normalTail) expectRelative(normalTail(z!), expected!, 1e-11);
    for (const [t, k, expected] of fixtures.studentTwoSided)
      expectRelative(studentTwoSided(t!, k!), expected!, 1e-10);
  });

  it("know the ends", () => {
    expect(chiSquaredTail(0, 3)).toBe(1);
    expect(chiSquaredTail(5, 0)).toBe(1);
    expect(studentTwoSided(0, 5)).toBe(1);
    expect(logChoose(3, 4)).toBe(-Infinity);
  });
});

describe("Kolmogorov's laws", () => {
  it.each(fixtures.kolmogorovSmirnovTail)(
    "agree with scipy for n = %d, d = %d",
    (n = NaN, d = NaN, expected = NaN) => {
      expect(Math.abs(kolmogorovSmirnovTail(n, d) - expected)).toBeLessThanOrEqual(1e-6 * expected + 1e-12);
    },
  );

  it("agree with scipy in the limit", () => {
    for (const [z, expected] of fixtures.kolmogorovTail) expectRelative(kolmogorovTail(z!), expected!, 1e-12);
    expect(kolmogorovTail(0)).toBe(1);
  });
});

describe("tests of two samples", () => {
  it.each(fixtures.numeric)("agree with scipy (case $#)", (fixture) => {
    const { expected } = fixture;
    const samples = {
      reference: Float64Array.from(fixture.reference).sort(),
      current: Float64Array.from(fixture.current).sort(),
    };
    const ks = kolmogorovSmirnov(samples);
    expectRelative(ks.statistic, expected.ks[0]!, 1e-12);
    expectRelative(ks.asymptoticP, expected.ks[1]!, 1e-6);
    expectRelative(ks.limitP, expected.ks[2]!, 1e-9);
    if (expected.ks[3] === null) expect(ks.exactP).toBeNull();
    else expectRelative(ks.exactP, expected.ks[3]!, 1e-9);
    const mann = mannWhitney(samples);
    expect(mann.statistic).toBe(expected.mannWhitney[0]);
    expectRelative(mann.p, expected.mannWhitney[1]!, 1e-9);
    const welch = welchTest(samples);
    expectRelative(welch?.statistic, expected.welch[0]!, 1e-10);
    expectRelative(welch?.p, expected.welch[1]!, 1e-8);
    expectRelative(wassersteinDistance(samples), expected.wasserstein, 1e-12);
    const edges = decileEdges(samples.reference);
    expect(edges).toHaveLength(expected.edges.length);
    for (const [index, edge] of edges.entries()) expectRelative(edge, expected.edges[index]!, 1e-14);
    const counts = {
      reference: countBins(samples.reference, edges),
      current: countBins(samples.current, edges),
    };
    const distances = divergences(counts);
    for (const name of ["psi", "kl", "jsDivergence", "hellinger"] as const)
      expectRelative(distances[name], expected[name], 1e-10);
  });

  it("say nothing about samples that do not vary, and find no distance between equal ones", () => {
    const constant = { reference: new Float64Array(5).fill(2), current: new Float64Array(4).fill(2) };
    expect(welchTest(constant)).toBeNull();
    expect(mannWhitney(constant).p).toBeNull();
    expect(kolmogorovSmirnov(constant)).toMatchObject({ statistic: 0, exactP: 1, asymptoticP: 1, limitP: 1 });
    expect(wassersteinDistance(constant)).toBe(0);
  });
});

describe("tests of category counts", () => {
  it.each(fixtures.categorical)("agree with scipy (case $#)", ({ reference, current, expected }) => {
    const counts = { reference, current };
    const chi = chiSquaredContingency(counts);
    expectRelative(chi.statistic, expected.chiSquared[0]!, 1e-12);
    expectRelative(chi.p, expected.chiSquared[1]!, 1e-10);
    const total = [...reference, ...current].reduce((sum, count) => sum + count, 0);
    expectRelative(cramersV(counts), Math.sqrt(expected.chiSquared[0]! / total), 1e-12);
    expectRelative(chiSquaredFit(counts)?.p, expected.fit[1]!, 1e-10);
    const yates = chiSquaredYates(counts);
    if (expected.yates === null) expect(yates).toBeNull();
    else expectRelative(yates?.p, expected.yates[1]!, 1e-10);
    if (expected.fisher === null) expect(fisherExact(counts)).toBeNull();
    else expectRelative(fisherExact(counts), expected.fisher, 1e-10);
    const distances = divergences(counts);
    for (const name of ["psi", "kl", "jsDivergence", "hellinger"] as const)
      expectRelative(distances[name], expected[name], 1e-10);
  });

  it("leave out what an unseen category does not allow", () => {
    const counts = { reference: [5, 0], current: [3, 4] };
    expect(chiSquaredFit(counts)).toBeNull();
    expect(divergences(counts).psi).toBeGreaterThan(1);
    expect(chiSquaredContingency({ reference: [5, 0], current: [9, 0] })).toMatchObject({
      degreesOfFreedom: 0,
      p: 1,
    });
    expect(cramersV({ reference: [5, 0], current: [9, 0] })).toBe(0);
  });
});

describe("further distances and adjusted p-values", () => {
  // Literal values computed with scipy 1.17.1: energy_distance, false_discovery_control.
  it("agree with scipy", () => {
    const sorted = (values: number[]) => Float64Array.from(values).sort();
    const samples = { reference: sorted([1, 2, 2, 5, 9]), current: sorted([0, 2, 3, 3.5]) };
    expectRelative(energyDistance(samples), 0.986_154_146_165_801_1, 1e-12);
    const adjusted = adjustedPValues([0.01, 0.04, 0.03, 0.005, 0.2, 0.04]);
    for (const [index, expected] of [0.03, 0.048, 0.048, 0.03, 0.2, 0.048].entries()) {
      expectRelative(adjusted[index], expected, 1e-12);
    }
    expect(() => adjustedPValues([Number.NaN])).toThrow(/no p-value/);
  });
});
