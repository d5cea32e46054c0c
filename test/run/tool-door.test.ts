import { describe, expect, it } from "vitest";
import { z } from "zod";
import { AgentManifest } from "#core/contract/agent-manifest.ts";
import type { AnyHookHandler, HookPayloads, HookPoint } from "#core/contract/hook.ts";
import type { HookOutcome } from "#core/contract/hook.ts";
import type { JsonValue } from "#core/contract/json.ts";
import { defineTool, type ToolDefinition } from "#core/contract/tool-definition.ts";
import { Workflow } from "#core/contract/workflow.ts";
import { hashOfJson } from "#core/events/hash.ts";
import type { CallState } from "#core/events/run-state.ts";
import { callByHand } from "#core/run/call-by-hand.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { loadRun } from "#core/run/load-run.ts";
import { startRun } from "#core/run/start-run.ts";
import { createScriptedProvider, type ScriptedStep } from "#core/testing/scripted-provider.ts";
import { createToy, operator, type ToyOptions, toyRequest } from "./toy-runtime.ts";

const manifest = AgentManifest.parse({
  id: "solo",
  version: "1.0.0",
  team: "data",
  tier: "worker",
  description: "Works alone.",
  tools: ["measure", "write_note", "slow_a", "slow_b", "broken", "liar"],
  limits: { maxTurns: 6, maxToolCalls: 5 },
});
const agents = [{ manifest, prompt: "Work.", hash: hashOfJson(manifest) }];
const workflow = Workflow.parse({
  id: "toy",
  version: "1.0.0",
  description: "One stage.",
  nodes: [{ id: "work", type: "stage", agent: "solo", objective: "Work." }],
});

/** Lets one agent answer as scripted, and gives its calls and the run's events. */
async function play(steps: ScriptedStep[], options: ToyOptions = {}) {
  const provider = createScriptedProvider(steps);
  const toy = createToy({ agents, workflow, providers: [provider], ...options });
  const started = await startRun(toy.runtime, { request: toyRequest(), by: operator });
  if (!started.ok) throw new Error(started.failure.message);
  const driven = await driveRun(toy.runtime, started.value, {
    reason: "resume",
    detach: new AbortController().signal,
  });
  const loaded = await loadRun(toy.runtime, started.value);
  if (!driven.ok || !loaded.ok) throw new Error("the run broke");
  const { state, events } = loaded.value;
  return { toy, provider, state, events, outcome: driven.value, calls: [...state.calls.values()] };
}

const calling = (name: string, input: JsonValue): ScriptedStep => ({ reply: { calls: [{ name, input }] } });
const done: ScriptedStep = { reply: { text: "done" } };
const first = (calls: CallState[]): CallState => {
  const [call] = calls;
  if (call === undefined) throw new Error("no call was made");
  return call;
};

function hook<Point extends HookPoint>(
  point: Point,
  handle: (payload: HookPayloads[Point]) => HookOutcome<HookPayloads[Point]>,
): AnyHookHandler {
  return {
    id: "test",
    point,
    owner: "test-guardrail",
    priority: 50,
    invariant: false,
    timeoutMs: 1000,
    handle,
  } as unknown as AnyHookHandler; // point and payload belong together by construction
}

const simple = (
  name: string,
  run: ToolDefinition["run"],
  more: Partial<ToolDefinition> = {},
): ToolDefinition =>
  defineTool({
    name,
    group: "data",
    description: name,
    input: z.strictObject({}),
    output: z.strictObject({ value: z.number() }),
    effect: "none",
    repeat: "safe",
    parallel: false,
    timeoutMs: 1000,
    run,
    ...more,
  });

