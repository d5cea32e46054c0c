import { UNWATCHED, type Control, type Progress } from "../../control.ts";
import { createRandom, type Random } from "../../random.ts";
import { compileTrees, findLeaf, leafValue } from "../../score/compiled-trees.ts";
import type { Tree, TreeEnsemble } from "../../score/estimator.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Matrix } from "../../score/preparation.ts";
import { fitBinning, type Binning } from "./binning.ts";
import { meanLoss, totalWeight, type BoostingLoss, type TargetRows } from "./boosting-loss.ts";
import type { BoostingParameters } from "./boosting-parameters.ts";
import { growTree, type GrownTree } from "./grow-tree.ts";
import { createTeam, type Team } from "./team.ts";
import { createTrainingMemory, type TrainingMemory } from "./training-memory.ts";

/** Rows to learn from or to validate on. */
export interface LabelledMatrix extends TargetRows {
  readonly matrix: Matrix;
}

export interface BoostingRequest {
  readonly training: LabelledMatrix;
  /** Held-out rows for the validation loss and early stopping. */
  readonly validation: LabelledMatrix | null;
  readonly loss: BoostingLoss;
  /** Number of classes for softmax; ignored otherwise. */
  readonly classCount: number;
  readonly parameters: BoostingParameters;
  /** Per matrix column 1 or -1 where predictions may only rise or fall with it, else 0. Numeric columns only. */
  readonly directions?: Int8Array;
  readonly seed: number;
  /** Threads that share the work; the result is the same for any number. Default 1. */
  readonly threads?: number;
  readonly control?: Control;
}

/** Mean loss after a round (nats, half the squared error, or as the loss is defined). */
export interface BoostingRound {
  readonly round: number;
  readonly trainingLoss: number;
  readonly validationLoss: number | null;
}

export interface BoostingResult {
  readonly ensemble: TreeEnsemble;
  readonly history: readonly BoostingRound[];
  /** Number of rounds kept: the best one when stopped early. */
  readonly bestRound: number;
}

/** Cells below which starting threads costs more than they save. */
const WORTH_THREADS = 1_000_000;

/**
 * Trains a histogram gradient boosting ensemble (Friedman 2001; second-order leaf values of Chen and Guestrin 2016;
 * leaf-wise growth of Ke et al. 2017). The same request gives the same ensemble, bit for bit, for any number of threads.
 * @throws MlError bad-data without rows or for targets that the loss cannot take; cancelled; out-of-memory.
 */
export function trainBoosting(request: BoostingRequest): BoostingResult {
  const { training, parameters, seed, classCount } = request;
  const control = request.control ?? UNWATCHED;
  if (training.matrix.rowCount === 0) throw new MlError("bad-data", "There are no rows to train on.");
  checkTarget(request.loss, training.target);
  const { quantile } = parameters;
  const binning = fitBinning(training.matrix, parameters.maximalBins, seed);
  control.throwIfCancelled();
  const cells = training.matrix.rowCount * training.matrix.columns.length;
  const threads = cells < WORTH_THREADS ? 1 : (request.threads ?? 1);
  const memory = createTrainingMemory({
    matrix: training.matrix,
    binning,
    rows: training,
    loss: { loss: request.loss, classCount, quantile },
    maximalLeaves: parameters.maximalLeaves,
    isShared: threads > 1,
    control,
  });
  const team = createTeam(memory, threads, control);
  try {
    return boost(request, { memory, team, binning, control });
  } finally {
    team.close();
  }
}

function checkTarget(loss: BoostingLoss, target: Float64Array): void {
  if (loss !== "poisson") return;
  const negative = target.find((value) => value < 0);
  if (negative !== undefined) {
    throw new MlError(
      "bad-data",
      `The Poisson loss is for counts, but the target holds ${negative}. Use the squared loss, or clean the target.`,
    );
  }
}

interface Workplace {
  readonly memory: TrainingMemory;
  readonly team: Team;
  readonly binning: Binning;
  readonly control: Control;
}

