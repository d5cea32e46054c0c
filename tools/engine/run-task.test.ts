import { describe, expect, it } from "vitest";
import { FailureError } from "#core/contract/failure.ts";
import { MlError, type MlErrorCode } from "#lib/ml/index.ts";
import { numberedName } from "./artifacts.ts";
import { type EngineContext, inEngine, runTask } from "./run-task.ts";
import { createToolBench } from "./tool-bench.testing.ts";

const failing = (error: unknown): EngineContext => ({
  compute: {
    async run() {
      throw error;
    },
    async close() {},
  },
  signal: new AbortController().signal,
  progress: () => undefined,
});

const input = { source: { path: "table.parquet" } };

describe("errors of the engine", () => {
  it.each<[MlErrorCode, string]>([
    ["bad-data", "invalid-input"],
    ["bad-argument", "invalid-input"],
    ["bad-model", "invalid-input"],
    ["cancelled", "cancelled"],
    ["out-of-memory", "limit-exceeded"],
  ])("%s becomes %s, with its message, details and cause", async (code, expected) => {
    const cause = new MlError(code, "The column x is empty.", { details: { column: "x" } });
    const error = await runTask(failing(cause), "read-parquet", input).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FailureError);
    expect(error).toMatchObject({
      cause,
      failure: { code: expected, message: "The column x is empty.", details: { column: "x" } },
    });
  });

  it("about a memory limit name the setting that a person can change", async () => {
    const cause = new MlError("out-of-memory", "Training needs 9 MB, more than the limit of 5 MB.");
    await expect(runTask(failing(cause), "read-parquet", input)).rejects.toMatchObject({
      failure: { message: expect.stringContaining("SWARM_TASK_MEMORY_MB") as string },
    });
  });

  it("that it did not throw on purpose come through as they are", async () => {
    const bug = new TypeError("x is not a function");
    await expect(runTask(failing(bug), "read-parquet", input)).rejects.toBe(bug);
    expect(() =>
      inEngine(() => {
        throw bug;
      }),
    ).toThrow(bug);
  });
});

describe("names of what is kept", () => {
  it("count on from those that the run has", async () => {
    const { context } = createToolBench({ run: {} });
    expect(numberedName(context, "models/model", "json")).toBe("models/model_1.json");
    const { run } = context;
    if (run === undefined) throw new Error("the bench gave no run");
    const artifact = await context.artifacts.put({
      name: "models/model_1.json",
      kind: "model",
      mediaType: "application/json",
      content: "{}",
      inputs: [],
    });
    const later = { ...context, run: { ...run, artifacts: [artifact] } } as unknown as typeof context; // only the list differs
    expect(numberedName(later, "models/model", "json")).toBe("models/model_2.json");
  });
});
