/**
 * Finds where values lie among ascending cuts: a table over equal stretches of their range narrows the search to the few
 * cuts in one stretch. A value's stretch never falls as the value grows, so no rounding can lead astray.
 */
export class CutIndex {
  readonly #cuts: Float64Array;
  readonly #factor: number;
  /** For each stretch, how many cuts lie in the ones before it. */
  readonly #before: Uint32Array;
  readonly #last: number;

  constructor(cuts: Float64Array) {
    this.#cuts = cuts;
    const stretches = Math.max(1, 2 * cuts.length);
    this.#last = stretches - 1;
    const range = (cuts.at(-1) ?? 0) - (cuts[0] ?? 0);
    const factor = stretches / range;
    this.#factor = Number.isFinite(factor) ? factor : 0;
    this.#before = new Uint32Array(stretches + 1);
    for (const cut of cuts) this.#before[this.#stretchOf(cut) + 1]!++;
    for (let stretch = 0; stretch < stretches; stretch++) {
      this.#before[stretch + 1]! += this.#before[stretch]!;
    }
  }

  /** The place of the first cut at or above a value; the number of cuts when there is none. */
  placeOf(value: number): number {
    const cuts = this.#cuts;
    const stretch = this.#stretchOf(value);
    let low = this.#before[stretch]!;
    let high = this.#before[stretch + 1]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cuts[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #stretchOf(value: number): number {
    const place = (value - this.#cuts[0]!) * this.#factor;
    return place > 0 ? Math.min(this.#last, Math.floor(place)) : 0;
  }
}
