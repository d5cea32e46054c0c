import { describe, expect, it } from "vitest";
import { emptyLive, withUpdate } from "./live-reading.ts";

const delta = (turn: number, text: string, kind = "text-delta") => ({
  kind,
  invocationId: "inv_1",
  agent: "trainer",
  turn,
  text,
});

describe("withUpdate", () => {
  it("appends to the answer of a turn and starts anew with the next turn", () => {
    let live = withUpdate(emptyLive, delta(1, "one"));
    live = withUpdate(live, delta(1, " more"));
    expect(live.answers.get("inv_1")).toEqual({ turn: 1, text: "one more", thinking: "" });
    live = withUpdate(live, delta(2, "two"));
    expect(live.answers.get("inv_1")).toEqual({ turn: 2, text: "two", thinking: "" });
  });

  it("keeps thinking apart from text", () => {
    const live = withUpdate(withUpdate(emptyLive, delta(1, "hm", "thinking-delta")), delta(1, "yes"));
    expect(live.answers.get("inv_1")).toEqual({ turn: 1, text: "yes", thinking: "hm" });
  });

  it("keeps the newest progress of a call, its share between 0 and 1", () => {
    const live = withUpdate(emptyLive, {
      kind: "tool-progress",
      callId: "call_1",
      tool: "t",
      progress: { message: "tree 12", fraction: 1.4 },
    });
    expect(live.progress.get("call_1")).toEqual({ message: "tree 12", fraction: 1 });
  });

  it("leaves the reading alone for what it does not understand, and never changes it in place", () => {
    expect(withUpdate(emptyLive, { kind: "sparkles" })).toBe(emptyLive);
    expect(withUpdate(emptyLive, { kind: "text-delta", text: 3 })).toBe(emptyLive);
    expect(withUpdate(emptyLive, { kind: "tool-progress", callId: "c", progress: "half" })).toBe(emptyLive);
    withUpdate(emptyLive, delta(1, "x"));
    expect(emptyLive.answers.size).toBe(0);
  });
});
