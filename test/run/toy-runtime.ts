import { z } from "zod";
import { type Agent, AgentManifest } from "#core/contract/agent-manifest.ts";
import type { RecordedEnvironment } from "#core/contract/environment-record.ts";
import type { Transaction } from "#core/contract/event-log.ts";
import type { AnyHookHandler } from "#core/contract/hook.ts";
import type { PermissionSource } from "#core/contract/permission.ts";
import type { Provider } from "#core/contract/provider.ts";
import { RunRequest } from "#core/contract/run-request.ts";
import type { Stores } from "#core/contract/stores.ts";
import { defineTool, type ToolDefinition } from "#core/contract/tool-definition.ts";
import { RunLimits, Workflow } from "#core/contract/workflow.ts";
import { hashOfJson, sha256 } from "#core/events/hash.ts";
import { projections } from "#core/events/projections/index.ts";
import { createHookChain } from "#core/hooks/hook-chain.ts";
import { createPolicyEngine } from "#core/policy/policy-engine.ts";
import { createAllowlistSource, createRbacSource } from "#core/policy/rule-sources.ts";
import { createRegistry } from "#core/registry/registry.ts";
import { offerTool } from "#core/run/offered-tool.ts";
import { createTransferTools } from "#core/run/resolve-tool.ts";
import type { Runtime } from "#core/run/runtime.ts";
import {
  createCountingIds,
  createFakeClock,
  createSeededBytes,
  type FakeClock,
} from "#core/testing/fake-clock.ts";
import { sampleEnvironment } from "#core/testing/sample-environment.ts";
import { createTestSigner } from "#core/testing/test-signer.ts";
import { buildWorkflowGraph } from "#core/workflow/workflow-graph.ts";
import { createPlaybookProvider } from "#lib/providers/playbook/playbook-provider.ts";
import { createMemoryStores } from "#lib/stores/memory/create-memory-stores.ts";

/** The world outside: what really happened, however often the process died. */
export interface World {
  /** Idempotency keys of notes written; a keyed service keeps each key once. */
  notes: Map<string, string>;
  /** Every letter that went out. */
  letters: string[];
  /** Called inside tools, so that a test can die there. */
  onEffect?: (tool: string) => void;
}

const Text = z.strictObject({ text: z.string() });

export function toyTools(world: World): ToolDefinition[] {
  return [
    defineTool({
      name: "measure",
      group: "data",
      description: "Measures.",
      input: Text,
      output: z.strictObject({ length: z.number() }),
      effect: "read",
      repeat: "safe",
      parallel: true,
      timeoutMs: 1000,
      async run({ text }, context) {
        world.onEffect?.("measure");
        const artifact = await context.artifacts.put({
          name: "measure.json",
          kind: "metrics",
          mediaType: "application/json",
          content: JSON.stringify({ length: text.length }),
          inputs: [],
        });
        return {
          ok: true,
          output: { length: text.length },
          facts: { measured: { length: text.length, artifact: artifact.sha256 } },
        };
      },
    }),
    defineTool({
      name: "write_note",
      group: "data",
      description: "Writes a note in a service that knows idempotency keys.",
      input: Text,
      output: z.strictObject({ written: z.boolean() }),
      effect: "external",
      repeat: "keyed",
      parallel: false,
      timeoutMs: 1000,
      async run({ text }, context) {
        world.notes.set(context.idempotencyKey, text);
        world.onEffect?.("write_note");
        return { ok: true, output: { written: true }, facts: { note: { text } } };
      },
    }),
    defineTool({
      name: "send_letter",
      group: "data",
      description: "Sends a letter; two letters are two letters.",
      input: Text,
      output: z.strictObject({ sent: z.boolean() }),
      effect: "external",
      repeat: "never",
      parallel: false,
      timeoutMs: 1000,
      async run({ text }) {
        world.letters.push(text);
        world.onEffect?.("send_letter");
        return { ok: true, output: { sent: true }, facts: { letter: { text } } };
      },
    }),
  ];
}

