import type { Frame } from "../../frame/frame.ts";
import { frameFromRows } from "../../frame/frame-rows.ts";
import { createRandom } from "../../random.ts";

export interface PlantedOptions {
  readonly rows: number;
  readonly seed: number;
  /** Correlation of `left` and `right`; each keeps its own distribution whatever it is. */
  readonly correlation?: number;
  /** Added to `third`, which has nothing to do with the others. */
  readonly shift?: number;
  /** Chance that `town` is the second one. */
  readonly town?: number;
}

/** Two correlated numbers, an unrelated one and a category. */
export function plantedFrame({
  rows,
  seed,
  correlation = 0.8,
  shift = 0,
  town = 0.4,
}: PlantedOptions): Frame {
  const random = createRandom(seed);
  return frameFromRows(
    Array.from({ length: rows }, () => {
      const left = random.normal();
      const right = correlation * left + Math.sqrt(1 - correlation ** 2) * random.normal();
      return {
        left,
        right,
        third: random.normal() + shift,
        town: random.uniform() < town ? "north" : "south",
      };
    }),
  );
}
