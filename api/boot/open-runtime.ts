import { randomBytes } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { RecordedEnvironment } from "#core/contract/environment-record.ts";
import { FailureError, failure, ok, type Result } from "#core/contract/failure.ts";
import type { Provider } from "#core/contract/provider.ts";
import type { Signer } from "#core/contract/signer.ts";
import type { Stores } from "#core/contract/stores.ts";
import { createPolicyEngine } from "#core/policy/policy-engine.ts";
import { createRegistry } from "#core/registry/registry.ts";
import type { Runtime } from "#core/run/runtime.ts";
import { createFileSigner } from "#lib/crypto/file-signer.ts";
import { writeOnce } from "#lib/crypto/write-once.ts";
import { createLiveChannel } from "#lib/live/create-live-channel.ts";
import { createRunFolders } from "#lib/run-folder/create-run-folders.ts";
import { createPackageModel } from "#tools/deployment/package-model.ts";
import { SAMPLES } from "#tools/samples.ts";
import { createBackends } from "./create-backends.ts";
import { createComputePool } from "./compute-pool.ts";
import { readEnvironment } from "./environment/read-environment.ts";
import { taskMemory } from "./task-memory.ts";
import { createProviders, type ProviderChoice } from "./create-providers.ts";
import { createTracker } from "./create-tracker.ts";
import { findHome, type Home, openHome } from "./home.ts";
import { createLayerCache } from "./layer-cache.ts";
import type { LoadedDeployment } from "./load-deployment.ts";
import { loadShelf, type Shelf, type ShelfAdditions } from "./load-shelf.ts";
import { homeKeyName, openStores } from "./open-stores.ts";
import { processOwner } from "./process-owner.ts";
import { createUlidSource, systemClock } from "./system-clock.ts";

/** Everything of one process, made once. The only place that constructs adapters. */
export interface OpenedRuntime {
  runtime: Runtime;
  stores: Stores;
  signer: Signer;
  home: Home;
  deployment: LoadedDeployment;
  environment: NodeJS.ProcessEnv;
  /** What `sample:NAME` stands for in inputs by hand. */
  samples: typeof SAMPLES;
  /** Ends connections, worker threads and stores; a second call waits for the first. */
  close(): Promise<void>;
}

export interface RuntimeOptions {
  environment: NodeJS.ProcessEnv;
  deploymentFolder?: string | undefined;
  additions?: ShelfAdditions;
}

/**
 * Opens home, deployment, agents, workflows, guardrails, stores and providers. A mistake in any file is a failure
 * that names file and line, and nothing was changed.
 */
export async function openRuntime(options: RuntimeOptions): Promise<Result<OpenedRuntime>> {
  const { environment, additions } = options;
  let stores: Stores | undefined;
  const layerCache = createLayerCache(findHome(environment), () => {
    if (stores === undefined) throw new Error("a tool runs before the stores are open");
    return stores.artifacts;
  });
  try {
    const shelf = await loadShelf({
      ...options,
      additions: {
        ...additions,
        tools: [createPackageModel({ layerCache }), ...(additions?.tools ?? [])],
      },
    });
    if (!shelf.ok) return shelf;
    const memory = taskMemory(environment);
    if (!memory.ok) return memory;
    const home = await openHome(environment);
    const signer = await openSigner(home);
    if (!signer.ok) return signer;
    stores = openStores(home, { readOnly: false });
    const providers = createProviders({
      environment,
      agents: shelf.value.agents,
      models: shelf.value.deployment.models,
    });
    const opened = assemble({
      memoryMegabytes: memory.value,
      home,
      stores,
      signer: signer.value,
      providers,
      shelf: shelf.value,
      environment,
    });
    return ok(opened);
  } catch (error) {
    await stores?.close();
    if (error instanceof FailureError) return { ok: false, failure: error.failure };
    throw error;
  }
}

/** The checkout (or installed package) that this file lies in. */
const root = fileURLToPath(new URL("../..", import.meta.url));

/** Tokens that every shipped model takes at least. */
const CONTEXT_WINDOW = 200_000;

