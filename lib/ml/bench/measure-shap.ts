import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { kernelShap } from "../explain/kernel-shap.ts";
import { coalitionGame } from "../explain/coalition-game.ts";
import { treeShap } from "../explain/tree-shap.ts";
import { hasReference, readReference, REFERENCE } from "../fixtures/shared-reference.ts";
import { getColumn } from "../frame/frame.ts";
import { readCsv } from "../frame/read-csv.ts";
import { importXgboost } from "../model/xgboost/import-xgboost.ts";
import { marginFunction } from "../score/margins.ts";
import type { Matrix } from "../score/preparation.ts";

/**
 * Prints processor microseconds per row and tree of TreeSHAP on the shared reference models, one thread, the first run
 * and the best of five, beside xgboost's pred_contribs in the same run when SWARM_PYTHON names a Python that has it, and
 * how many times longer the sampling method takes for the same rows.
 */

interface ShapCase {
  readonly model: string;
  readonly rows: string;
  readonly features: readonly string[];
}

const RUNS = 5;
/** The reference rows so often one after the other. */
const REPEATS = 20;
const SAMPLED_ROWS = 5;
const BACKGROUND_ROWS = 50;

function processorSeconds(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function readRows({ rows, features }: ShapCase, repeats: number): Promise<Matrix> {
  const { frame } = await readCsv({ path: `${REFERENCE}/shap/${rows}` });
  return {
    rowCount: frame.rowCount * repeats,
    columns: features.map((name) => {
      const column = getColumn(frame, name);
      if (column.kind !== "numeric") throw new Error(`${rows}: ${name} is no number`);
      const values = new Float64Array(frame.rowCount * repeats);
      for (let repeat = 0; repeat < repeats; repeat++) values.set(column.values, repeat * frame.rowCount);
      return { name, source: name, levels: null, values };
    }),
  };
}

function firstRows({ columns }: Matrix, rowCount: number): Matrix {
  return {
    rowCount,
    columns: columns.map((column) => ({ ...column, values: column.values.slice(0, rowCount) })),
  };
}

function measureXgboost(): Readonly<Record<string, number>> {
  const python = process.env.SWARM_PYTHON;
  if (python === undefined) return {};
  const script = fileURLToPath(new URL("measure-shap.py", import.meta.url));
  const { stdout, status, stderr } = spawnSync(
    python,
    [script, `${REFERENCE}/shap`, String(REPEATS), String(RUNS)],
    { encoding: "utf8" },
  );
  if (stderr.includes("No module named")) {
    console.log(`${python} has no xgboost, so it is left out`);
    return {};
  }
  if (status !== 0) throw new Error(`${python} could not measure xgboost: ${stderr}`);
  // The script's last line writes this shape.
  const { version, microseconds } = JSON.parse(stdout) as {
    version: string;
    microseconds: Record<string, number>;
  };
  console.log(`xgboost ${version}`);
  return microseconds;
}

async function measureCase(name: string, shapCase: ShapCase): Promise<Record<string, string | number>> {
  const { ensemble } = importXgboost(readFileSync(`${REFERENCE}/shap/${shapCase.model}`, "utf8"));
  const matrix = await readRows(shapCase, REPEATS);
  const runs = Array.from({ length: RUNS }, () => processorSeconds(() => treeShap(ensemble, matrix)));
  const scale = 1e6 / matrix.rowCount / ensemble.trees.length;
  const best = Math.min(...runs) * scale;
  const few = firstRows(matrix, SAMPLED_ROWS);
  const sampled = processorSeconds(() => {
    const game = coalitionGame({
      matrix: few,
      background: firstRows(matrix, BACKGROUND_ROWS),
      predict: marginFunction(ensemble),
      outputs: ensemble.outputs,
    });
    kernelShap(game, { coalitions: 2048, seed: 0, isExactAllowed: false });
  });
  const peer = xgboost[name];
  return {
    model: name,
    trees: ensemble.trees.length,
    "first us": round(runs[0]! * scale),
    "best us": round(best),
    "xgboost us": peer === undefined ? "-" : round(peer),
    "times xgboost": peer === undefined ? "-" : round(best / peer),
    "sampling / exact": Math.round(sampled / SAMPLED_ROWS / (Math.min(...runs) / matrix.rowCount)),
  };
}

const round = (value: number): number => Number(value.toPrecision(3));

if (!hasReference) throw new Error("The shared reference folder is needed; name it in SWARM_SHARED.");
const xgboost = measureXgboost();
const { cases } = readReference<{ readonly cases: Readonly<Record<string, ShapCase>> }>("shap/expected.json");
const lines = [];
for (const [name, shapCase] of Object.entries(cases)) lines.push(await measureCase(name, shapCase));
console.table(lines);
