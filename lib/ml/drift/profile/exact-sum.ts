/** Larger numbers could overflow a sum of many; a sum that met one is undefined. */
const LARGEST = 1e290;

/**
 * A sum of doubles without any rounding until it is read: an expansion of non-overlapping parts (Shewchuk 1997,
 * "Adaptive precision floating-point arithmetic", grow-expansion). What `value` gives is the exact sum rounded once, so
 * it depends neither on the order of the numbers nor on how they were spread over sums that were merged.
 */
export class ExactSum {
  /** Non-overlapping, by rising magnitude. */
  readonly #parts: number[] = [];
  #isDefined = true;

  add(value: number): void {
    if (!(Math.abs(value) <= LARGEST)) {
      this.#isDefined = false;
      return;
    }
    const parts = this.#parts;
    let carried = value;
    let kept = 0;
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index]!;
      const sum = carried + part;
      const error = Math.abs(carried) >= Math.abs(part) ? part - (sum - carried) : carried - (sum - part);
      if (error !== 0) parts[kept++] = error;
      carried = sum;
    }
    parts[kept] = carried;
    parts.length = kept + 1;
  }

  merge(other: ExactSum): void {
    for (const part of other.#parts) this.add(part);
    if (!other.#isDefined) this.#isDefined = false;
  }

  /** The sum, correctly rounded; NaN when a number was too large to add. */
  value(): number {
    if (!this.#isDefined) return NaN;
    const parts = this.#parts;
    let index = parts.length - 1;
    if (index < 0) return 0;
    let sum = parts[index--]!;
    let rest = 0;
    while (index >= 0 && rest === 0) {
      const part = parts[index--]!;
      const rounded = sum + part;
      rest = part - (rounded - sum);
      sum = rounded;
    }
    // A tie was rounded to even without looking at the parts below: they decide it.
    if (rest !== 0 && index >= 0 && Math.sign(parts[index]!) === Math.sign(rest)) {
      const moved = sum + 2 * rest;
      if (moved - sum === 2 * rest) return moved;
    }
    return sum;
  }
}
