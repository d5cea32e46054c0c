import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { hasReference, prepareReference, type PreparedReference } from "../fixtures/shared-reference.ts";
import { forestParameters } from "../learn/forest/forest-parameters.ts";
import { trainForest, type ForestResult } from "../learn/forest/train-forest.ts";
import { multiclassMetrics } from "../metrics/multiclass-metrics.ts";
import { rankingMetrics, rankScores } from "../metrics/ranking-metrics.ts";
import { regressionMetrics } from "../metrics/regression-metrics.ts";
import { applyLink, marginFunction } from "../score/margins.ts";

/**
 * Prints processor seconds and test scores of a random forest of 200 trees on the shared reference sets, with the
 * reference's settings: on one thread (best of two) and the wall time on two. With SWARM_PYTHON set to a Python that has
 * scikit-learn, its forest is measured in the same run.
 */

const SETS = ["abalone", "adult", "bike_hour", "california_housing", "compas", "credit_default", "iris"];
const RUNS = 2;
const ALGORITHM = "random-forest";

interface Theirs {
  readonly seconds: number;
  readonly score: number;
}

function processorSeconds(work: () => ForestResult): { seconds: number; wall: number; result: ForestResult } {
  const start = performance.now();
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, wall: (performance.now() - start) / 1000, result };
}

async function measureSet(
  name: string,
  theirs: Theirs | undefined,
): Promise<Record<string, string | number>> {
  const prepared = await prepareReference(name, "trees");
  const { reference, train, trainTarget } = prepared;
  const problem = reference.task;
  const stated = { trees: 200, minimalLeafRows: problem === "regression" ? 2 : 1 };
  const fit = (threads: number) => () =>
    trainForest({
      algorithm: ALGORITHM,
      problem,
      classCount: reference.classes?.length ?? 2,
      training: { matrix: train, target: trainTarget, weights: null },
      parameters: forestParameters(stated, { algorithm: ALGORITHM, problem }),
      seed: 0,
      threads,
    });
  const runs = Array.from({ length: RUNS }, () => processorSeconds(fit(1)));
  const { ensemble } = runs[0]!.result;
  const shared = processorSeconds(fit(2));
  const { suggested_bar: bar } = reference.models.random_forest;
  return {
    set: name,
    rows: train.rowCount,
    "train s": round(Math.min(...runs.map(({ seconds }) => seconds))),
    "scikit-learn s": theirs?.seconds ?? "-",
    "wall s": round(Math.min(...runs.map(({ wall }) => wall))),
    "wall s, 2 threads": round(shared.wall),
    nodes: ensemble.trees.reduce((sum, { feature }) => sum + feature.length, 0),
    measure: bar.metric,
    score: round(scoreOf(prepared, ensemble)),
    "scikit-learn": theirs === undefined ? "-" : round(theirs.score),
    bar: bar.at_least ?? bar.at_most ?? "-",
  };
}

function scoreOf(
  { reference, test, testTarget }: PreparedReference,
  ensemble: ForestResult["ensemble"],
): number {
  const outputs = applyLink(ensemble.link, marginFunction(ensemble)(test));
  if (reference.task === "binary") {
    return rankingMetrics({ ranking: rankScores(outputs[0]!), labels: testTarget, weights: null }).auc;
  }
  if (reference.task === "regression") {
    return regressionMetrics({ actual: testTarget, predicted: outputs[0]! }).rmse;
  }
  const classes = reference.classes ?? [];
  return multiclassMetrics({ labels: testTarget, predicted: testTarget, probabilities: outputs, classes })
    .logLoss;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function measureScikitLearn(): Readonly<Record<string, Theirs>> {
  const python = process.env.SWARM_PYTHON;
  if (python === undefined) return {};
  const script = fileURLToPath(new URL("scikit-learn-forest.py", import.meta.url));
  const { stdout, status, stderr } = spawnSync(python, [script], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${python} failed: ${stderr}`);
  return JSON.parse(stdout) as Record<string, Theirs>;
}

if (hasReference) {
  const theirs = measureScikitLearn();
  const rows: Record<string, string | number>[] = [];
  for (const name of SETS) rows.push(await measureSet(name, theirs[name]));
  console.table(rows);
} else console.log("The shared reference sets are not there; set SWARM_SHARED to their folder.");
