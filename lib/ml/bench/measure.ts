import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { hasReference, prepareReference, withoutLevels } from "../fixtures/shared-reference.ts";
import { boostingParameters } from "../learn/boosting/boosting-parameters.ts";
import { trainBoosting } from "../learn/boosting/train-boosting.ts";
import { treeShap } from "../explain/tree-shap.ts";
import { marginFunction } from "../score/margins.ts";
import { measureLarge } from "./measure-large.ts";

/**
 * Prints processor seconds of training, scoring and explaining on the shared reference sets: 100 rounds of 31 leaves,
 * one thread, the first run (compilation of the code included) and the best of five. With SWARM_PYTHON set to a Python
 * that has scikit-learn, the same work is measured there in the same run. `--large` adds 1,000,000 rows x 30 columns.
 */

const SETS = ["abalone", "adult", "bike_hour", "california_housing", "compas", "credit_default", "iris"];
const LOSSES = { binary: "logistic", multiclass: "softmax", regression: "squared" } as const;
const RUNS = 5;
const EXPLAINED = 500;

function processorSeconds<Result>(work: () => Result): { seconds: number; result: Result } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, result };
}

async function measureSet(name: string): Promise<Record<string, string | number>> {
  const { reference, train, trainTarget } = await prepareReference(name, "trees");
  const matrix = withoutLevels(train);
  const fit = () =>
    trainBoosting({
      training: { matrix, target: trainTarget, weights: null },
      validation: null,
      loss: LOSSES[reference.task],
      classCount: reference.classes?.length ?? 2,
      parameters: boostingParameters({}),
      seed: 0,
    });
  const runs = Array.from({ length: RUNS }, () => processorSeconds(fit));
  const { ensemble } = runs[0]!.result;
  const scored = processorSeconds(() => marginFunction(ensemble)(matrix));
  const rowCount = Math.min(EXPLAINED, matrix.rowCount);
  const columns = matrix.columns.map((column) => ({
    ...column,
    values: column.values.subarray(0, rowCount),
  }));
  const explained = processorSeconds(() => treeShap(ensemble, { rowCount, columns }));
  return {
    set: name,
    rows: matrix.rowCount,
    "train first s": round(runs[0]!.seconds),
    "train best s": round(Math.min(...runs.map(({ seconds }) => seconds))),
    "scikit-learn s": scikitLearn.get(name) ?? "-",
    "score us/row": round((scored.seconds / matrix.rowCount) * 1e6),
    "shap us/row/tree": round((explained.seconds / rowCount / ensemble.trees.length) * 1e6),
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function measureScikitLearn(): Map<string, number> {
  const python = process.env.SWARM_PYTHON;
  if (python === undefined) return new Map();
  const script = fileURLToPath(new URL("scikit-learn.py", import.meta.url));
  const environment = { ...process.env, OMP_NUM_THREADS: "1" };
  const { stdout, status, stderr } = spawnSync(python, [script], { encoding: "utf8", env: environment });
  if (status !== 0) throw new Error(`${python} failed: ${stderr}`);
  return new Map(Object.entries(JSON.parse(stdout) as Record<string, number>));
}

const scikitLearn = measureScikitLearn();
if (hasReference) {
  const rows: Record<string, string | number>[] = [];
  for (const name of SETS) rows.push(await measureSet(name));
  console.table(rows);
} else console.log("The shared reference sets are not there; set SWARM_SHARED to their folder.");
if (process.argv.includes("--large")) console.table(await measureLarge());