const agent = (manifest: z.input<typeof AgentManifest>): Agent => {
  const parsed = AgentManifest.parse(manifest);
  const prompt = `You are ${parsed.id}.`;
  return { manifest: parsed, prompt, hash: hashOfJson({ manifest: parsed, prompt }) };
};

export const toyAgents: Agent[] = [
  agent({
    id: "chief",
    version: "1.0.0",
    team: "management",
    tier: "director",
    description: "Directs.",
    delegatesTo: ["lead"],
    playbook: {
      rules: [
        { call: "transfer_to_lead", with: { task: "Do it.", inputs: { text: "${request.problem}" } } },
        { finish: "${default(last.summary, default(last.error.message, 'nothing'))}" },
      ],
    },
  }),
  agent({
    id: "lead",
    version: "1.0.0",
    team: "data",
    tier: "coordinator",
    description: "Leads.",
    delegatesTo: ["hand"],
    playbook: {
      rules: [
        {
          call: "transfer_to_hand",
          with: { task: "Measure and write.", inputs: { text: "${inputs.text}" } },
        },
        { finish: "lead: ${default(last.summary, default(last.error.message, 'nothing'))}" },
      ],
    },
  }),
  agent({
    id: "hand",
    version: "1.0.0",
    team: "data",
    tier: "worker",
    description: "Works.",
    tools: ["measure", "write_note", "send_letter"],
    playbook: {
      rules: [
        { call: "measure", with: { text: "${inputs.text}" } },
        { call: "write_note", with: { text: "note: ${inputs.text}" } },
        { when: "not failed('write_note')", call: "send_letter", with: { text: "letter: ${inputs.text}" } },
        {
          finish:
            "measured ${default(facts.measured.length, 'nothing')}; ${default(last.error.message, 'all done')}",
        },
      ],
    },
  }),
];

export const toyWorkflow = Workflow.parse({
  id: "toy",
  version: "1.0.0",
  description: "A stage, a router, a checkpoint, a second way.",
  flow: "graph",
  nodes: [
    { id: "work", type: "stage", agent: "chief", objective: "Measure and write.", expects: ["measured"] },
    { id: "long_enough", type: "router" },
    { id: "look", type: "checkpoint", gate: "manual", reason: "Look at it.", shows: ["measured"] },
    { id: "again", type: "stage", agent: "chief", objective: "Once more.", expects: ["measured"] },
  ],
  edges: [
    { from: "work", to: "long_enough" },
    { from: "long_enough", to: "look", when: "facts.measured.length > 3", priority: 1 },
    { from: "long_enough", to: "again" },
    { from: "look", to: "again" },
  ],
});

export interface ToyOptions {
  world?: World;
  sources?: PermissionSource[];
  handlers?: AnyHookHandler[];
  stores?: Stores;
  clock?: FakeClock;
  providers?: Provider[];
  agents?: Agent[];
  workflow?: Workflow;
  contextWindow?: number;
  environment?: RecordedEnvironment;
  /** Tools beside the three of the toy. */
  tools?: ToolDefinition[];
  /** Sees every commit before it is made; throwing there is the death of the process. */
  beforeCommit?: (transaction: Transaction) => void;
}

export interface Toy {
  runtime: Runtime;
  world: World;
  clock: FakeClock;
  /** Another process over the same stores. */
  restart(options?: Omit<ToyOptions, "world" | "stores" | "clock">): Toy;
}

let processes = 0;

