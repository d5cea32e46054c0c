import { applyLink } from "../../score/margins.ts";
import { softplus, type TargetRows } from "../boosting/boosting-loss.ts";
import { designMargins, designTransposed, weightedGram, type LinearDesign } from "./linear-design.ts";

/** One intercept per output, and the coefficients output by output. */
export interface LogisticPoint {
  readonly intercepts: Float64Array;
  readonly coefficients: Float64Array;
}

/** Second derivatives in full rows: outputs x outputs, outputs x coefficients, coefficients x coefficients. */
export interface LogisticHessian {
  readonly intercepts: Float64Array;
  readonly mixed: Float64Array;
  readonly coefficients: Float64Array;
}

/**
 * The sum of weighted log losses in nats of a linear model with its derivatives. One output: the log-odds of class 1;
 * more: one softmax margin per class. `target` holds class indices.
 */
export class LogisticLoss {
  readonly outputs: number;
  readonly #design: LinearDesign;
  readonly #rows: TargetRows;

  constructor(design: LinearDesign, rows: TargetRows, outputs: number) {
    this.outputs = outputs;
    this.#design = design;
    this.#rows = rows;
  }

  evaluate({ intercepts, coefficients }: LogisticPoint): {
    readonly loss: number;
    readonly probabilities: readonly Float64Array[];
  } {
    const width = this.#design.width;
    const margins = Array.from(intercepts, (intercept, output) =>
      designMargins(this.#design, coefficients.subarray(output * width, (output + 1) * width), intercept),
    );
    return {
      loss: this.outputs === 1 ? binaryLossSum(margins[0]!, this.#rows) : softmaxLossSum(margins, this.#rows),
      probabilities: applyLink(this.outputs === 1 ? "logit" : "softmax", margins),
    };
  }

  gradient(probabilities: readonly Float64Array[]): LogisticPoint {
    const { target } = this.#rows;
    const { width } = this.#design;
    const intercepts = new Float64Array(this.outputs);
    const coefficients = new Float64Array(this.outputs * width);
    for (const [output, probability] of probabilities.entries()) {
      const label = this.outputs === 1 ? 1 : output;
      const residuals = this.#weighted((row) => probability[row]! - (target[row] === label ? 1 : 0));
      intercepts[output] = residuals.reduce((sum, value) => sum + value, 0);
      coefficients.set(designTransposed(this.#design, residuals), output * width);
    }
    return { intercepts, coefficients };
  }

  hessian(probabilities: readonly Float64Array[]): LogisticHessian {
    const { width } = this.#design;
    const size = this.outputs * width;
    const intercepts = new Float64Array(this.outputs ** 2);
    const mixed = new Float64Array(this.outputs * size);
    const coefficients = new Float64Array(size * size);
    for (const [first, left] of probabilities.entries()) {
      for (const [second, right] of probabilities.entries()) {
        if (second < first) continue;
        const curvatures = this.#weighted((row) => left[row]! * ((first === second ? 1 : 0) - right[row]!));
        const block = weightedGram(this.#design, curvatures);
        for (const [row, column] of first === second
          ? [[first, first]]
          : [
              [first, second],
              [second, first],
            ]) {
          intercepts[row! * this.outputs + column!] = block[0]!;
          mixed.set(block.subarray(1, width + 1), row! * size + column! * width);
          for (let line = 0; line < width; line++) {
            const start = (line + 1) * (width + 1) + 1;
            coefficients.set(
              block.subarray(start, start + width),
              (row! * width + line) * size + column! * width,
            );
          }
        }
      }
    }
    return { intercepts, mixed, coefficients };
  }

  #weighted(value: (row: number) => number): Float64Array {
    const { weights } = this.#rows;
    const values = new Float64Array(this.#design.rowCount);
    for (let row = 0; row < values.length; row++) {
      values[row] = value(row) * (weights === null ? 1 : weights[row]!);
    }
    return values;
  }
}

/** Sum of the rows' weighted log losses in nats, from the log-odds of class 1. */
function binaryLossSum(margin: Float64Array, { target, weights }: TargetRows): number {
  let sum = 0;
  for (let row = 0; row < margin.length; row++) {
    const loss = softplus(target[row] === 1 ? -margin[row]! : margin[row]!);
    sum += weights === null ? loss : loss * weights[row]!;
  }
  return sum;
}

/** The same from one softmax margin per class. */
export function softmaxLossSum(margins: readonly Float64Array[], { target, weights }: TargetRows): number {
  let sum = 0;
  for (let row = 0; row < target.length; row++) {
    let highest = -Infinity;
    for (const margin of margins) highest = Math.max(highest, margin[row]!);
    let total = 0;
    for (const margin of margins) total += Math.exp(margin[row]! - highest);
    const loss = highest + Math.log(total) - margins[target[row]!]![row]!;
    sum += weights === null ? loss : loss * weights[row]!;
  }
  return sum;
}