describe("the tool door", () => {
  it("refuses an invented tool with the nearest real one, and the agent can go on", async () => {
    const { calls, outcome } = await play([calling("mesure", { text: "x" }), done]);
    expect(first(calls).end).toMatchObject({
      kind: "refused",
      by: "validation",
      failure: { code: "tool-unknown", message: expect.stringContaining("measure") },
    });
    expect(outcome).toBe("succeeded");
  });

  it("refuses arguments that do not fit, naming each, and shows the agent the error to repair", async () => {
    const { calls, provider } = await play([
      calling("measure", { txt: 1 }),
      calling("measure", { text: "ok" }),
      done,
    ]);
    expect(first(calls).end).toMatchObject({
      kind: "refused",
      by: "validation",
      failure: { code: "invalid-input" },
    });
    const shown = JSON.stringify(provider.requests[1]?.messages);
    expect(shown).toContain("does not accept these arguments");
    expect(calls[1]?.end?.kind).toBe("finished");
  });

  it("refuses arguments that are no JSON", async () => {
    const { calls } = await play([{ reply: { calls: [{ name: "measure", malformed: '{"text": ' }] } }, done]);
    expect(first(calls).end).toMatchObject({
      kind: "refused",
      by: "validation",
      failure: { message: expect.stringContaining("not valid JSON") },
    });
  });

  it("denies a tool off the agent's list, on the record", async () => {
    const { calls, events } = await play([calling("send_letter", { text: "x" }), done]);
    expect(first(calls).end).toMatchObject({ kind: "refused", by: "policy" });
    expect(events.find((event) => event.type === "permission.decided")?.data).toMatchObject({
      outcome: "deny",
      matchedCount: 0,
    });
  });

  it("validates and decides again what a PRE_TOOL handler changed, and runs exactly that", async () => {
    const shorten = hook("PRE_TOOL", (payload) => ({
      outcome: "redact",
      payload: { ...payload, input: { text: "abc" } },
      findings: [{ type: "shortened", count: 1 }],
    }));
    const { events, state } = await play([calling("measure", { text: "a long secret" }), done], {
      handlers: [shorten],
    });
    const types = events.filter((event) => event.data["callId"] !== undefined).map((event) => event.type);
    expect(types.slice(0, 5)).toEqual([
      "tool.requested",
      "permission.decided",
      "guardrail.triggered",
      "tool.requested",
      "permission.decided",
    ]);
    expect(state.facts["measured"]).toMatchObject({ length: 3 });
  });

  it("refuses when a PRE_TOOL handler makes arguments that do not fit", async () => {
    const spoil = hook("PRE_TOOL", (payload) => ({
      outcome: "redact",
      payload: { ...payload, input: 7 },
      findings: [],
    }));
    const { calls } = await play([calling("measure", { text: "x" }), done], { handlers: [spoil] });
    expect(first(calls).end).toMatchObject({ kind: "refused", by: "hook" });
  });

  it("does not run what a PRE_TOOL handler denies", async () => {
    const no = hook("PRE_TOOL", () => ({ outcome: "deny", reason: "not today", findings: [] }));
    const { calls, toy } = await play([calling("write_note", { text: "x" }), done], { handlers: [no] });
    expect(first(calls).end).toMatchObject({
      kind: "refused",
      by: "guardrail",
      failure: { details: { guardrail: "test-guardrail" } },
    });
    expect(toy.world.notes.size).toBe(0);
  });

  it("records and shows a result only as POST_TOOL leaves it", async () => {
    const mask = hook("POST_TOOL", (payload) => ({
      outcome: "redact",
      payload: { ...payload, output: { length: 0 } },
      findings: [],
    }));
    const { provider } = await play([calling("measure", { text: "secret" }), done], { handlers: [mask] });
    expect(JSON.stringify(provider.requests[1]?.messages)).toContain('{\\"length\\":0');
  });

  it("withholds a result that POST_TOOL denies, and keeps the artifacts' digests", async () => {
    const hide = hook("POST_TOOL", () => ({ outcome: "deny", reason: "too private", findings: [] }));
    const { calls, state } = await play([calling("measure", { text: "secret" }), done], { handlers: [hide] });
    expect(first(calls).end).toMatchObject({ kind: "failed", failure: { code: "refused-by-guardrail" } });
    expect(state.artifacts.size).toBe(1);
    expect(state.facts["measured"]).toBeUndefined();
  });

  it("counts what a tool throws as its failure, and an output that breaks its own schema as its defect", async () => {
    const tools = [
      simple("broken", () => Promise.reject(new Error("a wheel came off"))),
      simple("liar", () => Promise.resolve({ ok: true, output: { value: "many" } })),
    ];
    const { calls, outcome } = await play([calling("broken", {}), calling("liar", {}), done], { tools });
    expect(calls.map((call) => call.end)).toMatchObject([
      { kind: "failed", failure: { code: "tool-failed", message: "a wheel came off" } },
      { kind: "failed", failure: { code: "tool-output-invalid" } },
    ]);
    expect(outcome).toBe("succeeded");
  });

  it("ends a tool that misses its deadline", async () => {
    const forever = simple(
      "broken",
      (_input, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason as Error)),
        ),
      { timeoutMs: 20 },
    );
    const { calls } = await play([calling("broken", {}), done], { tools: [forever] });
    expect(first(calls).end).toMatchObject({ kind: "failed", failure: { code: "timed-out" } });
  });

  it("lets calls of one turn overlap only when both declare it safe", async () => {
    const overlap = async (parallel: boolean): Promise<number> => {
      let atWork = 0;
      let most = 0;
      const slow = (name: string) =>
        simple(
          name,
          async () => {
            atWork += 1;
            most = Math.max(most, atWork);
            await new Promise((resolve) => setImmediate(resolve));
            atWork -= 1;
            return { ok: true, output: { value: 1 } };
          },
          { parallel },
        );
      const both: ScriptedStep = {
        reply: {
          calls: [
            { name: "slow_a", input: {} },
            { name: "slow_b", input: {} },
          ],
        },
      };
      await play([both, done], { tools: [slow("slow_a"), slow("slow_b")] });
      return most;
    };
    expect(await overlap(true)).toBe(2);
    expect(await overlap(false)).toBe(1);
  });

  it("refuses calls beyond the agent's own limit and ends it partially at its limit of turns", async () => {
    const six: ScriptedStep[] = Array.from({ length: 6 }, () => calling("measure", { text: "x" }));
    const { calls, state, outcome } = await play(six);
    expect(calls.filter((call) => call.end?.kind === "finished")).toHaveLength(5);
    expect(calls.at(-1)?.end).toMatchObject({
      kind: "refused",
      by: "limit",
      failure: { details: { limit: "maxToolCalls" } },
    });
    expect([...state.invocations.values()][0]).toMatchObject({ outcome: "partial" });
    expect(outcome).toBe("succeeded");
  });
});

