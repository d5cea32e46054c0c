import { z } from "zod";
import type { Artifact, ArtifactKind } from "./artifact.ts";
import type { ComputePool } from "./compute.ts";
import type { RecordedEnvironment } from "./environment-record.ts";
import type { ExperimentTracker } from "./experiment-tracker.ts";
import type { Failure } from "./failure.ts";
import type { Sha256 } from "./ids.ts";
import type { RunRecord } from "./run-record.ts";
import type { Signer } from "./signer.ts";
import type { TrainingBackend } from "./training-backend.ts";

/** What a call may touch. `external` leaves the machine or changes something that outlives the run. */
export const ToolEffect = z.enum(["none", "read", "write", "external"]);
export type ToolEffect = z.infer<typeof ToolEffect>;

/**
 * What may be done with a call that was started and whose end is unknown: `safe` runs it again, `keyed` runs it
 * again with the same idempotency key, `never` abandons it and asks a person.
 */
export const RepeatPolicy = z.enum(["safe", "keyed", "never"]);
export type RepeatPolicy = z.infer<typeof RepeatPolicy>;

export const ToolGroup = z.enum([
  "data",
  "training",
  "tracking",
  "evaluation",
  "compliance",
  "deployment",
  "knowledge",
  "execution",
  "search",
  "filesystem",
  "memory",
  "delegation",
  "plugin",
]);
export type ToolGroup = z.infer<typeof ToolGroup>;

export const ToolName = z.string().regex(/^[a-z][a-z0-9_]{1,63}$/);

/** What a tool may use. Everything effectful comes through here; a tool imports no file system or network. */
export interface ToolContext {
  /** Undefined for a call made by hand, outside any run. */
  run: RunRecord | undefined;
  callId: string;
  agent: string | undefined;
  /** 1 for the first try; more after a crash. */
  attempt: number;
  /** The same for every attempt of one call; hand it to outside services that accept one. */
  idempotencyKey: string;
  seed: number;
  signal: AbortSignal;
  /** The time printed in documents, ISO 8601: the run's creation, or SOURCE_DATE_EPOCH. */
  documentTime: string;
  /** Names a limit of the deployment that tools must honour (fairness, drift), with its default. */
  settings: ToolSettings;
  artifacts: ToolArtifacts;
  /** What this process makes things with. A report may name its digest; anything more would tie bytes to a machine. */
  environment(): Promise<RecordedEnvironment>;
  compute: ComputePool;
  /** Fit estimators beside the engine's own; each says in `describe` which algorithms it has. */
  backends: readonly TrainingBackend[];
  /** Where experiments are recorded; undefined when no address is set. */
  tracker: ExperimentTracker | undefined;
  signer: Signer;
  /** Tells people how far the work is; not an event, not a record. */
  progress(update: { message: string; fraction?: number; metrics?: Record<string, number> }): void;
}

export interface ToolSettings {
  /** Largest accepted demographic parity difference; 0.1 unless the deployment says otherwise. */
  fairnessLimit: number;
  /** Largest accepted population stability index; 0.25 unless the deployment says otherwise. */
  driftLimit: number;
}

export interface ToolArtifacts {
  read(sha256: string): Promise<Uint8Array>;
  readJson(sha256: string): Promise<unknown>;
  /** A local read-only path of the bytes. */
  path(sha256: string): Promise<string>;
  /** Keeps bytes (or a file) under a name in the run's folder; recorded together with the call's end. */
  put(artifact: {
    name: string;
    kind: ArtifactKind;
    mediaType: string;
    content: Uint8Array | string | { path: string };
    /** Digests it was made from. */
    inputs: readonly string[];
  }): Promise<Artifact>;
  /** Imports a file that the operator named; refused for paths outside what the caller may read. */
  importFile(path: string): Promise<{ sha256: Sha256; bytes: number; path: string }>;
  /** A scratch folder of this call, removed afterwards. */
  scratch(): Promise<string>;
}

/**
 * Numbers and references that later steps decide by: routers, compliance gates, other agents. Small JSON; the door
 * parses it.
 */
export type Facts = Readonly<Record<string, unknown>>;

export type ToolOutcome<Output> =
  | { ok: true; output: Output; facts?: Facts }
  | { ok: false; failure: Failure };

/**
 * A typed tool. `input` and `output` are zod objects: the door parses the first before and the second after
 * `run`. `run` returns expected failures as values; what it throws counts as a bug and becomes `tool-failed`.
 */
export interface ToolDefinition<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  name: string;
  group: ToolGroup;
  /** For the model: what it does, when to use it, what comes back. */
  description: string;
  input: Input;
  output: Output;
  effect: ToolEffect;
  repeat: RepeatPolicy;
  /** True when calls of one turn may overlap in time. */
  parallel: boolean;
  timeoutMs: number;
  /**
   * An input that runs as it stands, for people who try the tool by hand. A text `sample:NAME` stands for one of the
   * samples that the command line makes in the home (a file, a dataset, a model).
   */
  example?: z.input<Input>;
  /** True for tools that answer only with a run's facts around them; by hand a run is named. */
  needsRun?: boolean;
  run(input: z.output<Input>, context: ToolContext): Promise<ToolOutcome<z.input<Output>>>;
}

/** Keeps the schemas' types while a tool is written; erased to ToolDefinition in registries. */
export function defineTool<Input extends z.ZodType, Output extends z.ZodType>(
  definition: ToolDefinition<Input, Output>,
): ToolDefinition {
  // The door parses with `input` before calling `run`, so the narrower parameter type is always met.
  return definition;
}
