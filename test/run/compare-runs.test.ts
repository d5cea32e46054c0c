import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Artifact } from "#core/contract/artifact.ts";
import type { JsonValue } from "#core/contract/json.ts";
import type { RunRequest } from "#core/contract/run-request.ts";
import { hashOfJson, sha256 } from "#core/events/hash.ts";
import { type ComparedRun, type MadeArtifact, readComparedRun } from "#core/run/compare/compared-run.ts";
import { compareRuns } from "#core/run/compare/compare-runs.ts";
import { differingFields } from "#core/run/compare/differing-fields.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { startRun } from "#core/run/start-run.ts";
import { sampleEnvironment } from "#core/testing/sample-environment.ts";
import { createToy, operator, type ToyOptions, toyRequest } from "./toy-runtime.ts";

const never = new AbortController().signal;

/** A run of the toy team to its end, in a world of its own, read for comparing. */
async function ran(
  request: Partial<RunRequest> = {},
  options: Pick<ToyOptions, "environment"> = {},
): Promise<ComparedRun> {
  const toy = createToy(options);
  const started = await startRun(toy.runtime, { request: toyRequest(request), by: operator });
  if (!started.ok) throw new Error(started.failure.message);
  await driveRun(toy.runtime, started.value, { reason: "resume", detach: never });
  const run = await readComparedRun(toy.runtime, started.value);
  if (!run.ok) throw new Error(run.failure.message);
  return run.value;
}

interface Made {
  name: string;
  content: string;
  kind?: Artifact["kind"];
  from?: string[];
  input?: JsonValue;
}

/** The run with these artifacts instead of its own, each made by a call of its own, in this order. */
function keeping(run: ComparedRun, made: readonly Made[]): ComparedRun {
  const kept = new Map<string, Artifact["sha256"]>();
  const artifacts = new Map<string, MadeArtifact>();
  const [own] = run.artifacts.values();
  if (own?.call === undefined) throw new Error("the toy keeps an artifact");
  for (const { name, content, kind = "model", from = [], input = {} } of made) {
    const digest = sha256(content);
    const inputs = from.map((source) => kept.get(source) ?? run.request.data.sha256);
    const artifact = { sha256: digest, kind, name, mediaType: "text/plain", bytes: 1, inputs };
    const call = { ...own.call, input, inputHash: hashOfJson(input) };
    artifacts.set(name, { ...own, artifact, call, factsBefore: {}, keptBefore: new Map(kept) });
    kept.set(name, digest);
  }
  return { ...run, artifacts };
}

describe("two runs of one request", () => {
  it("are equal, whatever their ids", async () => {
    const [left, right] = [await ran(), await ran()];
    expect(left.runId).not.toBe(right.runId);
    const comparison = compareRuns(left, right);
    expect(comparison).toMatchObject({
      verdict: "equal",
      request: [],
      frozen: [],
      agents: [],
      environment: { left: sampleEnvironment().sha256, differences: [] },
      artifacts: [{ status: "same", name: "measure.json" }],
    });
  });

  it("are called defective or tampered with when bytes differ and nothing on the record does", async () => {
    const run = await ran();
    const left = keeping(run, [{ name: "model.json", content: "one" }]);
    const right = keeping(run, [{ name: "model.json", content: "two" }]);
    expect(compareRuns(left, right)).toMatchObject({
      verdict: "different",
      artifacts: [{ status: "unexplained", name: "model.json", reasons: [] }],
    });
  });

  it("stay equal when only documents that state their own run differ, and what is made from these", async () => {
    const documents = (run: string): Made[] => [
      { name: "model.json", content: "model" },
      { name: "audit_report.pdf", content: `audit of ${run}`, kind: "audit-report", from: ["model.json"] },
      { name: "audit_report.pdf.sig", content: `over ${run}`, kind: "signature", from: ["audit_report.pdf"] },
    ];
    const [left, right] = [keeping(await ran(), documents("one")), keeping(await ran(), documents("two"))];
    const comparison = compareRuns(left, right);
    expect(comparison.artifacts.map(({ status }) => status)).toEqual(["same", "own-run", "own-run"]);
    expect(comparison.verdict).toBe("equal");
    const otherModel = keeping(right, [
      { name: "model.json", content: "other" },
      ...documents("two").slice(1),
    ]);
    expect(compareRuns(left, otherModel)).toMatchObject({
      verdict: "different",
      artifacts: [{ status: "unexplained" }, { status: "explained" }, { status: "explained" }],
    });
  });
});

