import { totalmem } from "node:os";
import { describe, expect, it } from "vitest";
import { taskMemory } from "./task-memory.ts";

describe("the memory of a task", () => {
  it("is what the environment says, else at most half of the machine's", () => {
    expect(taskMemory({ SWARM_TASK_MEMORY_MB: "750" })).toEqual({ ok: true, value: 750 });
    const found = taskMemory({});
    expect(found.ok && found.value > 0 && found.value * 2e6 <= totalmem()).toBe(true);
  });

  it.each(["lots", "0", "-5", "1.5"])("is refused by name when it is no number of megabytes: %s", (given) => {
    expect(taskMemory({ SWARM_TASK_MEMORY_MB: given })).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining("SWARM_TASK_MEMORY_MB") as string },
    });
  });
});
