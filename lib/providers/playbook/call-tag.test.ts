import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_PLAYBOOK_RULES, readCallTag, writeCallTag } from "./call-tag.ts";

describe("the tag in a call's id", () => {
  it("gives back rule, firing and counts up to 35, within what vendors accept as an id", () => {
    const counts = fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: MAX_PLAYBOOK_RULES });
    fc.assert(
      fc.property(
        counts,
        fc.nat({ max: MAX_PLAYBOOK_RULES - 1 }),
        fc.integer({ min: 1, max: 999 }),
        (all, rule, firing) => {
          const id = writeCallTag({ rule, firing, counts: all });
          expect(id).toMatch(/^[A-Za-z0-9_]{1,64}$/);
          const tag = readCallTag(id);
          expect(tag).toMatchObject({ rule, firing });
          const restored = all.map((_, index) => tag?.counts[index] ?? 0);
          expect(restored).toEqual(all.map((count) => Math.min(count, 35)));
        },
      ),
    );
  });

  it.each(["toolu_01", "play_", "play_1", "play_x_1", "play_1_1_A", "play_1_1_1_1", "xplay_1_1"])(
    "is none in %s",
    (id) => {
      expect(readCallTag(id)).toBeUndefined();
    },
  );

  it("is read without counts too", () => {
    expect(readCallTag("play_3_2")).toEqual({ rule: 3, firing: 2, counts: [] });
  });
});
