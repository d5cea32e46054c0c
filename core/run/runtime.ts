import type { Agent } from "#core/contract/agent-manifest.ts";
import type { Clock, IdSource } from "#core/contract/clock.ts";
import type { ComputePool } from "#core/contract/compute.ts";
import type { RecordedEnvironment } from "#core/contract/environment-record.ts";
import type { ExperimentTracker } from "#core/contract/experiment-tracker.ts";
import type { LiveChannel } from "#core/contract/live-channel.ts";
import type { ModelTier, Provider, Usage } from "#core/contract/provider.ts";
import type { RunFolders } from "#core/contract/run-folder.ts";
import type { Signer } from "#core/contract/signer.ts";
import type { Stores } from "#core/contract/stores.ts";
import type { ToolArtifacts, ToolSettings } from "#core/contract/tool-definition.ts";
import type { TrainingBackend } from "#core/contract/training-backend.ts";
import type { HookChain } from "#core/hooks/hook-chain.ts";
import type { PolicyEngine } from "#core/policy/policy-engine.ts";
import type { Registry } from "#core/registry/registry.ts";
import type { WorkflowGraph } from "#core/workflow/workflow-graph.ts";
import type { OfferedTool } from "./offered-tool.ts";

/** Everything that a run needs from outside, made once by the composition root. */
export interface Runtime {
  stores: Stores;
  tools: Registry<OfferedTool>;
  agents: Registry<Agent>;
  workflows: Registry<WorkflowGraph>;
  providers: Registry<Provider>;
  /** Which provider and model an agent without its own gets. */
  models: ModelChoice;
  /** The price of a model call in US dollars, undefined where no price is known. */
  costOf(provider: string, model: string, usage: Usage): number | undefined;
  policy: PolicyEngine;
  hooks: HookChain;
  deployment: { id: string; configHash: string; profile: string | undefined; settings: ToolSettings };
  /** What this process makes things with; the same each time it is asked. Never rejects for a part that is not there. */
  environment(): Promise<RecordedEnvironment>;
  modelRetry: RetryPolicy;
  compute: ComputePool;
  backends: readonly TrainingBackend[];
  tracker: ExperimentTracker | undefined;
  signer: Signer;
  folders: RunFolders;
  /** How a tool may import a file by path; runs themselves only read what was copied in at their start. */
  importFile: ToolArtifacts["importFile"];
  /** A fresh scratch folder for one call, and its removal. */
  scratch: { create(callId: string): Promise<string>; remove(callId: string): Promise<void> };
  live: LiveChannel;
  clock: Clock;
  ids: IdSource;
  /** A number in [0, 1), for jitter only. */
  random(): number;
  /** Names this process in leases: `host:pid:start`. */
  owner: string;
  leaseTtlMs: number;
}

export interface ModelChoice {
  provider: string;
  /** By provider and tier. */
  modelFor(provider: string, tier: ModelTier): string;
  /** Tokens that fit one call of a model. */
  contextWindow(provider: string, model: string): number;
}

/** Waits `min(maxMs, baseMs * 2^(attempt-1))` with full jitter, or what the provider asked for. */
export interface RetryPolicy {
  maxAttempts: number;
  baseMs: number;
  maxMs: number;
}
