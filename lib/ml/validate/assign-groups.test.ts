import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { assignGroups } from "./assign-groups.ts";

describe("assignGroups", () => {
  it("leaves no fold empty, even where strata would fit together", () => {
    // Each group is a stratum of its own, so that all would be as even in the first fold.
    for (let seed = 0; seed < 5; seed++) {
      const assigned = assignGroups({
        groups: [[0], [1], [2]],
        strata: Int32Array.of(0, 1, 2),
        count: 3,
        random: createRandom(seed),
      });
      expect(Array.from(assigned).toSorted((left, right) => left - right)).toEqual([0, 1, 2]);
    }
  });
});
