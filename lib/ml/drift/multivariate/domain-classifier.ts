import { UNWATCHED, type Control } from "../../control.ts";
import { concatFrames, selectColumns, selectRows, withColumn, type Frame } from "../../frame/frame.ts";
import { trainModel } from "../../learn/train-model.ts";
import { rankingMetrics, rankScores } from "../../metrics/ranking-metrics.ts";
import { requireInRange } from "../../parameter-range.ts";
import { createRandom, shuffledIndices, type Random } from "../../random.ts";
import { MlError } from "../../score/ml-error.ts";
import { createScorer, type Scorer } from "../../score/scorer.ts";
import { normalTail } from "../special-functions.ts";
import { sharedColumns } from "./shared-columns.ts";

export interface DomainClassifierOptions {
  /** Columns to compare together; all that can be when left out. */
  readonly columns?: readonly string[];
  /** Parts of which each is judged by a model that learnt from the others. Default 5. */
  readonly folds?: number;
  /** Rows taken from each side, by the seed. Default 10,000. */
  readonly maximalRows?: number;
  readonly seed: number;
  readonly control?: Control;
}

export interface DomainClassification {
  /** Mean over the folds; about 0.5 when nothing tells the sides apart, 1 when every row shows its side. */
  readonly auc: number;
  readonly foldAucs: readonly number[];
  /** One-sided: how likely such an AUC is when both sides have one distribution. */
  readonly p: number;
  /** What the AUC loses when a column is shuffled among held-out rows, largest first. */
  readonly importances: readonly { readonly feature: string; readonly aucLoss: number }[];
  readonly referenceRows: number;
  readonly currentRows: number;
  readonly skipped: readonly { readonly column: string; readonly reason: string }[];
  readonly rule: string;
}

/** Shallow and few trees: enough to see pairs and triples of columns, quick on many of them. */
const PARAMETERS = { rounds: 40, maximalLeaves: 8, minimalLeafRows: 10 };
/** With more columns, one fold must do to find those that tell the sides apart. */
const MANY_COLUMNS = 100;
const FEWEST_PER_FOLD = 5;

const RULE =
  "gradient boosting learns to tell current from reference rows; each fold is judged by a model that never saw it. " +
  "Under equal distributions the AUC of a fold is Mann and Whitney's U over n m, whose variance is known; " +
  "p is that of the sum over the folds, which counts them as independent";

/**
 * Tells whether two samples differ in any way a model can see, the relation between columns included (classifier
 * two-sample test; Lopez-Paz and Oquab 2017).
 * @throws MlError bad-argument without comparable columns; bad-data for fewer than five rows a fold on a side;
 * cancelled.
 */
