import { ExactSum } from "./exact-sum.ts";

/** Numbers are rounded to this part of the scale, 6e-14 of it. */
const STEPS = 2 ** 44;
/** Numbers up to this many scales are counted in steps. */
const REACH = 256;
/** Steps are summed in two words, each a whole number that a double holds for up to 2^27 numbers. */
const WORD = 2 ** 26;

/**
 * A sum that does not depend on the order of its numbers, at the cost of two additions each: numbers up to 256 times
 * the scale are rounded to whole steps of it, the rare larger ones are summed exactly.
 */
export class GridSum {
  readonly #step: number;
  readonly #reach: number;
  readonly #rest = new ExactSum();
  #high = 0;
  #low = 0;

  /** `scale` is the usual size of the numbers; a power of two is taken near it. */
  constructor(scale: number) {
    const power = 2 ** Math.ceil(Math.log2(scale));
    const isUsable = power > 1e-270 && power < 1e270;
    this.#step = isUsable ? power / STEPS : 1;
    this.#reach = isUsable ? power * REACH : 0;
  }

  add(value: number): void {
    if (value < this.#reach && value > -this.#reach) {
      const steps = Math.round(value / this.#step);
      const high = Math.floor(steps / WORD);
      this.#high += high;
      this.#low += steps - high * WORD;
    } else this.#rest.add(value);
  }

  merge(other: GridSum): void {
    this.#high += other.#high;
    this.#low += other.#low;
    this.#rest.merge(other.#rest);
  }

  /** The sum; NaN when a number was too large to add. */
  value(): number {
    const whole = new ExactSum();
    whole.add(this.#high * WORD * this.#step);
    whole.add(this.#low * this.#step);
    whole.merge(this.#rest);
    return whole.value();
  }
}
