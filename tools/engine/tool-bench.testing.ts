import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Failure, failureFrom } from "#core/contract/failure.ts";
import type { JsonObject } from "#core/contract/json.ts";
import type { ExperimentTracker } from "#core/contract/experiment-tracker.ts";
import { noUsage } from "#core/contract/provider.ts";
import { RunRequest } from "#core/contract/run-request.ts";
import type { RunRecord } from "#core/contract/run-record.ts";
import type { ToolDefinition, ToolSettings } from "#core/contract/tool-definition.ts";
import type { TrainingBackend } from "#core/contract/training-backend.ts";
import { createTestToolContext, type TestToolContext } from "#core/testing/tool-context.ts";
import { decodeModel, type Frame, frameFromRows, type Model, writeParquet } from "#lib/ml/index.ts";
import { WellKnownFacts } from "../facts.ts";
import { createEmbeddedBackend } from "./backends/embedded-backend.ts";
import { createInProcessCompute } from "./in-process-compute.testing.ts";

export type BenchOutcome = { ok: true; output: unknown } | { ok: false; failure: Failure };

/** A place to try tools as the door calls them: arguments and results go through their schemas, facts through theirs. */
export interface ToolBench {
  context: TestToolContext;
  /** What the calls so far established. */
  facts: JsonObject;
  /** Puts a table in the store as an earlier step would have; returns its digest. */
  seed(table: Frame | readonly Readonly<Record<string, unknown>>[]): Promise<string>;
  /** Writes a file into the scratch folder; returns its path. */
  file(name: string, content: string): Promise<string>;
  /** A call; arguments that the schema refuses and thrown failures come back as values, as the door gives them. */
  call(tool: ToolDefinition, input: object): Promise<BenchOutcome>;
  /** A call that must succeed; `Output` is what the tool's schema just checked. */
  succeed<Output>(tool: ToolDefinition, input: object): Promise<Output>;
  /** A call that must fail; its failure. */
  fail(tool: ToolDefinition, input: object): Promise<Failure>;
  /** A JSON report that was kept, by its name; the newest of that name. */
  report<Body>(name: string): Promise<Body>;
  model(digest: string): Promise<Model>;
}

export function createToolBench(
  options: {
    seed?: number;
    settings?: Partial<ToolSettings>;
    signal?: AbortSignal;
    /** Beside the engine's own. */
    backends?: readonly TrainingBackend[];
    tracker?: ExperimentTracker;
    /** Makes the calls part of a run with this request. */
    run?: { protected?: readonly string[]; timeColumn?: string; target?: string; facts?: JsonObject };
  } = {},
): ToolBench {
  const facts: JsonObject = { ...options.run?.facts };
  const run = options.run === undefined ? undefined : benchRun(options.run, facts);
  const compute = createInProcessCompute();
  const context = createTestToolContext({
    compute,
    backends: [createEmbeddedBackend(compute), ...(options.backends ?? [])],
    ...(options.tracker === undefined ? {} : { tracker: options.tracker }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(run === undefined ? {} : { run }),
  });
  const call = async (tool: ToolDefinition, input: object): Promise<BenchOutcome> => {
    const parsed = tool.input.safeParse(input);
    if (!parsed.success) return { ok: false, failure: failureFrom(parsed.error, "invalid-input") };
    try {
      const outcome = await tool.run(parsed.data, context);
      if (!outcome.ok) return outcome;
      for (const [name, fact] of Object.entries(outcome.facts ?? {})) {
        const schema = WellKnownFacts[name as keyof typeof WellKnownFacts]; // an unknown name fails the parse below
        facts[name] = JSON.parse(JSON.stringify(schema.parse(fact))) as JsonObject; // a parsed fact is JSON
      }
      return { ok: true, output: tool.output.parse(outcome.output) };
    } catch (error) {
      return { ok: false, failure: failureFrom(error, "tool-failed") };
    }
  };
  return {
    context,
    facts,
    call,
    seed: (table) => context.seedArtifact(writeParquet("columns" in table ? table : frameFromRows(table))),
    async file(name, content) {
      const path = join(await context.artifacts.scratch(), name);
      await writeFile(path, content);
      return path;
    },
    async succeed<Output>(tool: ToolDefinition, input: object): Promise<Output> {
      const outcome = await call(tool, input);
      if (!outcome.ok) throw new Error(`${tool.name}: ${outcome.failure.code}: ${outcome.failure.message}`);
      return outcome.output as Output; // the test states what the tool's own schema describes
    },
    async fail(tool, input) {
      const outcome = await call(tool, input);
      if (outcome.ok) throw new Error(`${tool.name} succeeded`);
      return outcome.failure;
    },
    async report<Body>(name: string): Promise<Body> {
      const artifact = context.kept.findLast((one) => one.name === name);
      if (artifact === undefined) throw new Error(`nothing was kept as ${name}`);
      return (await context.artifacts.readJson(artifact.sha256)) as Body; // the test states the shape it looks at
    },
    async model(digest) {
      return decodeModel(new TextDecoder().decode(await context.artifacts.read(digest)));
    },
  };
}

function benchRun(
  given: { protected?: readonly string[]; timeColumn?: string; target?: string },
  facts: JsonObject,
): RunRecord {
  const digest = "0".repeat(64);
  const request = RunRequest.parse({
    problem: "Predict it.",
    data: { sha256: digest, name: "table.csv", bytes: 1 },
    target: given.target ?? "defaulted",
    protected: given.protected ?? [],
    ...(given.timeColumn === undefined ? {} : { timeColumn: given.timeColumn }),
    workflow: "any",
    approve: "auto",
    seed: 7,
    limits: {},
  });
  return {
    runId: "run_bench",
    createdAt: "2026-01-01T00:00:00.000Z",
    workflow: { id: "any", version: "1.0.0", hash: digest },
    deployment: { id: "none", configHash: digest },
    request,
    facts,
    artifacts: [],
    gates: [],
    decisions: [],
    denials: [],
    trail: [],
    usage: { ...noUsage, costUsd: 0, modelCalls: 0, toolCalls: 0 },
  };
}