function boost(request: BoostingRequest, workplace: Workplace): BoostingResult {
  const { training, validation, parameters, seed } = request;
  const { memory, team, binning, control } = workplace;
  const { loss, margins } = memory;
  const random = createRandom(seed);
  const base = loss.base(training);
  for (const [output, margin] of margins.entries()) margin.fill(base[output]!);
  const held = validation === null ? null : heldOut(validation, base);
  const directions = request.directions?.some((direction) => direction !== 0) ? request.directions : null;
  const settings = { memory, team, binning, parameters, directions, control };
  const weight = totalWeight(training);
  const trees: Tree[] = [];
  const history: BoostingRound[] = [];
  const record = (round: number, validationLoss: number | null): void => {
    const trainingLoss = weight > 0 ? sumOf(memory.chunkSums) / weight : 0;
    history.push({ round, trainingLoss, validationLoss });
    control.report(progressOf(request, history[history.length - 1]!));
  };
  let validationLoss: number | null = null;
  let bestRound = 0;
  let bestLoss = Infinity;
  let round = 1;
  for (; round <= parameters.rounds; round++) {
    // Softmax needs all margins of a round before any of them moves.
    if (loss.outputs > 1) margins.forEach((margin, output) => memory.marginsBefore[output]!.set(margin));
    for (let output = 0; output < loss.outputs; output++) {
      control.throwIfCancelled();
      team.run({ kind: "derivatives", output });
      // The loss that the derivatives were taken at is that of the round before.
      if (output === 0 && round > 1) record(round - 1, validationLoss);
      const rowCount = sampleRows(memory, parameters.rowFraction, random);
      const features = sampleFeatures(binning, parameters.featureFraction, random);
      const grown = growTree(settings, { features, rowCount, output });
      addToMargins(grown, { memory, team, output, rowCount, matrix: training.matrix });
      held?.add(grown.tree, output);
      trees.push(grown.tree);
    }
    validationLoss = held === null ? null : meanLoss(loss, held.margins, held.rows);
    if (validationLoss === null || parameters.patience === null) bestRound = round;
    else if (validationLoss < bestLoss) {
      bestLoss = validationLoss;
      bestRound = round;
    } else if (round - bestRound >= parameters.patience) break;
  }
  team.run({ kind: "loss" });
  record(Math.min(round, parameters.rounds), validationLoss);
  const ensemble: TreeEnsemble = {
    kind: "tree-ensemble",
    link: loss.link,
    outputs: loss.outputs,
    base,
    inputPrecision: "double",
    trees: trees.slice(0, bestRound * loss.outputs),
  };
  return { ensemble, history, bestRound };
}

/** Chunk sums are added in the order of the chunks, whoever took them. */
function sumOf(parts: Float64Array): number {
  let sum = 0;
  for (const part of parts) sum += part;
  return sum;
}

function progressOf({ training, parameters }: BoostingRequest, entry: BoostingRound): Progress {
  const { round, trainingLoss, validationLoss } = entry;
  return {
    stage: "train",
    done: round,
    total: parameters.rounds,
    rows: round * training.matrix.rowCount,
    metric:
      validationLoss === null
        ? { name: "training loss", value: trainingLoss }
        : { name: "validation loss", value: validationLoss },
  };
}

interface HeldOut {
  readonly rows: LabelledMatrix;
  readonly margins: readonly Float64Array[];
  add(tree: Tree, output: number): void;
}

function heldOut(rows: LabelledMatrix, base: readonly number[]): HeldOut {
  const margins = base.map((value) => new Float64Array(rows.matrix.rowCount).fill(value));
  return { rows, margins, add: (tree, output) => addTree(tree, rows.matrix, margins[output]!) };
}

function addTree(tree: Tree, matrix: Matrix, margin: Float64Array): void {
  const shape = {
    kind: "tree-ensemble",
    link: "identity",
    outputs: 1,
    base: [0],
    inputPrecision: "double",
  } as const;
  const trees = compileTrees({ ...shape, trees: [tree] });
  const features = new Float64Array(matrix.columns.length);
  const used = [...new Set(tree.feature)].filter((feature) => feature >= 0);
  for (let row = 0; row < matrix.rowCount; row++) {
    for (const feature of used) features[feature] = matrix.columns[feature]!.values[row]!;
    margin[row]! += leafValue(trees, 0, findLeaf(trees, 0, features));
  }
}

interface MarginUpdate {
  readonly memory: TrainingMemory;
  readonly team: Team;
  readonly output: number;
  readonly rowCount: number;
  readonly matrix: Matrix;
}

function addToMargins(grown: GrownTree, update: MarginUpdate): void {
  const { memory, team, output, rowCount, matrix } = update;
  if (rowCount < memory.shape.rowCount) {
    addTree(grown.tree, matrix, memory.margins[output]!);
    return;
  }
  const leaves = grown.leaves.toSorted((left, right) => left.range.start - right.range.start);
  for (const [index, { range, value }] of leaves.entries()) {
    memory.leafStarts[index] = range.start;
    memory.leafValues[index] = value;
  }
  team.run({ kind: "margins", output, leaves: leaves.length });
}

/** Puts the rows of the next tree, ascending, at the front of `memory.rows`; returns how many they are. */
function sampleRows(memory: TrainingMemory, fraction: number, random: Random): number {
  const { rows } = memory;
  const { rowCount } = memory.shape;
  if (fraction >= 1) {
    for (let row = 0; row < rowCount; row++) rows[row] = row;
    return rowCount;
  }
  let count = 0;
  for (let row = 0; row < rowCount; row++) if (random.uniform() < fraction) rows[count++] = row;
  if (count === 0) rows[count++] = random.integer(rowCount);
  return count;
}

function sampleFeatures(binning: Binning, fraction: number, random: Random): number[] {
  const all = binning.features.map((_, feature) => feature);
  if (fraction >= 1) return all;
  const wanted = Math.max(1, Math.round(all.length * fraction));
  const chosen = all
    .map((feature) => ({ feature, rank: random.uniform() }))
    .toSorted((a, b) => a.rank - b.rank);
  return chosen
    .slice(0, wanted)
    .map(({ feature }) => feature)
    .toSorted((a, b) => a - b);
}