function assemble(parts: {
  home: Home;
  stores: Stores;
  signer: Signer;
  providers: ProviderChoice;
  shelf: Shelf;
  memoryMegabytes: number;
  environment: NodeJS.ProcessEnv;
}): OpenedRuntime {
  const { home, stores, signer, providers, shelf } = parts;
  const { deployment } = shelf;
  const threads = Math.max(1, Math.min(4, availableParallelism()));
  const compute = createComputePool({ size: threads, memoryMegabytes: parts.memoryMegabytes });
  let recorded: Promise<RecordedEnvironment> | undefined;
  const backends = createBackends({ environment: parts.environment, compute, scratch: home.scratch });
  const runtime: Runtime = {
    tools: shelf.tools,
    agents: shelf.agents,
    workflows: shelf.workflows,
    stores,
    providers: createRegistry("provider", providers.providers, (provider: Provider) => provider.id),
    models: {
      provider: parts.environment["SWARM_PROVIDER"] || deployment.provider,
      modelFor: (provider, tier) => providers.modelFor(provider, tier),
      contextWindow: () => CONTEXT_WINDOW,
    },
    costOf: (provider, model, usage) => providers.costOf(provider, model, usage),
    policy: createPolicyEngine(deployment.sources),
    hooks: shelf.hooks,
    deployment: {
      id: deployment.id,
      configHash: deployment.configHash,
      profile: deployment.profile,
      settings: deployment.settings,
    },
    // Read when something is made, not when something is only shown: it takes a tenth of a second.
    environment: () =>
      (recorded ??= readEnvironment({
        root,
        environment: parts.environment,
        threads,
        taskMemoryMegabytes: parts.memoryMegabytes,
      })),
    modelRetry: { maxAttempts: 4, baseMs: 1000, maxMs: 30_000 },
    compute,
    backends,
    tracker: createTracker(parts.environment),
    signer,
    folders: createRunFolders({ root: home.runs, artifacts: stores.artifacts }),
    async importFile(path) {
      const absolute = resolve(path);
      const found = await stat(absolute).catch(() => undefined);
      if (found?.isFile() !== true) {
        throw new FailureError(failure("not-found", `there is no file ${absolute}; check the path`));
      }
      return { ...(await stores.artifacts.put({ path: absolute })), path: absolute };
    },
    scratch: createScratch(home),
    live: createLiveChannel(),
    clock: systemClock,
    ids: createUlidSource(systemClock),
    random: Math.random,
    owner: processOwner(),
    leaseTtlMs: 15_000,
  };
  let closing: Promise<void> | undefined;
  return {
    runtime,
    stores,
    signer,
    home,
    deployment,
    environment: parts.environment,
    samples: SAMPLES,
    close() {
      closing ??= closeAll([
        () => providers.close(),
        ...backends.map((backend) => () => backend.close()),
        () => compute.close(),
        () => stores.close(),
      ]);
      return closing;
    },
  };
}

/** Closes one after the other; what does not close keeps nothing else open, and is told at the end. */
async function closeAll(parts: readonly (() => void | Promise<void>)[]): Promise<void> {
  const problems: unknown[] = [];
  for (const close of parts) {
    try {
      await close();
    } catch (error) {
      problems.push(error);
    }
  }
  if (problems.length > 0) throw new AggregateError(problems, "not everything could be closed");
}

function createScratch(home: Home): Runtime["scratch"] {
  const made = new Map<string, Promise<string>>();
  return {
    create(callId) {
      const folder = made.get(callId) ?? mkdtemp(join(home.scratch, `${callId}-`));
      made.set(callId, folder);
      return folder;
    },
    async remove(callId) {
      const folder = made.get(callId);
      made.delete(callId);
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
    },
  };
}

async function openSigner(home: Home): Promise<Result<Signer>> {
  await writeOnce(join(home.root, "home-id"), `${randomBytes(4).toString("hex")}\n`, 0o600);
  return createFileSigner({ folder: home.keys, keyName: await homeKeyName(home) });
}