describe("the reason for an artifact's being different", () => {
  it("is the argument that a call was made with", async () => {
    const comparison = compareRuns(await ran({ problem: "hello" }), await ran({ problem: "hello you" }));
    expect(comparison.request).toEqual([{ field: "problem", left: "hello", right: "hello you" }]);
    expect(comparison.artifacts).toMatchObject([
      {
        status: "explained",
        reasons: [{ kind: "argument", tool: "measure", field: "text", left: "hello", right: "hello you" }],
      },
    ]);
  });

  it("is the seed, and the environment's parts that differ", async () => {
    const environment = sampleEnvironment({
      packages: { status: "locked", lockSha256: sha256("lock"), versions: { zod: "4.0.1" } },
    });
    const made = (content: string): Made[] => [{ name: "model.json", content }];
    const left = keeping(await ran({ seed: 0 }), made("one"));
    const right = keeping(await ran({ seed: 1 }, { environment }), made("two"));
    expect(compareRuns(left, right).artifacts).toMatchObject([
      {
        status: "explained",
        reasons: [
          { kind: "seed", left: 0, right: 1 },
          { kind: "environment", field: "packages.versions.zod", left: "4.0.0", right: "4.0.1" },
        ],
      },
    ]);
  });

  it("is what it was made from, by name, and the run's data at the root", async () => {
    const made = (content: string): Made[] => [
      { name: "dataset.parquet", content, kind: "dataset", from: ["the run's data"] },
      { name: "model.json", content: `model of ${content}`, from: ["dataset.parquet"] },
    ];
    const data = { sha256: sha256("other"), name: "data.csv", bytes: 5 };
    const comparison = compareRuns(
      keeping(await ran(), made("one")),
      keeping(await ran({ data }), made("two")),
    );
    expect(comparison.request).toMatchObject([{ field: "data.sha256" }]);
    expect(comparison.artifacts).toMatchObject([
      { reasons: [{ kind: "input", name: null }] },
      { reasons: [{ kind: "input", name: "dataset.parquet" }] },
    ]);
  });

  it("is an input where an argument names one by its digest, with or without the algorithm's name", async () => {
    const run = await ran();
    const made = (content: string): Made[] => [
      { name: "image/manifest", content, kind: "container-image" },
      { name: "pod.yaml", content: `pod of ${content}`, input: { image: `sha256:${sha256(content)}` } },
    ];
    expect(compareRuns(keeping(run, made("one")), keeping(run, made("two"))).artifacts).toMatchObject([
      { status: "unexplained" },
      { status: "explained", reasons: [{ kind: "input", name: "image/manifest" }] },
    ]);
  });

  it("is never the number of threads or processors, which change no byte", async () => {
    const { compute } = sampleEnvironment().record;
    const environment = sampleEnvironment({ compute: { ...compute, threads: 4, processors: 64 } });
    const left = keeping(await ran(), [{ name: "model.json", content: "one" }]);
    const right = keeping(await ran({}, { environment }), [{ name: "model.json", content: "two" }]);
    const comparison = compareRuns(left, right);
    expect(comparison.environment.differences.map(({ field }) => field)).toEqual([
      "compute.processors",
      "compute.threads",
    ]);
    expect(comparison.artifacts).toMatchObject([{ status: "unexplained" }]);
  });

  it("is open where a run is from before environments were recorded", async () => {
    const withoutEnvironment = (run: ComparedRun): ComparedRun => ({
      ...run,
      state: { ...run.state, environments: undefined },
      artifacts: new Map(
        [...run.artifacts].map(([name, made]) => [name, { ...made, environment: undefined }]),
      ),
    });
    const run = await ran();
    const left = withoutEnvironment(keeping(run, [{ name: "model.json", content: "one" }]));
    const right = keeping(run, [{ name: "model.json", content: "two" }]);
    expect(compareRuns(left, right).artifacts).toMatchObject([
      { status: "explained", reasons: [{ kind: "environment-not-recorded", side: "left" }] },
    ]);
  });
});

describe("the fields in which two values differ", () => {
  const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>; // JSON by construction
  it("are none for a value and its copy, and the same places seen from either side", () => {
    fc.assert(
      fc.property(json, json, (left, right) => {
        expect(differingFields(left, structuredClone(left))).toEqual([]);
        const there = differingFields(left, right);
        const back = differingFields(right, left);
        expect(back.map(({ field }) => field)).toEqual(there.map(({ field }) => field));
        expect(there.length === 0).toBe(hashOfJson(left) === hashOfJson(right));
      }),
    );
  });

  it("are named from the outside in, with what each side has there", () => {
    expect(differingFields({ a: { b: 1, c: [1] } }, { a: { b: 2, c: [1], d: null } })).toEqual([
      { field: "a.b", left: 1, right: 2 },
      { field: "a.d", right: null },
    ]);
  });
});
