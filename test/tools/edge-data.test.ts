import { createWriteStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadDataset } from "#tools/data/load-dataset.ts";
import { profileData } from "#tools/data/profile-data.ts";
import { splitTrainTest } from "#tools/data/split-train-test.ts";
import { validateData } from "#tools/data/validate-data.ts";
import { createToolBench } from "#tools/engine/tool-bench.testing.ts";
import { type ChainRequest, runToolChain } from "./tool-chain.testing.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "swarm-edge-data-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A table as CSV text: a function per column. */
function table(rows: number, columns: Readonly<Record<string, (row: number) => string | number>>): string {
  const names = Object.keys(columns);
  const lines = Array.from({ length: rows }, (_, row) =>
    Object.values(columns)
      .map((value) => value(row))
      .join(","),
  );
  return `${names.join(",")}\n${lines.join("\n")}\n`;
}

async function chainOf(csv: string, request: Omit<ChainRequest, "path">) {
  const path = join(folder, "table.csv");
  await writeFile(path, csv);
  return runToolChain({ ...request, path });
}

/** Numbers without a visible order, the same every time. */
const mixed = (row: number, salt = 1) => ((row * 2_654_435_761 * salt) >>> 7) % 1000;
const outcome = (row: number) => (mixed(row) + mixed(row, 3) > 1000 ? "yes" : "no");

const sound = { amount: (row: number) => mixed(row), term: (row: number) => mixed(row, 3), y: outcome };