/** A whole runtime over memory stores with a team of three and tools whose effects can be counted. */
export function createToy(options: ToyOptions = {}): Toy {
  processes += 1;
  const owner = `process-${processes}`;
  const clock = options.clock ?? createFakeClock();
  const world = options.world ?? { notes: new Map<string, string>(), letters: [] };
  const base =
    options.stores ??
    createMemoryStores({
      projections,
      clock,
      random: createSeededBytes(3),
      // Only the newest process lives in these tests.
      isOwnerAlive: (name) => name === `process-${processes}`,
    });
  const stores: Stores =
    options.beforeCommit === undefined
      ? base
      : {
          ...base,
          log: {
            ...base.log,
            async commit(transaction) {
              options.beforeCommit?.(transaction);
              return base.log.commit(transaction);
            },
          },
        };
  const agents = createRegistry("agent", options.agents ?? toyAgents, (one) => one.manifest.id);
  const graph = buildWorkflowGraph(options.workflow ?? toyWorkflow, { agents: agents.names() });
  if (!graph.ok) throw new Error(graph.failure.message);
  const ids = createCountingIds();
  const prefix = processes;
  const runtime: Runtime = {
    stores,
    tools: createRegistry(
      "tool",
      [...[...toyTools(world), ...(options.tools ?? [])].map(offerTool), ...createTransferTools(agents)],
      (tool) => tool.definition.name,
    ),
    agents,
    workflows: createRegistry("workflow", [graph.value], (one) => one.workflow.id),
    providers: createRegistry(
      "provider",
      options.providers ?? [
        createPlaybookProvider({ playbookOf: (id) => agents.get(id)?.manifest.playbook }),
      ],
      (provider) => provider.id,
    ),
    models: {
      provider: options.providers?.[0]?.id ?? "playbook",
      modelFor: () => "toy-model",
      contextWindow: () => options.contextWindow ?? 200_000,
    },
    costOf: () => 0.001,
    policy: createPolicyEngine([
      createRbacSource({ none: "operator", read: "operator", write: "operator", external: "operator" }),
      createAllowlistSource(),
      ...(options.sources ?? []),
    ]),
    hooks: createHookChain(options.handlers ?? []),
    deployment: {
      id: "toy",
      configHash: sha256("toy"),
      profile: undefined,
      settings: { fairnessLimit: 0.1, driftLimit: 0.25 },
    },
    environment: () => Promise.resolve(options.environment ?? sampleEnvironment()),
    modelRetry: { maxAttempts: 3, baseMs: 100, maxMs: 1000 },
    compute: { run: () => Promise.reject(new Error("no pool")), close: () => Promise.resolve() },
    backends: [],
    tracker: undefined,
    signer: createTestSigner(),
    folders: {
      path: (runId) => `/nowhere/${runId}`,
      place: () => Promise.resolve(),
      appendConversation: () => Promise.resolve(),
    },
    importFile: () => Promise.reject(new Error("no files here")),
    scratch: { create: () => Promise.reject(new Error("no scratch")), remove: () => Promise.resolve() },
    live: { publish: () => undefined, subscribe: () => () => undefined },
    clock,
    ids: { next: (kind) => ids.next(kind).replace("_0", `_${prefix}p`) },
    random: () => 0.5,
    owner,
    leaseTtlMs: 60_000,
  };
  return {
    runtime,
    world,
    clock,
    restart: (more = {}) =>
      createToy({
        ...(options.sources === undefined ? {} : { sources: options.sources }),
        ...(options.handlers === undefined ? {} : { handlers: options.handlers }),
        ...(options.agents === undefined ? {} : { agents: options.agents }),
        ...(options.workflow === undefined ? {} : { workflow: options.workflow }),
        ...more,
        world,
        stores: base,
        clock,
      }),
  };
}

export const toyRequest = (more: Partial<z.input<typeof RunRequest>> = {}): RunRequest =>
  RunRequest.parse({
    problem: "hello",
    data: { sha256: sha256("data"), name: "data.csv", bytes: 4 },
    target: "y",
    protected: [],
    workflow: "toy",
    approve: "auto",
    seed: 1,
    limits: RunLimits.parse({}),
    ...more,
  });

export const operator = { kind: "user", id: "ada", role: "operator" } as const;
