import { hasReference, prepareReference } from "../fixtures/shared-reference.ts";
import { boostingParameters } from "../learn/boosting/boosting-parameters.ts";
import { trainBoosting } from "../learn/boosting/train-boosting.ts";
import { forestParameters } from "../learn/forest/forest-parameters.ts";
import { trainForest } from "../learn/forest/train-forest.ts";
import { packEstimator } from "../model/pack-trees.ts";
import { readTreeEnsemble } from "../score/decode-estimator.ts";
import type { TreeEnsemble } from "../score/estimator.ts";
import { marginFunction } from "../score/margins.ts";
import type { Matrix } from "../score/preparation.ts";

/**
 * Prints how large the trees of some models are in a model file, as lists and as they are written, processor seconds of
 * writing and reading them, and processor microseconds of scoring a row: alone, as a server does, and among many.
 */

const RUNS = 5;
const SINGLE_ROWS = 2000;

function processorSeconds(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const best = (work: () => unknown): number =>
  Math.min(...Array.from({ length: RUNS }, () => processorSeconds(work)));

const round = (value: number): number => Number(value.toPrecision(3));

function rowsAlone({ columns }: Matrix): Matrix[] {
  return Array.from({ length: SINGLE_ROWS }, (_, row) => ({
    rowCount: 1,
    columns: columns.map((column) => ({ ...column, values: column.values.slice(row, row + 1) })),
  }));
}

function measure(model: string, ensemble: TreeEnsemble, matrix: Matrix): Record<string, string | number> {
  const width = matrix.columns.length;
  const read = (text: string) => readTreeEnsemble({ value: JSON.parse(text), path: "" }, width);
  const lists = JSON.stringify(ensemble);
  const written = JSON.stringify(packEstimator(ensemble));
  const margins = marginFunction(ensemble);
  const alone = rowsAlone(matrix);
  return {
    model,
    nodes: ensemble.trees.reduce((sum, { feature }) => sum + feature.length, 0),
    "lists MB": round(lists.length / 1e6),
    "written MB": round(written.length / 1e6),
    "write s": round(best(() => JSON.stringify(packEstimator(ensemble)))),
    "read lists s": round(best(() => read(lists))),
    "read s": round(best(() => read(written))),
    "us/row": round((best(() => margins(matrix)) * 1e6) / matrix.rowCount),
    "us/row alone": round((best(() => alone.forEach((row) => margins(row))) * 1e6) / SINGLE_ROWS),
  };
}

const algorithm = "random-forest";

function forestOf(train: Matrix, target: Float64Array, classCount: number): TreeEnsemble {
  const problem = classCount > 2 ? "multiclass" : "binary";
  return trainForest({
    algorithm,
    problem,
    classCount,
    training: { matrix: train, target, weights: null },
    parameters: forestParameters({ trees: 200, minimalLeafRows: 1 }, { algorithm, problem }),
    seed: 0,
    threads: 2,
  }).ensemble;
}

/** Four classes of about as many rows each. */
function quarters(target: Float64Array): Float64Array {
  const sorted = target.toSorted();
  const limits = [1, 2, 3].map((part) => sorted[(sorted.length * part) >> 2]!);
  return target.map((value) => limits.filter((limit) => value >= limit).length);
}

async function measureAdult(): Promise<Record<string, string | number>[]> {
  const { train, trainTarget, test } = await prepareReference("adult", "trees");
  const boosted = trainBoosting({
    training: { matrix: train, target: trainTarget, weights: null },
    validation: null,
    loss: "logistic",
    classCount: 2,
    parameters: boostingParameters({}),
    seed: 0,
  });
  return [
    measure("adult, 100 boosting rounds", boosted.ensemble, test),
    measure("adult, 200 random trees", forestOf(train, trainTarget, 2), test),
  ];
}

async function measureQuarters(): Promise<Record<string, string | number>> {
  const { train, trainTarget, test } = await prepareReference("california_housing", "trees");
  return measure("california, 200 random trees, 4 classes", forestOf(train, quarters(trainTarget), 4), test);
}

if (!hasReference) throw new Error("The shared reference folder is needed; name it in SWARM_SHARED.");
console.table([...(await measureAdult()), await measureQuarters()]);