describe("the chain on awkward columns", () => {
  it("learns nothing from columns that are empty, constant or keys, and names them", async () => {
    const chain = await chainOf(
      table(900, {
        ...sound,
        nothing: () => "",
        same: () => "always",
        key: (row) => row + 17,
        code: (row) => `K-${row}-${mixed(row, 7)}`,
      }),
      { target: "y" },
    );
    expect(chain.trained.features.toSorted()).toEqual(["amount", "term"]);
    const unusable = chain.firstValidation.findings.find(({ check }) => check === "unusable-columns");
    expect(unusable?.columns.toSorted()).toEqual(["code", "key", "nothing", "same"]);
    expect(chain.metrics.values["auc"]).toBeGreaterThan(0.9);
  });

  it("reads quoted line feeds, whole numbers in quotes and negative zero without losing a row", async () => {
    const chain = await chainOf(
      table(900, {
        ...sound,
        remark: (row) => `"first, ${row % 4}\nsecond ""line"""`,
        quoted: (row) => `"${row % 12}"`,
        signed: (row) => (row % 3 === 0 ? "-0" : row % 3 === 1 ? "0" : String(mixed(row, 5))),
      }),
      { target: "y" },
    );
    expect(chain.cleaned.rows).toBe(900);
    const kinds = Object.fromEntries(chain.loaded.columns.map(({ name, kind }) => [name, kind]));
    expect(kinds).toMatchObject({ remark: "categorical", quoted: "numeric", signed: "numeric" });
    expect(chain.explanation.additivity.holds).toBe(true);
  });

  it("gives negative zero the same prediction as zero", async () => {
    const csv = table(900, { ...sound, signed: (row) => (row % 2 === 0 ? "0" : String(mixed(row, 5))) });
    const plain = await chainOf(csv, { target: "y" });
    const negative = await chainOf(csv.replaceAll(/,0$/gm, ",-0"), { target: "y" });
    expect(negative.metrics.values).toEqual(plain.metrics.values);
  });

  it("audits rows without a protected value as a group of their own", async () => {
    const chain = await chainOf(
      table(1200, { ...sound, sex: (row) => (row % 5 === 0 ? "" : row % 2 === 0 ? "f" : "m") }),
      { target: "y", protected: ["sex"] },
    );
    const report = await chain.bench.report<{ attributes: { groups: { label: string }[] }[] }>(
      "fairness.json",
    );
    expect(report.attributes[0]?.groups.map(({ label }) => label).toSorted()).toEqual([
      "(missing)",
      "f",
      "m",
    ]);
  });

  it("passes an audit by an attribute of one group, having said beforehand that it compares nothing", async () => {
    const chain = await chainOf(table(900, { ...sound, sex: () => "f" }), {
      target: "y",
      protected: ["sex"],
    });
    expect(chain.fairness).toMatchObject({
      audited: true,
      passed: true,
      attributes: { sex: { demographicParityDifference: 0 } },
    });
    const said = chain.firstValidation.findings.find(({ check }) => check === "protected-groups");
    expect(said).toMatchObject({ severity: "warning", columns: ["sex"] });
  });

  it("learns and judges more than fifty classes", async () => {
    const chain = await chainOf(
      table(3000, {
        // Neither alone gives the class away; both together tell it.
        x: (row) => Math.floor((row % 60) / 8) + mixed(row) / 2000,
        z: (row) => ((row % 60) % 8) + mixed(row, 3) / 2000,
        label: (row) => `class ${row % 60}`,
      }),
      { target: "label" },
    );
    expect(chain.loaded.problemType).toBe("multiclass");
    expect(chain.loaded.classes).toHaveLength(60);
    expect(chain.metrics.values["accuracy"]).toBeGreaterThan(0.8);
    expect(chain.bench.facts["data"]).not.toHaveProperty("classes");
  });

  it("goes through with fewer than twenty rows, having said that they are too few", async () => {
    const chain = await chainOf(table(18, { ...sound, y: (row) => (row % 2 === 0 ? "yes" : "no") }), {
      target: "y",
    });
    expect(chain.firstValidation.ok).toBe(false);
    expect(chain.firstValidation.findings.map(({ check }) => check)).toContain("few-rows");
    expect(chain.algorithm).toBe("linear");
    expect(chain.drift.verdict).toBe("stable");
  });

  it("orders rows by dates written day first", async () => {
    const days = (row: number) => {
      const date = new Date(Date.UTC(2024, 0, 1 + Math.floor(row / 4)));
      return `${String(date.getUTCDate()).padStart(2, "0")}.${String(date.getUTCMonth() + 1).padStart(2, "0")}.2024`;
    };
    const chain = await chainOf(table(1400, { ...sound, day: days }), { target: "y", timeColumn: "day" });
    expect(chain.split.method).toBe("time-ordered");
    expect(chain.trained.features).not.toContain("day");
    expect(chain.drift.comparedPeriod).toMatch(/2024-12/);
  });
});

describe("a text column with a million different values", () => {
  it("is loaded, described and left out, without one of them in a report", async () => {
    const path = join(folder, "million.csv");
    const lines = function* () {
      yield "name,amount,y\n";
      for (let row = 0; row < 1_000_000; row += 1)
        yield `Person ${row} of ${mixed(row, 9)},${mixed(row)},${row % 2}\n`;
    };
    await pipeline(Readable.from(lines()), createWriteStream(path));
    const bench = createToolBench();
    const { dataset, rows } = await bench.succeed<{ dataset: string; rows: number }>(loadDataset, {
      source: path,
      target: "y",
    });
    expect(rows).toBe(1_000_000);
    await bench.succeed(profileData, { dataset, target: "y" });
    const validation = await bench.succeed<{ findings: { check: string; columns: string[] }[] }>(
      validateData,
      {
        dataset,
        target: "y",
      },
    );
    expect(validation.findings.find(({ check }) => check === "unusable-columns")?.columns).toEqual(["name"]);
    for (const name of ["reports/data_profile.json", "reports/validation_1.json"]) {
      const text = new TextDecoder().decode(bench.context.bytesOf(name));
      expect(text).not.toContain("Person");
      expect(text.length).toBeLessThan(100_000);
    }
    const split = await bench.succeed<{ rows: { test: number } }>(splitTrainTest, { dataset, target: "y" });
    expect(split.rows.test).toBe(200_000);
  });
});
