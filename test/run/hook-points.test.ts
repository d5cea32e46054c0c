import { describe, expect, it } from "vitest";
import type {
  AnyHookHandler,
  HookContext,
  HookHandler,
  HookOutcome,
  HookPayloads,
  HookPoint,
} from "#core/contract/hook.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { loadRun } from "#core/run/load-run.ts";
import { startRun } from "#core/run/start-run.ts";
import { createToy, operator, toyRequest } from "./toy-runtime.ts";

type Handle<Point extends HookPoint> = HookHandler<Point>["handle"];

function at<Point extends HookPoint>(point: Point, handle: Handle<Point>): AnyHookHandler {
  const handler: HookHandler<Point> = {
    id: `test-${point}`,
    point,
    owner: "test-guardrail",
    priority: 50,
    invariant: false,
    timeoutMs: 1000,
    handle,
  };
  return handler as unknown as AnyHookHandler; // point and handler belong together by the signature
}

const changed = <Payload>(payload: Payload): HookOutcome<Payload> => ({
  outcome: "redact",
  payload,
  findings: [],
});
const denied: HookOutcome<never> = {
  outcome: "deny",
  reason: "not here",
  findings: [{ type: "test", count: 1 }],
};

/** Plays the toy's whole chain: chief, lead, hand, three tools. */
async function play(handlers: AnyHookHandler[], keepLines?: string[]) {
  const toy = createToy({ handlers });
  const runtime =
    keepLines === undefined
      ? toy.runtime
      : {
          ...toy.runtime,
          folders: {
            ...toy.runtime.folders,
            appendConversation: (_run: string, _agent: string, lines: readonly { line: string }[]) => {
              keepLines.push(...lines.map(({ line }) => line));
              return Promise.resolve();
            },
          },
        };
  const started = await startRun(runtime, { request: toyRequest({ problem: "hi" }), by: operator });
  if (!started.ok) throw new Error(started.failure.message);
  await driveRun(runtime, started.value, { reason: "resume", detach: new AbortController().signal });
  const loaded = await loadRun(runtime, started.value);
  if (!loaded.ok) throw new Error(loaded.failure.message);
  return { ...loaded.value, toy, runId: started.value };
}

