import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunComparison } from "#core/run/compare/compare-runs.ts";
import { writeCreditData } from "./credit-data.testing.ts";
import { createFolders, lastJson, swarm } from "./swarm-process.testing.ts";

const folders = createFolders();
const home = join(folders.make("diff"), "home");
const folder = folders.make("diff-deployment");
const options = { home, environment: { SWARM_DEPLOYMENT: folder } };
const data = writeCreditData(folders.make("diff-data"), 400);

interface Ran {
  runId: string;
  status: string;
  workDir: string;
  artifacts: { path: string; sha256: string }[];
}
interface Gate {
  shown: { input?: Record<string, unknown> };
}

/** Prepares and trains, and asks before it trains: there a person can change a hyperparameter. */
function writeDeployment(): void {
  const config = [
    "id: repeats",
    "basedOn: generic_ml@1.0.0",
    "approvals:",
    "  - { tool: train_classifier, gate: manual, reason: look at the hyperparameters }",
  ];
  writeFileSync(join(folder, "config.yaml"), `${config.join("\n")}\n`);
  mkdirSync(join(folder, "workflows"));
  const workflow = [
    "id: train_only",
    "version: 1.0.0",
    "description: Prepares data and trains.",
    "flow: graph",
    "nodes:",
    "  - { id: prepare, type: stage, agent: ml_director, objective: Prepare the data., expects: [data, split] }",
    "  - { id: train, type: stage, agent: ml_director, objective: Train., expects: [model] }",
    "edges:",
    "  - { from: prepare, to: train }",
  ];
  writeFileSync(join(folder, "workflows/train_only.workflow.yaml"), `${workflow.join("\n")}\n`);
}

const request = (path: string, ...more: string[]): string[] => [
  "run",
  "Predict who will default on a loan",
  "--data",
  path,
  "--target",
  "defaulted",
  "--protected",
  "sex",
  "--time-column",
  "application_month",
  "--workflow",
  "train_only",
  "--json",
  ...more,
];

async function ran(path: string, ...more: string[]): Promise<Ran> {
  const ended = await swarm(request(path, "--approve", "auto", ...more), options);
  expect(ended.code, ended.stderr).toBe(0);
  return lastJson<Ran>(ended);
}

/** The same request, but a person limits the leaves where the training waits. */
async function ranWithEdit(path: string, seed: number): Promise<Ran> {
  const asked = await swarm(request(path, "--approve", "ask", "--seed", String(seed)), options);
  expect(asked.code, asked.stderr).toBe(3);
  const { runId } = lastJson<Ran>(asked);
  const gates = lastJson<{ gate_id: string }[]>(await swarm(["gates", "list", "--json"], options));
  const gateId = gates[0]?.gate_id ?? "none";
  const shown = lastJson<Gate>(await swarm(["gates", "show", gateId, "--json"], options));
  const input = JSON.stringify({ ...shown.shown.input, parameters: { maximalLeaves: 8 } });
  const edited = await swarm(
    ["gates", "edit", gateId, "--input", input, "--reason", "smaller trees"],
    options,
  );
  expect(edited.code, edited.stderr).toBe(0);
  const ended = await swarm(["runs", "resume", runId, "--json"], options);
  expect(ended.code, ended.stderr).toBe(0);
  return lastJson<Ran>(ended);
}

/** A copy of the data with another income in one row. */
function withOneRowChanged(path: string): string {
  const lines = readFileSync(path, "utf8").split("\n");
  const index = (lines[0] ?? "").split(",").indexOf("income");
  const cells = (lines[60] ?? "").split(",");
  cells[index] = String(Number(cells[index]) + 5000);
  lines[60] = cells.join(",");
  const changed = join(folders.make("diff-changed"), "credit.csv");
  writeFileSync(changed, lines.join("\n"));
  return changed;
}

const sha256sum = (path: string): string =>
  execFileSync("sha256sum", [path], { encoding: "utf8" }).slice(0, 64);
const model = ({ workDir }: Ran): string => sha256sum(join(workDir, "model.json"));

async function compared(left: Ran, right: Ran): Promise<RunComparison & { code: number | null }> {
  const ended = await swarm(["runs", "diff", left.runId, right.runId, "--json"], options);
  return { ...lastJson<RunComparison>(ended), code: ended.code };
}
const reasonsFor = ({ artifacts }: RunComparison, name: string): unknown => {
  const found = artifacts.find((artifact) => artifact.name === name);
  return found !== undefined && "reasons" in found ? found.reasons : found?.status;
};

let first: Ran;
let seed: number;
beforeAll(async () => {
  writeDeployment();
  first = await ran(data);
  const log = await swarm(["runs", "show", first.runId], options);
  seed = Number(/seed (\d+)/.exec(log.stdout)?.[1]);
});
afterAll(() => folders.removeAll());

