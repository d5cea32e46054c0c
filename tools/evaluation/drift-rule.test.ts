import { describe, expect, it } from "vitest";
import { compareCategories, compareNumbers, createRandom } from "#lib/ml/index.ts";
import { ALPHA, driftRule, judgeDrift } from "./drift-rule.ts";

const LIMIT = 0.25;

const numbers = (values: readonly number[]) => ({
  kind: "numeric" as const,
  name: "x",
  values: Float64Array.from(values),
});

/** A column of normal numbers, shifted in the newer part, with some missing. */
function compared(
  column: string,
  about: { rows: number; shift?: number; missing?: { reference: number; current: number }; seed?: number },
) {
  const random = createRandom(about.seed ?? 1);
  const draw = (shift: number, missing: number) =>
    numbers(
      Array.from({ length: about.rows }, (_, row) =>
        row < missing * about.rows ? Number.NaN : shift + random.normal(),
      ),
    );
  const comparison = compareNumbers(
    draw(0, about.missing?.reference ?? 0),
    draw(about.shift ?? 0, about.missing?.current ?? 0),
  );
  const share = (part: number) => Math.max(part, 1e-4);
  const { reference = 0, current = 0 } = about.missing ?? {};
  const missingPsi =
    (current - reference) * Math.log(share(current) / share(reference)) +
    (reference - current) * Math.log(share(1 - current) / share(1 - reference));
  return { column, psi: comparison.psi, missingPsi, comparison };
}

function categories(column: string, reference: Record<string, number>, current: Record<string, number>) {
  const part = (counts: Record<string, number>) => {
    const dictionary = Object.keys(counts);
    const codes = dictionary.flatMap((name, code) => Array.from({ length: counts[name] ?? 0 }, () => code));
    return { kind: "categorical" as const, name: column, dictionary, codes: Int32Array.from(codes) };
  };
  const comparison = compareCategories(part(reference), part(current));
  return { column, psi: comparison.psi, missingPsi: 0, comparison };
}

describe("a column has drifted", () => {
  it("when its index is over the limit and its test is significant", () => {
    const verdict = judgeDrift([compared("x", { rows: 1000, shift: 1 })], LIMIT);
    expect(verdict).toMatchObject({ verdict: "major", passed: false, column: "x" });
    expect(verdict.columns[0]).toMatchObject({ isDrifted: true, test: { isSignificant: true } });
  });

  it("not when the index of a small sample is large by chance", () => {
    const small = compared("x", { rows: 30, seed: 3 });
    expect(small.psi).toBeGreaterThan(LIMIT);
    const verdict = judgeDrift([small], LIMIT);
    expect(verdict).toMatchObject({ verdict: "stable", passed: true, maxPsi: 0, column: null });
    expect(verdict.columns[0]).toMatchObject({ psi: small.psi, countedPsi: 0, isDrifted: false });
  });

  it("not when a shift of many rows is significant but slight", () => {
    const verdict = judgeDrift([compared("x", { rows: 20_000, shift: 0.08 })], LIMIT);
    expect(verdict.columns[0]?.test.isSignificant).toBe(true);
    expect(verdict).toMatchObject({ verdict: "stable", passed: true });
  });

  it("when its values stay and its missing share moves", () => {
    const verdict = judgeDrift(
      [compared("x", { rows: 2000, missing: { reference: 0.01, current: 0.4 } })],
      LIMIT,
    );
    expect(verdict.columns[0]).toMatchObject({
      isDrifted: true,
      verdict: "major",
      test: { isSignificant: false },
      missingTest: { isSignificant: true },
    });
  });

  it("not by a missing share that hardly moves", () => {
    const verdict = judgeDrift(
      [compared("x", { rows: 300, missing: { reference: 0.1, current: 0.11 } })],
      LIMIT,
    );
    expect(verdict.columns[0]).toMatchObject({ isDrifted: false, missingTest: { isSignificant: false } });
  });

  it("by its categories as by its numbers", () => {
    const verdict = judgeDrift(
      [categories("town", { a: 500, b: 400, c: 100 }, { a: 100, b: 400, c: 500 })],
      LIMIT,
    );
    expect(verdict.columns[0]).toMatchObject({ isDrifted: true, test: { name: "chi-squared" } });
  });

  it("not because each of many rare categories is on one side only", () => {
    const names = Array.from({ length: 60 }, (_, index) => `rare ${index}`);
    const half = (parity: number) =>
      Object.fromEntries([
        ["usual", 400],
        ...names.map((name, index) => [name, index % 2 === parity ? 1 : 0] as const),
      ]);
    expect(judgeDrift([categories("town", half(0), half(1))], LIMIT).verdict).toBe("stable");
  });

  it("by an exact test where two categories have few rows", () => {
    const verdict = judgeDrift([categories("flag", { no: 12, yes: 0 }, { no: 0, yes: 12 })], LIMIT);
    expect(verdict.columns[0]).toMatchObject({ isDrifted: true, test: { name: "fisher" } });
  });
});

describe("a significant index", () => {
  it.each([
    [0.0999, "stable"],
    [0.1, "moderate"],
    [0.25, "moderate"],
    [0.2501, "major"],
  ])("of %f is %s", (psi, word) => {
    const column = { ...compared("x", { rows: 1000, shift: 1 }), psi };
    expect(judgeDrift([column], LIMIT)).toMatchObject({
      verdict: word,
      passed: word !== "major",
      maxPsi: psi,
    });
  });
});

describe("the number of tests", () => {
  it("makes each harder to pass, so that a column which just passes alone does not among many", () => {
    const borderline = compared("x", { rows: 60, shift: 0.75, seed: 5 });
    const alone = judgeDrift([borderline], LIMIT);
    const p = alone.columns[0]?.test.p ?? 1;
    expect(p).toBeLessThan(ALPHA);
    expect(alone.passed).toBe(false);
    const enough = Math.ceil(ALPHA / p);
    const others = Array.from({ length: enough }, (_, index) =>
      compared(`other ${index}`, { rows: 60, seed: 100 + index }),
    );
    const among = judgeDrift([borderline, ...others], LIMIT);
    expect(among.tests).toBe(enough + 1);
    expect(among.columns.find(({ column }) => column === "x")).toMatchObject({ isDrifted: false });
  });

  it("counts the test of missing values too", () => {
    const column = compared("x", { rows: 300, missing: { reference: 0.1, current: 0.1 } });
    expect(judgeDrift([column], LIMIT).tests).toBe(2);
  });
});

describe("the table's verdict", () => {
  it("is the worst column's, and columns come worst first", () => {
    const verdict = judgeDrift(
      [
        compared("still", { rows: 800 }),
        compared("moved", { rows: 800, shift: 0.4 }),
        compared("gone", { rows: 800, shift: 2 }),
      ],
      LIMIT,
    );
    expect(verdict.columns.map(({ column }) => column)).toEqual(["gone", "moved", "still"]);
    expect(verdict.columns.map((column) => column.verdict)).toEqual(["major", "moderate", "stable"]);
    expect(verdict.maxPsi).toBe(verdict.columns[0]?.countedPsi);
  });

  it("is stable and passes without columns", () => {
    expect(judgeDrift([], LIMIT)).toMatchObject({ verdict: "stable", passed: true, columns: [] });
  });

  it("is explained with the limit and every test that was applied", () => {
    expect(driftRule(0.17)).toMatch(/Kolmogorov-Smirnov.*chi-squared.*Fisher's exact.*over 0.17/);
  });
});
