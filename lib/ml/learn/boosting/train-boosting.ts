import { UNWATCHED, type Control } from "../../control.ts";
import { createRandom, type Random } from "../../random.ts";
import type { Tree, TreeEnsemble } from "../../score/estimator.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Matrix } from "../../score/preparation.ts";
import { fitBinning, type Binning } from "./binning.ts";
import { lossFunction, type BoostingLoss, type LossFunction, type TargetRows } from "./boosting-loss.ts";
import type { BoostingParameters } from "./boosting-parameters.ts";
import { growTree, type GrownTree } from "./grow-tree.ts";
import { createTrainingMemory, type TrainingMemory } from "./training-memory.ts";
import { compileTrees, findLeaf } from "../../score/compiled-trees.ts";

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
  readonly seed: number;
  readonly control?: Control;
}

/** Mean loss after a round (nats, or half the squared error). */
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

/**
 * Trains a histogram gradient boosting ensemble (Friedman 2001; second-order leaf values of Chen and Guestrin 2016;
 * leaf-wise growth of Ke et al. 2017). The same request gives the same ensemble, bit for bit.
 * @throws MlError bad-data without rows; cancelled; out-of-memory.
 */
export function trainBoosting(request: BoostingRequest): BoostingResult {
  const { training, validation, parameters, seed } = request;
  const control = request.control ?? UNWATCHED;
  if (training.matrix.rowCount === 0) throw new MlError("bad-data", "There are no rows to train on.");
  const loss = lossFunction(request.loss, request.classCount);
  const base = loss.base(training);
  const binning = fitBinning(training.matrix, parameters.maximalBins, seed);
  control.throwIfCancelled();
  const memory = createTrainingMemory(training.matrix, binning, parameters.maximalLeaves);
  const random = createRandom(seed);
  const margins = base.map((value) => new Float64Array(memory.rowCount).fill(value));
  const held = validation === null ? null : heldOut(validation, base);
  const trees: Tree[] = [];
  const history: BoostingRound[] = [];
  let bestRound = 0;
  let bestLoss = Infinity;
  for (let round = 1; round <= parameters.rounds; round++) {
    // Softmax needs all margins of a round before any of them moves.
    const before = loss.outputs === 1 ? margins : margins.map((margin) => margin.slice());
    for (let output = 0; output < loss.outputs; output++) {
      control.throwIfCancelled();
      const { gradients, hessians } = memory;
      loss.derivatives({ output, margins: before, rows: training, gradients, hessians });
      const sample = sampleRows(memory, parameters.rowFraction, random);
      const features = sampleFeatures(binning, parameters.featureFraction, random);
      const grown = growTree(memory, { parameters, features, rowCount: sample });
      addToMargins(grown, { memory, margin: margins[output]!, sample, matrix: training.matrix });
      held?.add(grown.tree, output);
      trees.push(grown.tree);
    }
    const entry = roundLosses(round, { loss, margins, training, held });
    history.push(entry);
    const shown = entry.validationLoss ?? entry.trainingLoss;
    control.report({
      stage: "train",
      done: round,
      total: parameters.rounds,
      rows: round * memory.rowCount,
      metric: { name: entry.validationLoss === null ? "training loss" : "validation loss", value: shown },
    });
    if (held === null || parameters.patience === null) bestRound = round;
    else if (shown < bestLoss) {
      bestLoss = shown;
      bestRound = round;
    } else if (round - bestRound >= parameters.patience) break;
  }
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
    margin[row]! += trees.value[findLeaf(trees, 0, features)]!;
  }
}

interface MarginUpdate {
  readonly memory: TrainingMemory;
  readonly margin: Float64Array;
  readonly sample: number;
  readonly matrix: Matrix;
}

function addToMargins(grown: GrownTree, { memory, margin, sample, matrix }: MarginUpdate): void {
  if (sample < memory.rowCount) {
    addTree(grown.tree, matrix, margin);
    return;
  }
  for (const { range, value } of grown.leaves) {
    for (let place = range.start; place < range.start + range.count; place++) {
      margin[memory.rows[place]!]! += value;
    }
  }
}

/** Puts the rows of the next tree, ascending, at the front of `memory.rows`; returns how many they are. */
function sampleRows(memory: TrainingMemory, fraction: number, random: Random): number {
  const { rows, rowCount } = memory;
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

interface RoundState {
  readonly loss: LossFunction;
  readonly margins: readonly Float64Array[];
  readonly training: LabelledMatrix;
  readonly held: HeldOut | null;
}

function roundLosses(round: number, { loss, margins, training, held }: RoundState): BoostingRound {
  return {
    round,
    trainingLoss: loss.mean(margins, training),
    validationLoss: held === null ? null : loss.mean(held.margins, held.rows),
  };
}
