import { describe, expect, it } from "vitest";
import { createFrame } from "../frame/frame.ts";
import { createRandom } from "../random.ts";
import type { Column } from "../score/column.ts";
import { implausibleDuplicates } from "./implausible-duplicates.ts";

const random = createRandom(11);
const numeric = (values: readonly number[], name: string): Column => ({
  kind: "numeric",
  name,
  values: Float64Array.from(values),
});

describe("implausibleDuplicates", () => {
  const distinct = (rows: number) =>
    Array.from({ length: rows }, () => [random.normal(), random.normal(), random.normal()] as const);
  const frameOf = (rows: readonly (readonly number[])[]) =>
    createFrame(
      [0, 1, 2].map((place) =>
        numeric(
          rows.map((row) => row[place] ?? 0),
          `c${place}`,
        ),
      ),
    );

  it("finds rows that were copied", () => {
    const rows = distinct(300);
    expect(implausibleDuplicates(frameOf([...rows, ...rows.slice(0, 20)]))).toEqual({
      count: 20,
      isImplausible: true,
    });
  });

  it("finds a file that was put in twice", () => {
    const rows = distinct(500);
    expect(implausibleDuplicates(frameOf([...rows, ...rows])).isImplausible).toBe(true);
  });

  it("does not take equal rows of few values for copies", () => {
    const rows = Array.from({ length: 400 }, (_, row) => [row % 3, row % 2, row % 5]);
    expect(implausibleDuplicates(frameOf(rows)).isImplausible).toBe(false);
  });

  it("does not take a state that comes back for copies", () => {
    const rows = [...distinct(300), ...Array.from({ length: 60 }, () => [0, 0, 0] as const)];
    expect(implausibleDuplicates(frameOf(rows)).isImplausible).toBe(false);
  });

  it("does not take rows for copies whose columns all follow from one, for near misses are plentiful", () => {
    const rows = Array.from({ length: 700 }, () => {
      const model = random.integer(500);
      return [model, Math.sin(model), Math.cos(model), random.integer(5), model * model];
    });
    const columns = [0, 1, 2, 3, 4].map((place) =>
      numeric(
        rows.map((row) => row[place] ?? 0),
        `c${place}`,
      ),
    );
    const { count, isImplausible } = implausibleDuplicates(createFrame(columns));
    expect(count).toBeGreaterThan(40);
    expect(isImplausible).toBe(false);
  });

  it("takes zero and negative zero for the same", () => {
    const rows = distinct(100).map(([first, second]) => [first, second, 0] as const);
    const twice = [...rows, ...rows.slice(0, 10).map(([first, second]) => [first, second, -0] as const)];
    expect(implausibleDuplicates(frameOf(twice)).count).toBe(10);
  });
});
