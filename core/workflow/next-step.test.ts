import { describe, expect, it } from "vitest";
import { Workflow } from "#core/contract/workflow.ts";
import type { NodeVisit } from "#core/events/run-state.ts";
import { chooseEdges, nextStep, type PlanState } from "./next-step.ts";
import { buildWorkflowGraph, type WorkflowGraph } from "./workflow-graph.ts";

const stage = (id: string, join: "any" | "all" = "any") => ({
  id,
  type: "stage",
  agent: "worker",
  objective: "Do it.",
  join,
});

function graphOf(nodes: unknown[], edges: unknown[] = [], more: object = {}): WorkflowGraph {
  const flow = edges.length > 0 ? "graph" : "sequential";
  const built = buildWorkflowGraph(
    Workflow.parse({ id: "flow", version: "1.0.0", description: "A flow.", flow, nodes, edges, ...more }),
    { agents: ["worker"] },
  );
  if (!built.ok) throw new Error(built.failure.message);
  return built.value;
}

const visit = (nodeId: string, status: NodeVisit["status"] = "finished", number = 1): NodeVisit => ({
  nodeId,
  visit: number,
  type: "stage",
  status,
  failure: undefined,
  startedAt: "2026-11-21T00:00:00.000Z",
  endedAt: undefined,
  invocationId: undefined,
  gateId: undefined,
});
const state = (visits: NodeVisit[], arrivals: [string, string][] = []): PlanState => ({
  visits,
  arrivals: arrivals.map(([from, to]) => ({ from, to })),
});

describe("nextStep", () => {
  const line = graphOf([stage("a"), stage("b")]);

  it("begins at the start", () => {
    expect(nextStep(line, state([]))).toEqual({
      kind: "work",
      enter: [{ nodeId: "a", visit: 1, from: [] }],
      continue: [],
    });
  });

  it("goes on with what is running, and enters what an edge led to", () => {
    const running = visit("a", "running");
    expect(nextStep(line, state([running]))).toEqual({ kind: "work", enter: [], continue: [running] });
    expect(nextStep(line, state([visit("a")], [["a", "b"]]))).toMatchObject({
      kind: "work",
      enter: [{ nodeId: "b", visit: 1, from: ["a"] }],
    });
  });

  it("is finished when nothing runs and no edge leads on", () => {
    expect(nextStep(line, state([visit("a"), visit("b")]))).toEqual({ kind: "finish" });
  });

  it("fails with the failure of a node", () => {
    const failed = {
      ...visit("a", "failed"),
      failure: { code: "tool-failed", message: "no rows" },
    } as NodeVisit;
    expect(nextStep(line, state([failed]))).toMatchObject({
      kind: "fail",
      failure: { code: "tool-failed", message: "no rows" },
    });
    expect(nextStep(line, state([visit("a", "failed")]))).toMatchObject({
      kind: "fail",
      failure: { code: "stage-incomplete" },
    });
  });

  const diamond = (join: "any" | "all") =>
    graphOf(
      [stage("a"), stage("left"), stage("right"), stage("end", join)],
      [
        { from: "a", to: "left" },
        { from: "a", to: "right" },
        { from: "left", to: "end" },
        { from: "right", to: "end" },
      ],
    );

  it("enters branches side by side", () => {
    const plan = nextStep(
      diamond("all"),
      state(
        [visit("a")],
        [
          ["a", "left"],
          ["a", "right"],
        ],
      ),
    );
    expect(plan.kind === "work" && plan.enter.map(({ nodeId }) => nodeId)).toEqual(["left", "right"]);
  });

  it("lets join: all wait for every branch, and join: any go on with the first", () => {
    const half = state([visit("a"), visit("left"), visit("right", "running")], [["left", "end"]]);
    expect(nextStep(diamond("all"), half)).toMatchObject({ kind: "work", enter: [] });
    expect(nextStep(diamond("any"), half)).toMatchObject({
      kind: "work",
      enter: [{ nodeId: "end", from: ["left"] }],
    });
    const both = state(
      [visit("a"), visit("left"), visit("right")],
      [
        ["left", "end"],
        ["right", "end"],
      ],
    );
    expect(nextStep(diamond("all"), both)).toMatchObject({
      kind: "work",
      enter: [{ nodeId: "end", visit: 1, from: ["left", "right"] }],
    });
  });

  it("does not let join: all wait for what can no longer come", () => {
    const plan = nextStep(diamond("all"), state([visit("a"), visit("left")], [["left", "end"]]));
    expect(plan).toMatchObject({ kind: "work", enter: [{ nodeId: "end", from: ["left"] }] });
  });

  it("gives a node one life at a time", () => {
    const again = state([visit("a"), visit("left"), visit("end", "running")], [["right", "end"]]);
    expect(nextStep(diamond("any"), again)).toMatchObject({ kind: "work", enter: [] });
  });

  it("ends a loop that does not end by itself, naming node and limit", () => {
    const loop = graphOf([stage("a")], [{ from: "a", to: "a" }], { maxVisits: 2 });
    const once = state([visit("a")], [["a", "a"]]);
    expect(nextStep(loop, once)).toMatchObject({ kind: "work", enter: [{ nodeId: "a", visit: 2 }] });
    const twice = state([visit("a"), visit("a", "finished", 2)], [["a", "a"]]);
    expect(nextStep(loop, twice)).toMatchObject({
      kind: "fail",
      failure: { code: "limit-exceeded", details: { limit: "maxVisits", node: "a" } },
    });
  });

  it("plans the same twice and changes nothing that it was given", () => {
    const given = state([visit("a")], [["a", "b"]]);
    const before = structuredClone(given);
    expect(nextStep(line, given)).toEqual(nextStep(line, given));
    expect(given).toEqual(before);
  });
});

describe("chooseEdges", () => {
  const graph = graphOf(
    [{ id: "fork", type: "router" }, stage("mend"), stage("ask"), stage("go")],
    [
      { from: "fork", to: "mend", when: "not facts.passed and default(visits.mend, 0) < 1", priority: 20 },
      { from: "fork", to: "ask", when: "not facts.passed", priority: 10 },
      { from: "fork", to: "go" },
      { from: "mend", to: "fork" },
    ],
  );
  const taken = (scope: object) => {
    const chosen = chooseEdges(graph, "fork", { approved: {}, visits: {}, request: {}, facts: {}, ...scope });
    return chosen.ok ? chosen.value.map(({ to }) => to) : chosen.failure.message;
  };

  it("takes the first of a router's edges whose condition holds", () => {
    expect(taken({ facts: { passed: false } })).toEqual(["mend"]);
    expect(taken({ facts: { passed: false }, visits: { mend: 1 } })).toEqual(["ask"]);
    expect(taken({ facts: { passed: true } })).toEqual(["go"]);
  });

  it("fails, naming edge and condition, when it compares what is not known", () => {
    expect(taken({})).toMatch(/`not facts\.passed and .*` of the edge from fork to mend cannot be evaluated/);
  });

  it("takes every edge out of a node that is no router", () => {
    const split = graphOf(
      [stage("a"), stage("b"), stage("c")],
      [
        { from: "a", to: "b" },
        { from: "a", to: "c" },
      ],
    );
    const chosen = chooseEdges(split, "a", {});
    expect(chosen.ok && chosen.value.map(({ to }) => to)).toEqual(["b", "c"]);
  });
});
