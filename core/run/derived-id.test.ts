import { describe, expect, it } from "vitest";
import { CallId, GateId } from "#core/contract/ids.ts";
import { derivedId } from "./derived-id.ts";

describe("an id inside a run", () => {
  it("is the same for the same place and another for another", () => {
    expect(derivedId("call", "inv_a", 1, 0)).toBe(derivedId("call", "inv_a", 1, 0));
    const places = [
      derivedId("call", "inv_a", 1, 0),
      derivedId("call", "inv_a", 1, 1),
      derivedId("call", "inv_a", 10),
      derivedId("call", "inv_a1", 0),
      derivedId("call", "inv_a", "1", 0),
    ];
    expect(new Set(places).size).toBe(places.length);
  });

  it("has the form of its noun", () => {
    expect(CallId.safeParse(derivedId("call", "x")).success).toBe(true);
    expect(GateId.safeParse(derivedId("gate", "x")).success).toBe(true);
    expect(derivedId("gate", "x").slice(5)).not.toBe(derivedId("call", "x").slice(5));
  });
});
