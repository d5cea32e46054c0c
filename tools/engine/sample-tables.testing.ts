import { createRandom } from "#lib/ml/index.ts";

/** One invented application for a loan. */
export interface LoanRow extends Record<string, unknown> {
  month: string;
  sex: string | null;
  age: number | null;
  region: string;
  income: number;
  loan: number;
  defaulted: string;
}

/**
 * Invented loans, the same for the same seed: defaults depend on income and loan, and are recorded more often in the
 * regions where mostly women live, so that a model which never sees the sex treats the sexes differently.
 */
export function loanRows(count: number, seed = 1): LoanRow[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, row) => {
    const isFemale = random.uniform() < 0.5;
    const isNorth = random.uniform() < (isFemale ? 0.85 : 0.15);
    const income = Math.round(1500 + 2500 * random.uniform() + 400 * random.normal());
    const loan = Math.round(500 + 4000 * random.uniform());
    const risk = (loan - income) / 900 + (isNorth ? 0.9 : -0.9) + random.normal() * 0.7;
    return {
      month: `2025-${String(1 + Math.floor((12 * row) / count)).padStart(2, "0")}`,
      sex: isFemale ? "female" : "male",
      age: Math.round(Math.min(80, Math.max(18, 42 + 13 * random.normal()))),
      region: isNorth ? "north" : "south",
      income,
      loan,
      defaulted: risk > 0 ? "yes" : "no",
    };
  });
}

/** Rows whose target is an amount that follows from two numbers and a category. */
export function priceRows(
  count: number,
  seed = 1,
): { size: number; rooms: number; town: string; price: number }[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const size = 30 + Math.round(120 * random.uniform());
    const rooms = 1 + random.integer(5);
    const town = ["alba", "bern", "cork"][random.integer(3)] ?? "alba";
    const price = size * 1000.5 + rooms * 5000 + (town === "alba" ? 40_000 : 0) + 5000 * random.normal();
    return { size, rooms, town, price: Math.round(price) };
  });
}

/** Three classes that two measurements tell apart. */
export function flowerRows(count: number, seed = 1): { width: number; height: number; kind: string }[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, row) => {
    const kind = row % 3;
    return {
      width: Math.round(100 * (kind + 0.35 * random.normal())) / 100,
      height: Math.round(100 * (kind * 0.7 + 0.4 * random.normal())) / 100,
      kind: ["rose", "tulip", "violet"][kind] ?? "",
    };
  });
}

/** The same rows without one column. */
export function withoutColumn(
  rows: readonly Readonly<Record<string, unknown>>[],
  name: string,
): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => column !== name)));
}
