import { describe, expect, it } from "vitest";
import { type Column, createRandom } from "#lib/ml/index.ts";
import { mendSpellings, spellingGroups } from "./category-spellings.ts";
import { impossibleValues } from "./impossible-values.ts";

const random = createRandom(11);
const numeric = (values: readonly number[], name = "x"): Column => ({
  kind: "numeric",
  name,
  values: Float64Array.from(values),
});
const found = (values: readonly number[]) =>
  impossibleValues(numeric(values)).map(({ count, reason }) => `${count}: ${reason}`);
const ages = Array.from({ length: 500 }, () => Math.round(20 + 50 * random.uniform()));
const put = (values: readonly number[], index: number, value: number) => values.with(index, value);

describe("impossibleValues", () => {
  it("finds infinities in any number of rows", () => {
    expect(found([1, 2, Infinity, -Infinity])).toEqual(["2: infinite"]);
  });

  it("finds a sign typed by mistake", () => {
    expect(found(put(put(ages, 3, -34), 9, -51))).toEqual(["2: negative where all others are positive"]);
  });

  it("leaves alone negative numbers that are not like the others, such as refunds of the dearest", () => {
    const prices = Array.from({ length: 500 }, (_, row) =>
      row % 125 === 0 ? -990 - row / 100 : 100 + row * 1.8,
    );
    expect(found(prices)).toEqual([]);
  });

  it("finds codes of nines below and above", () => {
    const below = ages.map((age, row) => (row % 100 === 0 ? -99 : age));
    expect(found(below)).toEqual(["5: -99 stands for unknown"]);
    const above = ages.map((age, row) => (row % 100 === 0 ? 999 : age));
    expect(found(above)).toEqual(["5: 999 stands for unknown"]);
  });

  it("leaves alone temperatures around zero, balances, and negative zero", () => {
    expect(found(Array.from({ length: 500 }, () => 10 * random.normal()))).toEqual([]);
    expect(found(Array.from({ length: 500 }, (_, row) => (row < 3 ? -5 : row < 250 ? 0 : row)))).toEqual([]);
    expect(found(put(ages, 3, -0))).toEqual([]);
  });

  it("leaves alone a single 999, one of two prices, and a long tail that passes through it", () => {
    expect(found(put(ages, 3, 999))).toEqual([]);
    expect(found(Array.from({ length: 500 }, (_, row) => (row % 50 === 0 ? 999 : 100)))).toEqual([]);
    expect(found(Array.from({ length: 500 }, (_, row) => (row < 490 ? row : 990 + (row - 490))))).toEqual([]);
  });

  it("finds no rule in few rows, in empty columns and in words", () => {
    expect(found([-1, ...ages.slice(0, 100)])).toEqual([]);
    expect(found(Array.from({ length: 300 }, () => Number.NaN))).toEqual([]);
    const words: Column = { kind: "categorical", name: "x", dictionary: ["a"], codes: new Int32Array(300) };
    expect(impossibleValues(words)).toEqual([]);
  });
});

function words(counts: Readonly<Record<string, number>>): Column {
  const dictionary = Object.keys(counts);
  const codes = dictionary.flatMap((word, code) => Array.from({ length: counts[word] ?? 0 }, () => code));
  return { kind: "categorical", name: "word", dictionary, codes: Int32Array.from(codes) };
}

describe("spellings of one category", () => {
  it("are told by case, spaces, _ and -, and the most frequent is kept", () => {
    const { column, changed, renamed } = mendSpellings(
      words({ "home loan": 50, "Home Loan": 4, " home_loan": 3, "HOME-LOAN": 2, car: 9 }),
    );
    expect(changed).toBe(9);
    expect(column.kind === "categorical" && column.dictionary).toEqual(["home loan", "car"]);
    expect([...renamed.values()].every((kept) => kept === "home loan")).toBe(true);
  });

  it("keep short codes apart where case may mean something", () => {
    expect(spellingGroups(words({ AA: 30, Aa: 40, aa: 30 }))).toEqual([]);
    expect(spellingGroups(words({ NY: 100, ny: 2 }))).toHaveLength(1);
  });

  it("change nothing where each category has one", () => {
    const column = words({ red: 3, green: 4 });
    expect(mendSpellings(column)).toMatchObject({ column, changed: 0 });
  });
});
