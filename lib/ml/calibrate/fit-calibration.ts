import { assertNever } from "../score/assert-never.ts";
import { logOdds, logProbability, type Calibration, type PlattInput } from "../score/calibration.ts";
import { MlError } from "../score/ml-error.ts";
import { fitIsotonic } from "./fit-isotonic.ts";
import { fitPlatt } from "./fit-platt.ts";
import { fitTemperature } from "./fit-temperature.ts";

export type CalibrationMethod = Calibration["kind"];

/** Probabilities (of the positive class, or one array per class) with class indices. */
export interface LabelledProbabilities {
  readonly probabilities: readonly Float64Array[];
  readonly labels: Float64Array;
  /** What Platt's sigmoid reads: log-odds, or probabilities where 0 and 1 themselves occur, as with forests. */
  readonly input: PlattInput;
}

/**
 * Fits a calibration; Platt's sigmoid and isotonic curves one class against the others.
 * @throws MlError bad-data when the rows do not determine it, or it would turn the order of the rows round.
 */
export function fitCalibration(method: CalibrationMethod, rows: LabelledProbabilities): Calibration {
  const { probabilities, labels, input } = rows;
  const isBinary = probabilities.length === 1;
  const outcomes = probabilities.map((_, output) => {
    const label = isBinary ? 1 : output;
    return labels.map((one) => (one === label ? 1 : 0));
  });
  switch (method) {
    case "temperature": {
      const odds = isBinary
        ? [new Float64Array(labels.length), probabilities[0]!.map(logOdds)]
        : probabilities.map((values) => values.map(logProbability));
      return { kind: "temperature", temperature: fitTemperature({ margins: odds, labels }) };
    }
    case "isotonic":
      return {
        kind: "isotonic",
        curves: probabilities.map((scores, output) =>
          fitIsotonic({ scores, labels: outcomes[output]!, weights: null }),
        ),
      };
    case "platt": {
      const lines = probabilities.map((values, output) => {
        const scores = input === "log-odds" ? values.map(logOdds) : values;
        const line = fitPlatt({ scores, labels: outcomes[output]!, weights: null });
        if (line.slope > 0) return line;
        throw new MlError(
          "bad-data",
          "The model's probabilities run against the outcomes in these rows, and Platt's sigmoid would turn them round; check model and rows.",
        );
      });
      return { kind: "platt", input, lines };
    }
    default:
      return assertNever(method);
  }
}
