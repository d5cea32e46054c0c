import { afterEach, describe, expect, it } from "vitest";
import { createTracker } from "#api/boot/create-tracker.ts";
import type { ExperimentTracker } from "#core/contract/experiment-tracker.ts";
import { readMlflowAddress } from "#lib/mlflow/mlflow-address.ts";
import { createMlflowTracker } from "#lib/mlflow/mlflow-tracker.ts";
import { loanRows } from "#tools/engine/sample-tables.testing.ts";
import { createToolBench } from "#tools/engine/tool-bench.testing.ts";
import { logExperiment } from "#tools/tracking/log-experiment.ts";
import { trainClassifier } from "#tools/training/train-classifier.ts";
import { startMlflowStub } from "./mlflow-stub.testing.ts";

type Stub = Awaited<ReturnType<typeof startMlflowStub>>;
const TOKEN = "s3cret-token";
const stubs: Stub[] = [];
afterEach(() => {
  for (const stub of stubs.splice(0)) stub.close();
});

async function stubbed(misbehave: Parameters<typeof startMlflowStub>[0] = () => undefined) {
  const stub = await startMlflowStub(misbehave);
  stubs.push(stub);
  return { stub, tracker: trackerOf({ MLFLOW_TRACKING_URI: stub.url, MLFLOW_TRACKING_TOKEN: TOKEN }) };
}

function trackerOf(environment: NodeJS.ProcessEnv): ExperimentTracker {
  const address = readMlflowAddress(environment);
  if (address === undefined) throw new Error("no address");
  return createMlflowTracker({
    address,
    fetch,
    now: () => 1_700_000_000_000,
    wait: () => Promise.resolve(),
    timeoutMs: 400,
  });
}

async function trainWith(tracker: ExperimentTracker | undefined) {
  const bench = createToolBench(tracker === undefined ? {} : { tracker });
  const output = await bench.succeed<{ model: string; notes: string[] }>(trainClassifier, {
    train: await bench.seed(loanRows(300, 1)),
    validation: await bench.seed(loanRows(150, 2)),
    target: "defaulted",
    algorithm: "gradient-boosting",
    parameters: { rounds: 5, patience: null },
  });
  return { bench, output };
}

describe("each training, with an MLflow address set", () => {
  it("logs parameters, metrics by round, tags, and the model with its signature", async () => {
    const { stub, tracker } = await stubbed();
    const { output } = await trainWith(tracker);
    expect(output.notes.join()).not.toContain("not logged");
    const sent = stub.heard.map(({ body }) => body).join("\n");
    expect(sent).toContain('"key":"parameter.rounds","value":"5"');
    expect(sent).toContain('"key":"validation_auc"');
    expect(sent).toContain('"step":5');
    expect(sent).toContain(output.model);
    expect(sent).toMatch(/signature.*income/);
    const paths = stub.heard.map(({ path }) => path);
    expect(paths).toContain("mlflow-artifacts/artifacts/1/run1/artifacts/model/MLmodel");
    expect(paths.at(-1)).toBe("mlflow/runs/update");
    expect(stub.heard.every(({ authorization }) => authorization === `Bearer ${TOKEN}`)).toBe(true);
  });

  it.each([
    ["refuses the token", () => ({ status: 401, body: {} }), /credentials/],
    ["fails inside", () => ({ status: 500, body: { error_code: "INTERNAL_ERROR", message: TOKEN } }), /500/],
    ["never answers", () => "hang" as const, /no answer within 400 ms/],
    ["cuts every connection", () => "cut" as const, /cannot be reached/],
    ["answers something else", () => ({ status: 200, body: "hello" }), /none of MLflow's/],
    [
      "keeps artifacts where only its own clients write",
      (path: string) =>
        path === "mlflow/runs/create"
          ? { status: 200, body: { run: { info: { run_id: "r", artifact_uri: "s3://bucket/1" } } } }
          : undefined,
      /--artifacts-destination/,
    ],
  ] as const)("is done and says so when the server %s", async (_, misbehave, said) => {
    const { tracker } = await stubbed(misbehave);
    const { bench, output } = await trainWith(tracker);
    const note = output.notes.find((text) => text.includes("not logged"));
    expect(note).toMatch(said);
    expect(note).not.toContain(TOKEN);
    expect((await bench.model(output.model)).training.algorithm).toBe("gradient-boosting");
  });

  it("is done when nobody listens at the address, or the address is none", async () => {
    const { stub } = await stubbed();
    stub.close();
    const gone = await trainWith(trackerOf({ MLFLOW_TRACKING_URI: stub.url }));
    expect(gone.output.notes.join()).toContain("cannot be reached (ECONNREFUSED)");
    const wrong = await trainWith(trackerOf({ MLFLOW_TRACKING_URI: "file:///somewhere" }));
    expect(wrong.output.notes.join()).toContain("MLFLOW_TRACKING_URI is no http(s) address");
  });

  it("tries again where the server was busy, and makes no second run where the first answer got lost", async () => {
    const { stub, tracker } = await stubbed((path, count) => {
      if (path === "mlflow/runs/log-batch" && count === 1) return { status: 503, body: {} };
      return path === "mlflow/runs/create" ? "cut" : undefined;
    });
    const { output } = await trainWith(tracker);
    expect(output.notes.join()).not.toContain("not logged");
    expect(stub.runs).toEqual(["run1"]);
    const again = await trainWith(tracker);
    expect(again.output.notes.join()).not.toContain("not logged");
    expect(stub.runs).toEqual(["run1"]);
  });
});

describe("without an MLflow address", () => {
  it("nothing is tried", async () => {
    expect(createTracker({})).toBeUndefined();
    const { bench, output } = await trainWith(undefined);
    expect(output.notes.join()).not.toContain("logged");
    expect(await bench.report("reports/training_1.json")).toMatchObject({ tracking: "off" });
  });

  it("log_experiment says what to set", async () => {
    const { bench, output } = await trainWith(undefined);
    const failure = await bench.fail(logExperiment, { model: output.model });
    expect(failure.code).toBe("missing-part");
    expect(failure.message).toContain("MLFLOW_TRACKING_URI");
  });
});

describe("the address", () => {
  it("keeps user and password out of the address that is shown", () => {
    const address = readMlflowAddress({ MLFLOW_TRACKING_URI: "https://ann:p%40ss@tracking.example/mlflow/" });
    expect(address).toMatchObject({ ok: true, value: { base: "https://tracking.example/mlflow" } });
    const basic = Buffer.from("ann:p@ss").toString("base64");
    expect(address?.ok === true && address.value.authorization).toBe(`Basic ${basic}`);
  });
});
