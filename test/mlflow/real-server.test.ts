import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTracker } from "#api/boot/create-tracker.ts";
import { evaluateModelTool } from "#tools/evaluation/evaluate-model.ts";
import { loanRows } from "#tools/engine/sample-tables.testing.ts";
import { createToolBench } from "#tools/engine/tool-bench.testing.ts";
import { logExperiment } from "#tools/tracking/log-experiment.ts";
import { trainClassifier } from "#tools/training/train-classifier.ts";
import { freePort } from "../cli/free-port.testing.ts";
import { hasOutsideTool } from "../packaging/outside-tool.ts";

const program = process.env["SWARM_MLFLOW"] ?? "mlflow";
const hasMlflow = await hasOutsideTool(
  program,
  ["--version"],
  "pip install mlflow into an environment, and name its `mlflow` in SWARM_MLFLOW",
);

/** What MLflow's own client finds on the server. */
interface Found {
  status: string;
  params: Record<string, string>;
  metrics: Record<string, number>;
  tags: Record<string, string>;
  history: number[];
  artifacts: string[];
  inputs: Record<string, string>;
  outputs: string[];
  registered: string;
  runs: number;
}

const LOOK = `
import json, sys, mlflow
run_id, experiment_id, name, key = sys.argv[1:5]
client = mlflow.MlflowClient()
run = client.get_run(run_id)
info = mlflow.models.get_model_info(f"runs:/{run_id}/model")
def walk(path=None):
    for item in client.list_artifacts(run_id, path):
        if item.is_dir:
            yield from walk(item.path)
        else:
            yield item.path
client.create_registered_model(name)
version = client.create_model_version(name, f"runs:/{run_id}/model", run_id)
json.dump({
    "status": run.info.status, "params": run.data.params, "metrics": run.data.metrics, "tags": run.data.tags,
    "history": [m.step for m in client.get_metric_history(run_id, key)],
    "artifacts": sorted(walk()),
    "inputs": {c.name: c.type.name for c in info.signature.inputs},
    "outputs": [c.name for c in info.signature.outputs],
    "registered": version.status,
    "runs": len(client.search_runs([experiment_id])),
}, sys.stdout)
`;

describe.skipIf(!hasMlflow)("a real MLflow server", () => {
  let folder: string;
  let server: ChildProcess;
  let uri: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "swarm-mlflow-"));
    const port = await freePort();
    uri = `http://127.0.0.1:${port}`;
    const database = `sqlite:///${join(folder, "mlflow.db")}`;
    const places = ["--backend-store-uri", database, "--artifacts-destination", join(folder, "artifacts")];
    // A group of its own: the server starts processes that have to end with it.
    server = spawn(
      program,
      ["server", "--host", "127.0.0.1", "--port", String(port), "--workers", "1", ...places],
      {
        cwd: folder,
        stdio: "ignore",
        detached: true,
      },
    );
    for (;;) {
      const answer = await fetch(`${uri}/health`).catch(() => undefined);
      if (answer?.ok === true) return;
      if (server.exitCode !== null) throw new Error(`mlflow server ended with ${server.exitCode}`);
      await wait(200);
    }
  });

  afterAll(async () => {
    if (server.pid !== undefined) process.kill(-server.pid, "SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  async function look(
    logged: { runId: string; experimentId: string },
    about: { name: string; key: string },
  ): Promise<Found> {
    const python = program.includes("/") ? join(dirname(program), "python") : "python3";
    const parameters = ["-c", LOOK, logged.runId, logged.experimentId, about.name, about.key];
    const env = { ...process.env, MLFLOW_TRACKING_URI: uri };
    const { stdout } = await promisify(execFile)(python, parameters, { env });
    return JSON.parse(stdout) as Found; // what LOOK prints
  }

  it("has each training's parameters, curve, metrics, tags and a registrable model with its signature", async () => {
    const tracker = createTracker({ MLFLOW_TRACKING_URI: uri, MLFLOW_EXPERIMENT_NAME: "trainings" });
    if (tracker === undefined) throw new Error("no tracker");
    const bench = createToolBench({ tracker });
    const about = {
      train: await bench.seed(loanRows(400, 1)),
      validation: await bench.seed(loanRows(200, 2)),
      target: "defaulted",
      algorithm: "gradient-boosting",
      parameters: { rounds: 12, patience: null },
    };
    const output = await bench.succeed<{
      model: string;
      validation: { value: number };
      tracking: { runId: string; url: string };
    }>(trainClassifier, about);
    expect(await bench.report("reports/training_1.json")).toMatchObject({ tracking: "logged" });
    const experimentId = /experiments\/(\d+)\//.exec(output.tracking.url)?.[1] ?? "";
    // The same call again, as after a crash: the run it began is found.
    await bench.succeed(trainClassifier, about);
    const logged = { runId: output.tracking.runId, experimentId };
    const found = await look(logged, { name: "loans", key: "validation_loss_by_round" });
    expect(found.status).toBe("FINISHED");
    expect(found.params).toMatchObject({ algorithm: "gradient-boosting", "parameter.rounds": "12" });
    expect(found.metrics["validation_auc"]).toBe(output.validation.value);
    expect(found.history.toSorted((left, right) => left - right).slice(-1)).toEqual([12]);
    expect(found.tags["swarm.model"]).toBe(output.model);
    expect(found.artifacts).toEqual(expect.arrayContaining(["model/MLmodel", "model/model.json"]));
    expect(found.inputs).toMatchObject({ income: "double", region: "string", month: "datetime" });
    expect(found.outputs).toEqual(["prediction", "probability no", "probability yes"]);
    expect(found.registered).toBe("READY");
    expect(found.runs).toBe(1);
    const kept = await fetch(
      `${uri}/api/2.0/mlflow-artifacts/artifacts/${experimentId}/${logged.runId}/artifacts/model/model.json`,
    );
    const bytes = await bench.context.artifacts.read(output.model);
    expect(new Uint8Array(await kept.arrayBuffer())).toEqual(new Uint8Array(bytes));
  });

  it("gets a model with its test metrics and files from log_experiment", async () => {
    const tracker = createTracker({ MLFLOW_TRACKING_URI: uri });
    if (tracker === undefined) throw new Error("no tracker");
    const silent = createToolBench();
    const { model } = await silent.succeed<{ model: string }>(trainClassifier, {
      train: await silent.seed(loanRows(300, 1)),
      validation: await silent.seed(loanRows(150, 2)),
      target: "defaulted",
      algorithm: "linear",
    });
    const test = await silent.seed(loanRows(200, 3));
    const metrics = await silent.succeed<{ artifact: string; values: Record<string, number> }>(
      evaluateModelTool,
      {
        model,
        test,
        resamples: 0,
      },
    );
    const context = { ...silent.context, tracker, idempotencyKey: "by-hand" };
    const input = logExperiment.input.parse({
      model,
      metrics: metrics.artifact,
      experiment: "by hand",
      runName: "linear on loans",
      tags: { reviewer: "ann" },
      files: [{ artifact: metrics.artifact, path: "reports/metrics.json" }],
    });
    const outcome = await logExperiment.run(input, context);
    if (!outcome.ok) throw new Error(outcome.failure.message);
    const logged = logExperiment.output.parse(outcome.output) as { runId: string; experimentId: string };
    const found = await look(logged, { name: "by-hand", key: "test_auc" });
    expect(found.metrics["test_auc"]).toBe(metrics.values["auc"]);
    expect(found.tags).toMatchObject({ reviewer: "ann", "mlflow.runName": "linear on loans" });
    expect(found.artifacts).toContain("reports/metrics.json");
  });
});
