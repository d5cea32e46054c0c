// What one ReAct step costs: model turn, permission decision, hooks, tool, four to six events with hash, payloads and
// projections. `npx node test/bench/react-step.ts [steps] [rounds]`. Medians of interleaved rounds, wall and CPU, as a
// ratio to a bare loop that calls the same tool function, in the same run.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { AgentManifest } from "#core/contract/agent-manifest.ts";
import { noUsage, type Provider } from "#core/contract/provider.ts";
import type { Stores } from "#core/contract/stores.ts";
import { defineTool } from "#core/contract/tool-definition.ts";
import { Workflow } from "#core/contract/workflow.ts";
import { hashOfJson } from "#core/events/hash.ts";
import { projections } from "#core/events/projections/index.ts";
import { createRegistry } from "#core/registry/registry.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { offerTool } from "#core/run/offered-tool.ts";
import { startRun } from "#core/run/start-run.ts";
import { createFakeClock } from "#core/testing/fake-clock.ts";
import { createSqliteStores } from "#lib/stores/sqlite/create-sqlite-stores.ts";
import { createToy, operator, toyRequest } from "../run/toy-runtime.ts";

const steps = Number(process.argv[2] ?? 100);
const rounds = Number(process.argv[3] ?? 7);

const clock = createFakeClock();
const add = (input: { a: number }) => ({ ok: true as const, output: { sum: input.a + 1 } });

/** A model of no latency that asks for one call a turn, then ends. */
function fakeModel(): Provider {
  return {
    id: "fake",
    availability: () => ({ usable: true, detail: "" }),
    async *stream(request) {
      const turn = request.origin.turn ?? 1;
      const content =
        turn <= steps
          ? [{ type: "tool-call" as const, id: `c${turn}`, name: "add", input: { a: turn } }]
          : [{ type: "text" as const, text: "done" }];
      yield {
        type: "finished",
        message: { role: "assistant", content },
        stopReason: turn <= steps ? "tool-calls" : "end",
        usage: noUsage,
        model: "fake",
      };
    },
  };
}

const manifest = AgentManifest.parse({
  id: "adder",
  version: "1.0.0",
  team: "data",
  tier: "worker",
  description: "Adds.",
  tools: ["add"],
  limits: { maxTurns: 200, maxToolCalls: 1000 },
});
const agents = [{ manifest, prompt: "Add.", hash: hashOfJson(manifest) }];
const workflow = Workflow.parse({
  id: "toy",
  version: "1.0.0",
  description: "One stage.",
  nodes: [{ id: "add", type: "stage", agent: "adder", objective: "Add." }],
});
const tool = defineTool({
  name: "add",
  group: "data",
  description: "Adds one.",
  input: z.strictObject({ a: z.number() }),
  output: z.strictObject({ sum: z.number() }),
  effect: "none",
  repeat: "safe",
  parallel: false,
  timeoutMs: 1000,
  run: (input) => Promise.resolve(add(input)),
});

async function runOnce(stores: Stores | undefined): Promise<void> {
  const toy = createToy({
    agents,
    workflow,
    providers: [fakeModel()],
    ...(stores === undefined ? {} : { stores }),
  });
  const runtime = {
    ...toy.runtime,
    tools: createRegistry("tool", [offerTool(tool)], (one) => one.definition.name),
  };
  const request = toyRequest({ limits: { maxModelCalls: 10_000, maxToolCalls: 10_000 } });
  const started = await startRun(runtime, { request, by: operator });
  if (!started.ok) throw new Error(started.failure.message);
  const driven = await driveRun(runtime, started.value, {
    reason: "resume",
    detach: new AbortController().signal,
  });
  if (!driven.ok || driven.value !== "succeeded") {
    const { rows } = await runtime.stores.projections.list("runs", { where: { run_id: started.value } });
    throw new Error(JSON.stringify({ driven, rows }));
  }
}

async function bareLoop(): Promise<void> {
  const model = fakeModel();
  for (let turn = 1; turn <= steps; turn += 1) {
    const signal = new AbortController().signal;
    const request = {
      model: "fake",
      system: "",
      messages: [],
      tools: [],
      maxOutputTokens: 1,
      origin: { agent: "adder", turn },
    };
    for await (const event of model.stream(request, signal)) {
      if (event.type !== "finished") continue;
      for (const part of event.message.content) {
        if (part.type === "tool-call") add(z.strictObject({ a: z.number() }).parse(part.input));
      }
    }
  }
}

interface Sample {
  wall: number;
  cpu: number;
}

async function measure(work: () => Promise<void>): Promise<Sample> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const wall = performance.now() - start;
  const used = process.cpuUsage(cpu);
  return { wall: (wall * 1000) / steps, cpu: (used.user + used.system) / steps };
}

const median = (values: number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;

const home = mkdtempSync(join(tmpdir(), "swarm-bench-"));
const sqlite = createSqliteStores({
  home,
  projections,
  clock,
  random: (count) => new Uint8Array(randomBytes(count)),
  isOwnerAlive: () => false,
});
const cases: Record<string, () => Promise<void>> = {
  "bare loop": bareLoop,
  "memory stores": () => runOnce(undefined),
  "sqlite stores": () => runOnce(sqlite),
};
const samples = new Map<string, Sample[]>(Object.keys(cases).map((name) => [name, []]));
for (let round = -1; round < rounds; round += 1) {
  for (const [name, work] of Object.entries(cases)) {
    const sample = await measure(work);
    // The first round warms up the compiler.
    if (round >= 0) samples.get(name)?.push(sample);
  }
}
const floor = median((samples.get("bare loop") ?? []).map((sample) => sample.cpu));
console.log(`${steps} steps a run, median of ${rounds} rounds, µs per step`);
for (const [name, list] of samples) {
  const wall = median(list.map((sample) => sample.wall));
  const cpu = median(list.map((sample) => sample.cpu));
  console.log(
    `${name.padEnd(16)} wall ${wall.toFixed(1).padStart(8)}  cpu ${cpu.toFixed(1).padStart(8)}  ${(cpu / floor).toFixed(0).padStart(5)} x bare`,
  );
}
await sqlite.close();
rmSync(home, { recursive: true });
