import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { frameFromRows } from "#lib/ml/frame/frame-rows.ts";
import { trainModel } from "#lib/ml/learn/train-model.ts";
import { encodeModel } from "#lib/ml/model/encode-model.ts";
import { createScorer } from "#lib/ml/score/scorer.ts";
import { createPackageModel } from "#tools/deployment/package-model.ts";
import { hasOutsideTool, runOutside } from "./outside-tool.ts";
import { createRunFolder, type RunFolder } from "./run-folder.ts";
import { type ServingProcess, startServing } from "./serving-process.ts";

const hasTar = await hasOutsideTool("tar", ["--version"], "apt-get install tar");

/** Applicants with numbers, categories, dates and gaps; who earns little and rents defaults more often. */
const rows = Array.from({ length: 900 }, (_, index) => {
  const income = 800 + ((index * 7919) % 6000);
  const housing = ["own", "rent", "other"][index % 3] ?? "own";
  const isDefault = income + (housing === "rent" ? -900 : 0) + ((index * 104_729) % 1500) < 2600;
  return {
    income: index % 17 === 0 ? null : income,
    housing: index % 23 === 0 ? null : housing,
    "länge €": (index * 31) % 48,
    employed: index % 4 !== 0,
    applied: `2025-${String((index % 12) + 1).padStart(2, "0")}-15`,
    outcome: isDefault ? "default" : "paid",
    loss: isDefault ? income / 3 : 0,
  };
});

describe.skipIf(!hasTar)("a model that the engine trained", () => {
  let root: string;
  const opened: RunFolder[] = [];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "swarm-trained-"));
  });
  afterAll(async () => {
    for (const folder of opened) await folder.remove();
    await rm(root, { recursive: true, force: true });
  });

  /** Packages a model with recorded predictions, unpacks the archive of the container build, and starts it. */
  async function serve(name: string, target: string, algorithm: "gradient-boosting" | "linear") {
    const training = frameFromRows(rows);
    const features = ["income", "housing", "länge €", "employed", "applied"];
    const { model } = trainModel({ training, target, algorithm, features, seed: 5 });
    const inputs = rows.slice(0, 200).map(({ outcome: _outcome, loss: _loss, ...row }) => row);
    const predictions = createScorer(model).scoreRows(inputs);
    const folder = await createRunFolder();
    opened.push(folder);
    const digest = await folder.context.seedArtifact(Buffer.from(encodeModel(model)));
    const examples = await folder.context.seedArtifact(JSON.stringify({ rows: inputs, predictions }));
    const tool = createPackageModel();
    const input = tool.input.parse({ model: digest, name, examples, runtime: "none" });
    expect(await tool.run(input, folder.context)).toMatchObject({ ok: true, output: { checkedRows: 200 } });
    const unpacked = join(root, name);
    await mkdir(unpacked);
    await runOutside("tar", ["-xf", join(folder.path, "container/app.tar"), "-C", unpacked]);
    const server: ServingProcess = await startServing([
      process.execPath,
      join(unpacked, "app/serving/serve.ts"),
    ]);
    return { server, inputs, predictions };
  }

  it("is served with the very predictions that were recorded, over both protocols", async () => {
    const { server, inputs, predictions } = await serve("boosted", "outcome", "gradient-boosting");
    const direct = await fetch(`${server.url}/predict`, {
      method: "POST",
      body: JSON.stringify({ rows: inputs }),
    });
    const body = (await direct.json()) as { predictions: { prediction: string; probability: number }[] };
    expect(body.predictions).toEqual(
      predictions.map((row) => {
        if (row.kind !== "binary") throw new Error("two classes were trained");
        const { prediction, probability, probabilities } = row;
        return { prediction, probability, probabilities };
      }),
    );
    expect(new Set(body.predictions.map((row) => row.prediction)).size).toBe(2);
    const datatypes = {
      income: "FP64",
      housing: "BYTES",
      "länge €": "INT64",
      employed: "BOOL",
      applied: "BYTES",
    };
    const tensors = Object.entries(datatypes).map(([name, datatype]) => ({
      name,
      datatype,
      shape: [inputs.length],
      data: inputs.map((row) => row[name as keyof typeof row]), // the names are the rows' own
    }));
    const inferred = await fetch(`${server.url}/v2/models/boosted/infer`, {
      method: "POST",
      body: JSON.stringify({ inputs: tensors, outputs: [{ name: "probability" }] }),
    });
    expect(await inferred.json()).toMatchObject({
      outputs: [{ name: "probability", data: body.predictions.map((row) => row.probability) }],
    });
    expect(await server.stop()).toBe(0);
  });

  it("is served as a regression too", async () => {
    const { server, inputs, predictions } = await serve("loss", "loss", "linear");
    const answer = await fetch(`${server.url}/predict`, {
      method: "POST",
      body: JSON.stringify({ rows: inputs }),
    });
    expect(await answer.json()).toMatchObject({
      predictions: predictions.map(({ prediction }) => ({ prediction })),
    });
    expect(await server.stop()).toBe(0);
  });
});
