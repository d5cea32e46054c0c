import { describe, expect, it } from "vitest";
import { Workflow } from "#core/contract/workflow.ts";
import { buildWorkflowGraph } from "./workflow-graph.ts";

const stage = (id: string, agent = "trainer") => ({ id, type: "stage", agent, objective: "Do it." });
const router = (id: string) => ({ id, type: "router" });

const build = (parts: { nodes: unknown[]; edges?: unknown[]; flow?: string; start?: string }) =>
  buildWorkflowGraph(
    Workflow.parse({ id: "flow", version: "1.0.0", description: "A flow.", flow: "graph", ...parts }),
    { agents: ["trainer", "auditor"] },
  );

describe("buildWorkflowGraph", () => {
  it("links the nodes of a sequential flow in their order and starts at the first", () => {
    const built = build({ flow: "sequential", nodes: [stage("a"), stage("b"), stage("c")] });
    expect(built.ok && built.value.start).toBe("a");
    expect(built.ok && built.value.edgesFrom("a").map(({ to }) => to)).toEqual(["b"]);
    expect(built.ok && built.value.edgesTo("c").map(({ from }) => from)).toEqual(["b"]);
    expect(built.ok && built.value.edgesFrom("c")).toEqual([]);
  });

  it("orders a router's edges by falling priority, the one without a condition last", () => {
    const built = build({
      nodes: [router("fork"), stage("low"), stage("high"), stage("rest")],
      edges: [
        { from: "fork", to: "rest", priority: 99 },
        { from: "fork", to: "low", when: "facts.rows > 1", priority: 1 },
        { from: "fork", to: "high", when: "facts.rows > 9", priority: 5 },
      ],
    });
    expect(built.ok && built.value.edgesFrom("fork").map(({ to }) => to)).toEqual(["high", "low", "rest"]);
  });

  it("has one hash for one definition and another for any change", () => {
    const hash = (objective: string) => {
      const built = build({ nodes: [{ ...stage("a"), objective }] });
      return built.ok ? built.value.hash : undefined;
    };
    expect(hash("Train.")).toBe(hash("Train."));
    expect(hash("Train.")).not.toBe(hash("Train it."));
  });

  const wrong: [string, Parameters<typeof build>[0], RegExp, (string | number)[]][] = [
    [
      "two nodes of one name",
      { flow: "sequential", nodes: [stage("a"), stage("a")] },
      /two nodes are called a/,
      ["nodes", 1, "id"],
    ],
    [
      "an unknown agent, with the nearest",
      { nodes: [stage("a", "trainr")] },
      /unknown agent trainr; did you mean trainer\?/,
      ["nodes", 0, "agent"],
    ],
    [
      "an edge from nowhere",
      { nodes: [stage("a")], edges: [{ from: "b", to: "a" }] },
      /unknown node b/,
      ["edges", 0, "from"],
    ],
    [
      "an edge to nowhere",
      { nodes: [stage("audit")], edges: [{ from: "audit", to: "audits" }] },
      /unknown node audits; did you mean audit\?/,
      ["edges", 0, "to"],
    ],
    [
      "a start that is no node",
      { nodes: [stage("a")], start: "z" },
      /start names the unknown node z/,
      ["start"],
    ],
    [
      "edges in a sequential flow",
      { flow: "sequential", nodes: [stage("a"), stage("b")], edges: [{ from: "a", to: "b" }] },
      /has no edges; remove them or set flow: graph/,
      ["edges"],
    ],
    [
      "a condition that does not parse",
      {
        nodes: [router("fork"), stage("a")],
        edges: [
          { from: "fork", to: "a", when: "facts.x >" },
          { from: "fork", to: "a" },
        ],
      },
      /condition of the edge from fork to a does not parse/,
      ["edges", 0, "when"],
    ],
    [
      "a condition over what no run has",
      {
        nodes: [router("fork"), stage("a")],
        edges: [
          { from: "fork", to: "a", when: "fact.x > 1" },
          { from: "fork", to: "a" },
        ],
      },
      /facts/,
      ["edges", 0, "when"],
    ],
    [
      "a node that nothing leads to",
      { nodes: [stage("a"), stage("island")] },
      /node island cannot be reached from a/,
      ["nodes", 1],
    ],
    [
      "a router without a way out when nothing holds",
      { nodes: [router("fork"), stage("a")], edges: [{ from: "fork", to: "a", when: "facts.x == 1" }] },
      /router fork has no edge without `when`/,
      ["nodes", 0],
    ],
  ];
  it.each(wrong)("refuses %s and says where", (_what, parts, message, path) => {
    const built = build(parts);
    expect(built).toMatchObject({ ok: false, failure: { code: "invalid-input", details: { path } } });
    expect(built.ok ? "" : built.failure.message).toMatch(message);
  });
});