export function classifyDomains(
  reference: Frame,
  current: Frame,
  options: DomainClassifierOptions,
): DomainClassification {
  const { folds = 5, maximalRows = 10_000, seed, control = UNWATCHED } = options;
  requireInRange("folds", folds, { from: 2, to: 50, isInteger: true });
  requireInRange("maximalRows", maximalRows, { from: 10, to: 10_000_000, isInteger: true });
  const { names, skipped } = sharedColumns(reference, current, options.columns);
  const random = createRandom(seed);
  const left = sampledRows(selectColumns(reference, names), maximalRows, random);
  const right = sampledRows(selectColumns(current, names), maximalRows, random);
  const fewest = Math.min(left.rowCount, right.rowCount);
  if (fewest < folds * FEWEST_PER_FOLD) {
    throw new MlError(
      "bad-data",
      `One side has ${fewest} rows; ${folds * FEWEST_PER_FOLD} are needed to tell the sides apart in ${folds} folds.`,
      { details: { rows: fewest } },
    );
  }
  const rows = concatFrames([left, right]);
  const isCurrent = Uint8Array.from({ length: rows.rowCount }, (_, row) => (row < left.rowCount ? 0 : 1));
  const target = freeName(names);
  const labelled = withColumn(rows, { kind: "boolean", name: target, values: isCurrent });
  // The rows of each side are in random order already, so every nth row is a random stratified fold.
  const foldOf = (row: number): number => (row < left.rowCount ? row : row - left.rowCount) % folds;
  const foldAucs: number[] = [];
  let variance = 0;
  const losses = names.map(() => 0);
  const judgedFolds = names.length > MANY_COLUMNS ? 1 : folds;
  for (let fold = 0; fold < folds; fold++) {
    control.throwIfCancelled();
    control.report({ stage: "tell the sides apart", done: fold, total: folds });
    const { model } = trainModel({
      training: rowsWhere(labelled, (row) => foldOf(row) !== fold),
      target,
      algorithm: "gradient-boosting",
      positiveClass: "true",
      features: names,
      parameters: PARAMETERS,
      seed: seed + fold,
      control,
    });
    const held: HeldFold = {
      scorer: createScorer(model),
      rows: rowsWhere(rows, (row) => foldOf(row) === fold),
      labels: isCurrent.filter((_, row) => foldOf(row) === fold),
    };
    const { auc, varianceUnderEquality } = aucOf(held, held.rows);
    foldAucs.push(auc);
    variance += varianceUnderEquality;
    if (fold >= judgedFolds) continue;
    for (const [index, name] of names.entries()) {
      control.throwIfCancelled();
      const shuffled = withColumn(held.rows, shuffledColumn(held.rows, name, random));
      losses[index]! += (auc - aucOf(held, shuffled).auc) / judgedFolds;
    }
  }
  const mean = foldAucs.reduce((sum, auc) => sum + auc, 0) / folds;
  return {
    auc: mean,
    foldAucs,
    p: normalTail(((mean - 0.5) * folds) / Math.sqrt(variance)),
    importances: names
      .map((feature, index) => ({ feature, aucLoss: losses[index]! }))
      .toSorted((first, second) => second.aucLoss - first.aucLoss),
    referenceRows: left.rowCount,
    currentRows: right.rowCount,
    skipped,
    rule: RULE,
  };
}

interface HeldFold {
  readonly scorer: Scorer;
  readonly rows: Frame;
  readonly labels: Uint8Array;
}

/** The variance is that of U / (n m) under equal distributions, corrected for ties (Mann and Whitney 1947). */
function aucOf({ scorer, labels }: HeldFold, rows: Frame): { auc: number; varianceUnderEquality: number } {
  const scored = scorer.scoreColumns(rows.columns, rows.rowCount);
  if (scored.kind !== "binary")
    throw new MlError("bad-model", "The sides were not told apart as two classes.");
  const ranking = rankScores(scored.probability);
  const { auc } = rankingMetrics({ ranking, labels, weights: null });
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const total = labels.length;
  let tied = 0;
  let before = 0;
  for (const end of ranking.runEnds) {
    tied += (end - before) ** 3 - (end - before);
    before = end;
  }
  const spread = total + 1 - tied / (total * (total - 1));
  // A model without a split scores all rows the same: the AUC is 0.5 for certain, and no sign of anything.
  return { auc, varianceUnderEquality: Math.max(spread, 1e-9) / (12 * positives * (total - positives)) };
}

function sampledRows(frame: Frame, maximalRows: number, random: Random): Frame {
  return selectRows(frame, shuffledIndices(frame.rowCount, random).slice(0, maximalRows));
}

function rowsWhere(frame: Frame, keep: (row: number) => boolean): Frame {
  const rows: number[] = [];
  for (let row = 0; row < frame.rowCount; row++) if (keep(row)) rows.push(row);
  return selectRows(frame, rows);
}

function shuffledColumn(frame: Frame, name: string, random: Random) {
  return selectRows(selectColumns(frame, [name]), shuffledIndices(frame.rowCount, random)).columns[0]!;
}

function freeName(names: readonly string[]): string {
  let name = "is current";
  while (names.includes(name)) name += "?";
  return name;
}
