import { MlError } from "../../score/ml-error.ts";
import { CutIndex } from "./cut-index.ts";
import { ExactSum } from "./exact-sum.ts";
import { GridSum } from "./grid-sum.ts";

/** Distances inside a gap between cuts are rounded to this part of the gap, so that their sums are whole numbers. */
export const OFFSET_UNITS = 2 ** 26;
/** With more values in one gap, a sum of offsets could leave the whole numbers that a double holds. */
const MOST_ROWS = 2 ** 27;

/**
 * Counts numbers at and between ascending cuts in constant memory. All state is whole numbers or exact sums, so the
 * order of adding and merging changes nothing.
 */
export class NumberCounter {
  readonly #cuts: Float64Array;
  readonly #index: CutIndex;
  readonly #center: number;
  readonly equal: Float64Array;
  /** One more than there are cuts: below the first, between two, above the last. */
  readonly between: Float64Array;
  readonly offsets: Float64Array;
  /** Sum of the distances from the outermost cuts. */
  readonly below = new ExactSum();
  readonly above = new ExactSum();
  readonly #sum: GridSum;
  readonly #squares: GridSum;
  count = 0;
  missing = 0;
  infinite = 0;
  min = Infinity;
  max = -Infinity;

  /** `center` is what squares are taken around; near the mean they keep their digits. */
  constructor(cuts: Float64Array, center: number) {
    this.#cuts = cuts;
    this.#index = new CutIndex(cuts);
    this.#center = center;
    const scale = Math.max(
      Math.abs((cuts[0] ?? center) - center),
      Math.abs((cuts.at(-1) ?? center) - center),
    );
    this.#sum = new GridSum(scale);
    this.#squares = new GridSum(scale * scale);
    this.equal = new Float64Array(cuts.length);
    this.between = new Float64Array(cuts.length + 1);
    this.offsets = new Float64Array(cuts.length + 1);
  }

  /** @throws MlError bad-data above 134 million rows. */
  add(values: Float64Array): void {
    if (this.count + values.length > MOST_ROWS) {
      throw new MlError(
        "bad-data",
        `More than ${MOST_ROWS} rows in one window. Report it and begin another.`,
      );
    }
    for (const value of values) {
      if (Number.isFinite(value)) this.#addFinite(value);
      else if (Number.isNaN(value)) this.missing++;
      else this.infinite++;
    }
  }

  #addFinite(value: number): void {
    this.count++;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    const distance = value - this.#center;
    this.#sum.add(distance);
    this.#squares.add(distance * distance);
    const cuts = this.#cuts;
    const low = this.#index.placeOf(value);
    if (low < cuts.length && cuts[low] === value) {
      this.equal[low]!++;
      return;
    }
    this.between[low]!++;
    if (low === 0) this.below.add((cuts[0] ?? value) - value);
    else if (low === cuts.length) this.above.add(value - cuts[low - 1]!);
    else {
      const start = cuts[low - 1]!;
      this.offsets[low]! += Math.round(((value - start) / (cuts[low]! - start)) * OFFSET_UNITS);
    }
  }

  addMissing(rows: number): void {
    this.missing += rows;
  }

  /** Adds what another counter with the same cuts has seen. */
  merge(other: NumberCounter): void {
    for (let index = 0; index < this.between.length; index++) {
      this.between[index]! += other.between[index]!;
      this.offsets[index]! += other.offsets[index]!;
      if (index < this.equal.length) this.equal[index]! += other.equal[index]!;
    }
    this.below.merge(other.below);
    this.above.merge(other.above);
    this.#sum.merge(other.#sum);
    this.#squares.merge(other.#squares);
    this.count += other.count;
    this.missing += other.missing;
    this.infinite += other.infinite;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
  }

  /** Mean and sum of squared distances from it; NaN where the numbers are too large to add. */
  moments(): { readonly mean: number; readonly squares: number } {
    if (this.min === this.max) return { mean: this.min, squares: 0 };
    const shift = this.#sum.value() / this.count;
    const squares = this.#squares.value() - this.count * shift * shift;
    return { mean: this.#center + shift, squares: Math.max(0, squares) };
  }
}