describe("a run made again", () => {
  it("from the seed that was drawn for it and recorded, has the same artifacts to the byte", async () => {
    expect(Number.isSafeInteger(seed)).toBe(true);
    const second = await ran(data, "--seed", String(seed));
    expect(model(second)).toBe(model(first));
    const comparison = await compared(first, second);
    expect(comparison).toMatchObject({ code: 0, verdict: "equal", request: [], frozen: [], agents: [] });
    expect(new Set(comparison.artifacts.map(({ status }) => status))).toEqual(new Set(["same"]));
    expect(comparison.artifacts.map(({ name }) => name)).toContain("model.json");
    const text = await swarm(["runs", "diff", first.runId, second.runId], options);
    expect(text).toMatchObject({ code: 0 });
    expect(text.stdout).toMatch(/verdict +equal\n/);
  });

  it("with seed 0 uses 0, gives another model, and the difference names the seed", async () => {
    const zero = await ran(data, "--seed", "0");
    expect((await swarm(["runs", "show", zero.runId], options)).stdout).toContain("seed 0\n");
    const { training } = JSON.parse(readFileSync(join(zero.workDir, "model.json"), "utf8")) as {
      training: { seed: number };
    }; // the model file's own record
    expect(training.seed).toBe(0);
    expect(model(zero)).not.toBe(model(first));
    const comparison = await compared(first, zero);
    expect(comparison).toMatchObject({
      code: 1,
      verdict: "different",
      request: [{ field: "seed", left: seed, right: 0 }],
    });
    expect(reasonsFor(comparison, "model.json")).toContainEqual({ kind: "seed", left: seed, right: 0 });
    const text = await swarm(["runs", "diff", first.runId, zero.runId], options);
    expect(text.code).toBe(1);
    expect(text.stdout).toContain(`seed: ${seed} → 0`);
    expect(text.stdout).not.toContain("defect");
  });

  it("with one row changed gives another model, and the difference leads to the data", async () => {
    const changed = await ran(withOneRowChanged(data), "--seed", String(seed));
    expect(model(changed)).not.toBe(model(first));
    const comparison = await compared(first, changed);
    expect(comparison.code).toBe(1);
    expect(comparison.request.map(({ field }) => field)).toEqual(["data.sha256"]);
    expect(reasonsFor(comparison, "data/dataset.parquet")).toContainEqual({ kind: "input", name: null });
    expect(comparison.artifacts.filter(({ status }) => status === "unexplained")).toEqual([]);
  });

  it("with one hyperparameter changed by a person gives another model, and the difference names it", async () => {
    const edited = await ranWithEdit(data, seed);
    expect(model(edited)).not.toBe(model(first));
    const comparison = await compared(first, edited);
    expect(comparison.code).toBe(1);
    expect(reasonsFor(comparison, "data/train.parquet"), "what came before the training is the same").toBe(
      "same",
    );
    expect(reasonsFor(comparison, "models/model_1.json")).toMatchObject([
      { kind: "argument", tool: "train_classifier", field: expect.stringMatching(/^parameters/) },
    ]);
    expect(comparison.artifacts.filter(({ status }) => status === "unexplained")).toEqual([]);
  });
});

describe("comparing runs", () => {
  it("says what a mistyped or unknown run is", async () => {
    const mistyped = await swarm(["runs", "diff", first.runId, "credit"], options);
    expect(mistyped).toMatchObject({ code: 2, stdout: "" });
    const unknown = await swarm(["runs", "diff", first.runId, "run_000000"], options);
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toContain("swarm runs list");
  });
});

interface Exported {
  type: string;
  seq: number;
  data: Record<string, unknown>;
}

/** The events of a run as `swarm log export` writes them. */
async function exportedEvents({ runId }: Ran): Promise<Exported[]> {
  const out = join(folders.make("diff-export"), "log");
  const exported = await swarm(["log", "export", "--run", runId, "--out", out], options);
  expect(exported.code, exported.stderr).toBe(0);
  const lines = execFileSync("grep", ["-rhE", '"type":"[a-z]+\\.', out], { encoding: "utf8" });
  return lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Exported) // exported events
    .sort((left, right) => left.seq - right.seq);
}

describe("what a run was made with", () => {
  it("lies in its log before the first step, with seed, data and what each call was given", async () => {
    const events = await exportedEvents(first);
    expect(events.slice(0, 4).map(({ type }) => type)).toEqual([
      "run.created",
      "run.started",
      "run.environment-recorded",
      "node.started",
    ]);
    expect(events[0]?.data).toMatchObject({ seed, dataSha256: sha256sum(data) });
    expect(events[2]?.data["environment"]).toMatchObject({
      code: { version: "0.1.0", sourcesSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      runtime: { node: process.versions.node, platform: process.platform, arch: process.arch },
      packages: { status: "locked", versions: { zod: expect.any(String) } },
      compute: { threads: expect.any(Number), taskMemoryMegabytes: expect.any(Number) },
    });
    const report = JSON.parse(
      readFileSync(join(first.workDir, "reports/training_1.json"), "utf8"),
    ) as unknown;
    expect(report).toMatchObject({ seed, environment: events[2]?.data["sha256"] });
  });

  it("is told for each artifact: a name of its own, the digest of its bytes, its call and the attempt", async () => {
    const events = await exportedEvents(first);
    const recorded = events.filter(({ type }) => type === "artifact.recorded");
    const kinds = new Set(recorded.map(({ data }) => data["kind"]));
    expect(["model", "log", "split", "dataset"].every((kind) => kinds.has(kind))).toBe(true);
    for (const { seq, data } of recorded) {
      const newest = recorded.findLast((other) => other.data["name"] === data["name"]);
      const bytes = sha256sum(join(first.workDir, String(data["name"])));
      expect(newest?.data["sha256"], String(data["name"])).toBe(bytes);
      const started = events.findLast(
        (event) =>
          event.type === "tool.started" && event.seq < seq && event.data["callId"] === data["callId"],
      );
      expect(started?.data["attempt"], String(data["name"])).toBe(1);
    }
  });
});
