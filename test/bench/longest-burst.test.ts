import { describe, expect, it } from "vitest";
import { longestBursts } from "./longest-burst.ts";

describe("longestBursts", () => {
  it("sees work that keeps the thread, and not work that is shared out", async () => {
    const burn = (milliseconds: number) => {
      const { user, system } = process.threadCpuUsage();
      const end = user + system + milliseconds * 1000;
      for (let now = 0; now < end; ) {
        const used = process.threadCpuUsage();
        now = used.user + used.system;
      }
    };
    const held = await longestBursts(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      burn(80);
    });
    expect(held.bursts.processor).toBeGreaterThan(70);
    const shared = await longestBursts(async () => {
      for (let count = 0; count < 20; count += 1) {
        burn(4);
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
    });
    expect(shared.bursts.processor).toBeLessThan(40);
  });
});