describe("the hook points", () => {
  it("are each reached with their own payload and the place in the run", async () => {
    const seen = new Map<HookPoint, { payload: unknown; context: HookContext }[]>();
    const listen = (point: HookPoint): AnyHookHandler =>
      at(point, (payload, context) => {
        seen.set(point, [...(seen.get(point) ?? []), { payload: structuredClone(payload), context }]);
        return { outcome: "allow" };
      });
    const points = [
      "SESSION_START",
      "PRE_LLM",
      "LLM_CALL_WRAPPER",
      "POST_LLM",
      "PRE_TOOL",
      "POST_TOOL",
      "AGENT_DELEGATE",
      "STORAGE_WRITE",
    ] as const;
    const { runId } = await play(points.map(listen), []);
    const first = <Point extends HookPoint>(point: Point, agent?: string) => {
      const found = seen.get(point)?.find(({ context }) => agent === undefined || context.agent === agent);
      if (found === undefined) throw new Error(`${point} was never reached`);
      expect(found.context.runId, point).toBe(runId);
      return { context: found.context, payload: found.payload as HookPayloads[Point] }; // what it was given
    };
    expect(first("SESSION_START").payload.system).toBe("You are chief.");
    expect(first("PRE_LLM").payload.messages[0]?.role).toBe("user");
    expect(first("LLM_CALL_WRAPPER").payload).toMatchObject({
      provider: "playbook",
      model: "toy-model",
      attempt: 1,
    });
    expect(first("POST_LLM").payload.message.role).toBe("assistant");
    expect(first("AGENT_DELEGATE").payload).toMatchObject({
      from: "chief",
      to: "lead",
      depth: 1,
      delegations: 0,
    });
    // A handover is a call like any other, so the first tool of the run is one.
    expect(first("PRE_TOOL").payload.tool).toBe("transfer_to_lead");
    const preTool = first("PRE_TOOL", "hand");
    expect(preTool.payload).toEqual({ tool: "measure", input: { text: "hi" } });
    expect(preTool.context.callId).toMatch(/^call_/);
    expect(first("POST_TOOL", "hand").payload).toEqual({
      tool: "measure",
      output: { length: 2 },
      isError: false,
    });
    expect(JSON.parse(first("STORAGE_WRITE").payload.line)).toMatchObject({ agent: "chief", type: "brief" });
  });

  it("SESSION_START changes what an agent is told, and may keep it from starting", async () => {
    const { events, toy } = await play([
      at("SESSION_START", (payload) => changed({ ...payload, system: `${payload.system} Be brief.` })),
    ]);
    const brief = events.find((event) => event.type === "agent.started")?.payloadRef;
    const read = brief === undefined ? undefined : await toy.runtime.stores.payloads.read(brief);
    expect(read?.ok && new TextDecoder().decode(read.value)).toContain("You are chief. Be brief.");

    const refused = await play([at("SESSION_START", () => denied)]);
    expect(refused.state.phase).toMatchObject({
      status: "failed",
      failure: { message: expect.stringContaining("not here") },
    });
    expect(refused.events.some((event) => event.type === "turn.started")).toBe(false);
  });

  it("PRE_LLM may keep a model from being asked", async () => {
    const { state, events } = await play([at("PRE_LLM", () => denied)]);
    expect(state.phase.status).toBe("failed");
    expect(events.some((event) => event.type === "turn.started")).toBe(false);
    expect(events.some((event) => event.type === "guardrail.triggered")).toBe(true);
  });

  it("LLM_CALL_WRAPPER chooses the model of each attempt, on the record", async () => {
    const { events } = await play([
      at("LLM_CALL_WRAPPER", (payload) => changed({ ...payload, model: "cheaper-model" })),
    ]);
    const models = events
      .filter((event) => event.type === "turn.started")
      .map((event) => event.data["model"]);
    expect(models.length).toBeGreaterThan(3);
    expect(new Set(models)).toEqual(new Set(["cheaper-model"]));
  });

  it("POST_LLM changes an answer before it is recorded or acted on", async () => {
    const { toy, state } = await play([
      at("POST_LLM", (payload) =>
        changed({
          message: {
            ...payload.message,
            content: payload.message.content.map((part) =>
              part.type === "tool-call" && part.name === "write_note"
                ? { ...part, input: { text: "mild" } }
                : part,
            ),
          },
        }),
      ),
    ]);
    expect(new Set(toy.world.notes.values())).toEqual(new Set(["mild"]));
    expect(state.phase.status).toBe("succeeded");
  });

  it("AGENT_DELEGATE may refuse a handover, which the agent sees as a result", async () => {
    const { state, toy } = await play([
      at("AGENT_DELEGATE", ({ to }) => (to === "hand" ? denied : { outcome: "allow" })),
    ]);
    const refused = [...state.calls.values()].filter((call) => call.end?.kind === "refused");
    expect(refused.map((call) => call.tool)).toContain("transfer_to_hand");
    expect(toy.world.letters).toEqual([]);
  });

  it("STORAGE_WRITE decides what a conversation's file holds, and a refused line leaves a mark", async () => {
    const lines: string[] = [];
    await play(
      [
        at("STORAGE_WRITE", ({ file, line }) =>
          file.includes("hand") ? denied : changed({ file, line: `${line} ` }),
        ),
      ],
      lines,
    );
    const ofHand = lines.filter((line) => (JSON.parse(line) as { agent: string }).agent === "hand");
    expect(ofHand.length).toBeGreaterThan(0);
    for (const line of ofHand)
      expect(JSON.parse(line)).toMatchObject({ content: { refused: "test-guardrail" } });
    for (const line of lines) if (!ofHand.includes(line)) expect(line.endsWith(" ")).toBe(true);
  });
});
