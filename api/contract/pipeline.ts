import { z } from "zod";
import { Failure } from "#core/contract/failure.ts";
import { ApprovalGate, GateKind } from "#core/contract/gate.ts";
import { JsonObject, JsonValue } from "#core/contract/json.ts";
import { Usage } from "#core/contract/provider.ts";

export const RunStatus = z.enum(["queued", "running", "waiting", "succeeded", "failed", "cancelled"]);

/** Starts a run. The data is one that was uploaded before, or a file on the server's machine. */
export const StartPipeline = z.strictObject({
  problemStatement: z.string().min(1).max(20_000),
  dataset: z
    .strictObject({ sha256: z.string(), name: z.string() })
    .optional()
    .describe("from POST /datasets"),
  datasetPath: z.string().optional().describe("a file below the server's data folders"),
  target: z.string().min(1),
  protected: z.array(z.string().min(1)).max(20).default([]),
  timeColumn: z.string().min(1).optional(),
  workflow: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  approve: z.enum(["ask", "auto"]).default("ask"),
  seed: z.number().int().nonnegative().optional(),
  budgetUsd: z.number().positive().optional(),
});
export type StartPipeline = z.input<typeof StartPipeline>;

/** The same as one form with the data in it, for small files; `protected` may stand there several times. */
export const StartPipelineForm = StartPipeline.omit({ dataset: true, datasetPath: true }).extend({
  data: z.file().describe("the CSV or Parquet file, with its name"),
  protected: z
    .union([
      z.array(z.string().min(1)).max(20),
      z
        .string()
        .min(1)
        .transform((one) => [one]),
    ])
    .default([]),
  seed: z.coerce.number().int().nonnegative().optional(),
  budgetUsd: z.coerce.number().positive().optional(),
});
export type StartPipelineForm = z.output<typeof StartPipelineForm>;

/** A caller's name for one intent (IETF draft Idempotency-Key): repeated, the same answer and no second effect. */
export const IdempotencyKey = z.string().regex(/^[\x21-\x7E]{1,200}$/, "1 to 200 visible ASCII characters");

export const StartedPipeline = z.object({
  runId: z.string(),
  status: RunStatus,
  links: z.record(z.string(), z.string()),
});
export type StartedPipeline = z.infer<typeof StartedPipeline>;

/** A row of the runs list. */
export const PipelineRow = z.object({
  runId: z.string(),
  status: RunStatus,
  workflow: z.string(),
  problem: z.string(),
  dataName: z.string(),
  target: z.string(),
  node: z.string().nullable(),
  openGates: z.number().int(),
  createdBy: z.string(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  failure: z.string().nullable(),
  toolCalls: z.number().int(),
  modelCalls: z.number().int(),
  costUsd: z.number(),
  artifacts: z.number().int(),
  events: z.number().int(),
});
export type PipelineRow = z.infer<typeof PipelineRow>;

export const ArtifactView = z.object({
  name: z.string(),
  kind: z.string(),
  sha256: z.string(),
  bytes: z.number().int(),
  mediaType: z.string(),
  inputs: z.array(z.string()),
});
export type ArtifactView = z.infer<typeof ArtifactView>;

const RunUsage = Usage.extend({
  costUsd: z.number(),
  unpricedCalls: z.number().int(),
  modelCalls: z.number().int(),
  toolCalls: z.number().int(),
});

/** The graph that a run follows, as the console draws it. */
export const WorkflowView = z.object({
  id: z.string(),
  version: z.string(),
  hash: z.string(),
  nodes: z.array(
    z.object({
      id: z.string(),
      type: z.enum(["stage", "router", "checkpoint"]),
      agent: z.string().optional(),
      objective: z.string().optional(),
      gate: GateKind.optional(),
    }),
  ),
  edges: z.array(z.object({ from: z.string(), to: z.string(), when: z.string().optional() })),
});
export type WorkflowView = z.infer<typeof WorkflowView>;

/**
 * A run in whole: request, result and the folder's content. The tree, the timeline and every call are read from the
 * events, which the console folds itself while they come in.
 */
export const PipelineDetail = z.object({
  runId: z.string(),
  status: RunStatus,
  problem: z.string(),
  data: z.object({ sha256: z.string(), name: z.string(), bytes: z.number().int() }),
  target: z.string(),
  protected: z.array(z.string()),
  timeColumn: z.string().nullable(),
  approve: z.enum(["ask", "auto"]),
  seed: z.number().int(),
  workflow: WorkflowView.nullable().describe("null when the workflow is no longer there"),
  createdBy: z.string(),
  createdAt: z.string(),
  seconds: z.number(),
  failure: Failure.nullable(),
  problemType: z.string().nullable(),
  metrics: JsonObject,
  fairness: JsonObject.nullable(),
  drift: JsonObject.nullable(),
  facts: JsonObject,
  gates: z.array(ApprovalGate),
  artifacts: z.array(ArtifactView),
  usage: RunUsage,
  lastSeq: z.number().int(),
  chainHead: z.string(),
});
export type PipelineDetail = z.infer<typeof PipelineDetail>;

/** A stored event without the parts that only the chain needs. */
export const EventView = z.object({
  seq: z.number().int(),
  position: z.number().int(),
  type: z.string(),
  version: z.number().int(),
  at: z.string(),
  actor: z.object({ kind: z.string(), id: z.string() }),
  data: JsonObject,
  hash: z.string(),
  hasPayload: z.boolean().describe("GET …/events/SEQ/payload gives it"),
});
export type EventView = z.infer<typeof EventView>;

/** Content of an event: a prompt, arguments, a result. Erased content is told apart from content never there. */
export const PayloadView = z.discriminatedUnion("state", [
  z.object({ state: z.literal("present"), mediaType: z.string(), json: JsonValue }),
  z.object({ state: z.literal("erased") }),
]);
export type PayloadView = z.infer<typeof PayloadView>;
