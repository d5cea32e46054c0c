import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TYPED_REFUSALS, walkHostile } from "./hostile-chain.testing.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "swarm-hostile-tables-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

type Cells = Readonly<Record<string, (row: number) => string | number>>;

async function walk(rows: number, cells: Cells, options: { algorithm?: string } = {}) {
  const names = Object.keys(cells);
  const lines = Array.from({ length: rows }, (_, row) =>
    Object.values(cells)
      .map((cell) => cell(row))
      .join(","),
  );
  const path = join(folder, "table.csv");
  await writeFile(path, `${names.join(",")}\n${lines.join("\n")}\n`);
  return walkHostile(path, "y", options);
}

const mixed = (row: number, salt = 1): number => ((row * 2_654_435_761 * salt) >>> 7) % 1000;
const y = (row: number): string => (mixed(row) + mixed(row, 3) > 1000 ? "yes" : "no");
const sound: Cells = { a: (row) => mixed(row), b: (row) => mixed(row, 3) };
const ALL = ["evaluate_model", "explain_model"];

const SOUND: readonly [string, number, Cells][] = [
  ["constant columns", 400, { ...sound, same: () => 5, word: () => "x", y }],
  ["columns without any value", 400, { ...sound, none: () => "", y }],
  [
    "infinities",
    400,
    { ...sound, inf: (row) => (row % 7 === 0 ? "inf" : row % 11 === 0 ? "-inf" : mixed(row, 5)), y },
  ],
  [
    "huge and tiny numbers",
    400,
    { ...sound, big: (row) => (row % 2 === 0 ? 1e300 : -1e300), tiny: (row) => `${mixed(row)}e-300`, y },
  ],
  [
    "mixed types in a column",
    400,
    { ...sound, odd: (row) => (row % 3 === 0 ? mixed(row) : row % 3 === 1 ? "text" : "2024-01-01"), y },
  ],
  ["a class with one row", 400, { ...sound, y: (row) => (row === 7 ? "lone" : y(row)) }],
  [
    "columns named like properties of objects",
    400,
    {
      constructor: (row: number) => mixed(row),
      __proto__x: (row) => mixed(row, 3),
      toString: (row: number) => mixed(row, 5),
      y,
    },
  ],
  [
    "a name with quotes, commas and angle brackets",
    400,
    { ...sound, '"<b>,""x"': (row) => mixed(row, 5), y },
  ],
];

describe("a strange table", () => {
  it.each(SOUND)("with %s goes through every tool, or is refused in words", async (_, rows, cells) => {
    const { answered, refusal, outputs } = await walk(rows, cells);
    if (refusal === null) {
      expect(answered).toEqual(expect.arrayContaining(ALL));
      expect(JSON.stringify(outputs)).not.toMatch(/NaN|Infinity/);
    } else {
      expect(TYPED_REFUSALS).toContain(refusal.code);
      expect(refusal.message.length).toBeGreaterThan(20);
    }
  });

  it("with infinities is refused by a linear model by the column's name, or cleaned before", async () => {
    const { refusal, outputs } = await walk(400, SOUND[2]![2], { algorithm: "linear" });
    expect(refusal).toBeNull();
    expect(JSON.stringify(outputs["clean_data"])).toContain("infinite");
  });

  it.each([3, 2, 1])("of %i rows is refused, or said to be too few", async (rows) => {
    const { refusal, outputs } = await walk(rows, { ...sound, y: (row) => (row % 2 === 0 ? "yes" : "no") });
    expect(refusal === null ? JSON.stringify(outputs["validate_data"]) : refusal.message).toMatch(
      /too few|only one value|would be empty|the same|at least/,
    );
    if (refusal !== null) expect(TYPED_REFUSALS).toContain(refusal.code);
  });

  it("with 100,000 categories is learnt from in bounded time, and says that the rarest are one", async () => {
    const { refusal, outputs, answered } = await walk(120_000, {
      ...sound,
      many: (row) => `c${((row * 7919) % 100_003) % 100_000}`,
      y,
    });
    expect(refusal).toBeNull();
    expect(answered).toEqual(expect.arrayContaining(ALL));
    expect(JSON.stringify(outputs["validate_data"])).toMatch(/many/);
  }, 120_000);

  it("with a thousand columns goes through", async () => {
    const wide: Record<string, (row: number) => number> = {};
    for (let column = 0; column < 1000; column += 1) wide[`c${column}`] = (row) => mixed(row, column + 2);
    const { refusal } = await walk(300, { ...wide, ...sound, y }, { algorithm: "linear" });
    expect(refusal).toBeNull();
  }, 120_000);

  it("gives the same model again after every failure", async () => {
    const model = async () => (await walk(400, { ...sound, y })).outputs["train_classifier"]?.["model"];
    const first = await model();
    await walk(1, { ...sound, y });
    expect(await model()).toBe(first);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
  });
});