describe("a model that fails", () => {
  it("is asked again after retryable failures, each try on the record", async () => {
    const busy: ScriptedStep = {
      reply: { failure: { code: "provider-overloaded", message: "busy", retryable: true } },
    };
    const { events, outcome, toy } = await play([busy, busy, done]);
    expect(outcome).toBe("succeeded");
    expect(
      events.filter((event) => event.type === "turn.failed").map((event) => event.data["willRetry"]),
    ).toEqual([true, true]);
    expect(
      events.filter((event) => event.type === "turn.started").map((event) => event.data["attempt"]),
    ).toEqual([1, 2, 3]);
    // Half to full of 100 ms, then of 200 ms; the toy's chance is one half.
    expect(toy.clock.sleeps).toEqual([75, 150]);
  });

  it("is waited for as long as it asks", async () => {
    const limited: ScriptedStep = {
      reply: {
        failure: { code: "provider-rate-limited", message: "later", retryable: true, retryAfterMs: 2500 },
      },
    };
    const { toy } = await play([limited, done]);
    expect(toy.clock.sleeps).toEqual([2500]);
  });

  it("ends the run with its own failure when trying again is no use", async () => {
    const refused: ScriptedStep = {
      reply: { failure: { code: "provider-rejected-key", message: "set the key", retryable: false } },
    };
    const { state, outcome } = await play([refused]);
    expect(outcome).toBe("failed");
    expect(state.phase).toMatchObject({ failure: { code: "provider-rejected-key", message: "set the key" } });
  });
});

describe("a call by hand", () => {
  it("passes the same door and leaves its record on a stream of its own", async () => {
    const toy = createToy();
    const made = await callByHand(toy.runtime, {
      tool: "measure",
      input: { text: "four" },
      by: operator,
      signal: new AbortController().signal,
    });
    expect(made.end).toMatchObject({ ok: true, output: { length: 4 } });
    const events = await toy.runtime.stores.log.read({ kind: "tool-call", id: made.callId });
    expect(events.map((event) => event.type)).toEqual([
      "tool.requested",
      "permission.decided",
      "tool.started",
      "artifact.recorded",
      "tool.finished",
    ]);
  });

  it("is decided as the agent's when one is named", async () => {
    const toy = createToy();
    const made = await callByHand(toy.runtime, {
      tool: "measure",
      input: { text: "x" },
      by: operator,
      agent: "chief",
      signal: new AbortController().signal,
    });
    expect(made.end).toMatchObject({ ok: false, failure: { code: "refused-by-policy" } });
    const { rows } = await toy.runtime.stores.projections.list("permission_denials");
    expect(rows[0]).toMatchObject({ agent: "chief", tool: "measure", run_id: null });
  });

  it("sees a run's facts and artifacts when one is named, and adds nothing to the run", async () => {
    const toy = createToy({ agents, workflow, providers: [createScriptedProvider([])] });
    const started = await startRun(toy.runtime, { request: toyRequest(), by: operator });
    if (!started.ok) throw new Error(started.failure.message);
    const before = await loadRun(toy.runtime, started.value);
    if (!before.ok) throw new Error(before.failure.message);
    before.value.state.facts = { measured: { length: 9 } };
    const made = await callByHand(toy.runtime, {
      tool: "measure",
      input: { text: "four" },
      by: operator,
      run: before.value,
      signal: new AbortController().signal,
    });
    expect(made.end).toMatchObject({ ok: true, output: { length: 4 } });
    expect(made.artifacts).toHaveLength(1);
    expect(before.value.state.facts).toEqual({ measured: { length: 9 } });
    const after = await loadRun(toy.runtime, started.value);
    expect(after.ok && after.value.events).toEqual(before.value.events);
  });

  it("cannot hand work over", async () => {
    const toy = createToy();
    const made = await callByHand(toy.runtime, {
      tool: "transfer_to_lead",
      input: { task: "x" },
      by: operator,
      signal: new AbortController().signal,
    });
    expect(made.end).toMatchObject({ ok: false, failure: { code: "tool-unknown" } });
  });
});
