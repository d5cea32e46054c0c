import { MlError } from "../../score/ml-error.ts";
import type { Matrix } from "../../score/preparation.ts";
import type { FitRequest, FitResult, ParameterValue } from "../fit-estimator.ts";
import type { BoostingLoss } from "./boosting-loss.ts";
import { boostingParameters, type BoostingParameters } from "./boosting-parameters.ts";
import { trainBoosting } from "./train-boosting.ts";

/** Losses that a caller may name in the parameter `loss`, per problem; the first is the default. */
const LOSSES: Readonly<Record<FitRequest["problem"], readonly [BoostingLoss, ...BoostingLoss[]]>> = {
  binary: ["logistic"],
  multiclass: ["softmax"],
  regression: ["squared", "absolute", "quantile", "poisson"],
};

/**
 * Fits gradient boosting. Besides the numbers of BoostingParameters it takes `loss` (for regressions: squared, absolute,
 * quantile, poisson) and `monotone` ("age:+,price:-": columns with which predictions may only rise or fall).
 * @throws MlError bad-argument naming the parameter; what trainBoosting throws.
 */
export function fitBoosting(request: FitRequest): FitResult {
  const { training, validation, problem, classCount, seed, control } = request;
  const { loss: stated, monotone, ...rest } = request.parameters;
  const parameters = numbersOf(rest);
  if (parameters.patience !== null && validation === null) {
    throw new MlError("bad-argument", "Early stopping (patience) needs validation rows; split some off.");
  }
  const loss = lossOf(request, stated);
  const directions = directionsOf(training.matrix, { monotone, loss });
  const result = trainBoosting({
    training,
    validation,
    loss,
    classCount,
    parameters,
    seed,
    control,
    ...(directions === null ? {} : { directions }),
    ...(request.threads === undefined ? {} : { threads: request.threads }),
  });
  const isEarly = parameters.patience !== null && result.bestRound < result.history.length;
  const { quantile, ...numbers } = parameters;
  return {
    estimator: result.ensemble,
    parameters: {
      ...numbers,
      ...(loss === LOSSES[problem][0] ? {} : { loss }),
      ...(loss === "quantile" ? { quantile } : {}),
      ...(directions === null ? {} : { monotone: String(monotone) }),
    },
    history: result.history,
    notes: isEarly ? [`Stopped early: round ${result.bestRound} had the least validation loss.`] : [],
  };
}

/** Names and ranges are checked by boostingParameters; a null means the default where null is no value of its own. */
function numbersOf(given: Readonly<Record<string, ParameterValue>>): BoostingParameters {
  const stated: Record<string, number | null> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== null && typeof value !== "number") {
      throw new MlError(
        "bad-argument",
        `Parameter "${name}" is ${JSON.stringify(value)}; gradient boosting takes a number there.`,
        { details: { parameter: name } },
      );
    }
    if (value !== null || name === "maximalDepth" || name === "patience") stated[name] = value;
  }
  return boostingParameters(stated);
}

function lossOf({ problem }: FitRequest, stated: ParameterValue | undefined): BoostingLoss {
  const known = LOSSES[problem];
  if (stated === undefined || stated === null) return known[0];
  const loss = known.find((name) => name === stated);
  if (loss !== undefined) return loss;
  throw new MlError(
    "bad-argument",
    `Gradient boosting has no loss ${JSON.stringify(stated)} for a ${problem} problem. It has: ${known.join(", ")}.`,
    { details: { parameter: "loss" } },
  );
}

interface MonotoneRequest {
  readonly monotone: ParameterValue | undefined;
  readonly loss: BoostingLoss;
}

/** Reads "column:+,other:-" into one direction per matrix column. */
function directionsOf(matrix: Matrix, { monotone, loss }: MonotoneRequest): Int8Array | null {
  if (monotone === undefined || monotone === null || monotone === "") return null;
  const refuse = (why: string): MlError =>
    new MlError("bad-argument", `Parameter "monotone": ${why}`, { details: { parameter: "monotone" } });
  if (typeof monotone !== "string") throw refuse('is no text. Write it as "column:+,other:-".');
  if (loss === "softmax") throw refuse("several classes have no single direction. Leave it out.");
  if (loss === "absolute" || loss === "quantile") {
    throw refuse(`the ${loss} loss sets its leaves by quantiles, which keep no order. Use the squared loss.`);
  }
  const directions = new Int8Array(matrix.columns.length);
  for (const entry of monotone.split(",")) {
    const [, name, sign] = /^\s*(.+):\s*([+-])\s*$/.exec(entry) ?? [];
    if (name === undefined)
      throw refuse(`"${entry.trim()}" is not understood. Write it as "column:+,other:-".`);
    const column = matrix.columns.findIndex((candidate) => candidate.name === name);
    if (column < 0) throw refuse(`"${name}" is none of the features.`);
    if (matrix.columns[column]!.levels !== null) {
      throw refuse(`"${name}" holds categories, which have no order. Name numeric columns.`);
    }
    directions[column] = sign === "+" ? 1 : -1;
  }
  return directions;
}
