import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WorkflowView } from "#api/contract/pipeline.ts";
import { layoutWorkflow } from "./workflow-layout.ts";

const workflow = (edges: [string, string, string?][]): WorkflowView => ({
  id: "w",
  version: "1.0.0",
  hash: "0",
  nodes: [...new Set(edges.flatMap(([from, to]) => [from, to]))].map((id) => ({ id, type: "stage" })),
  edges: edges.map(([from, to, when]) => ({ from, to, ...(when === undefined ? {} : { when }) })),
});

const governed = workflow([
  ["prepare", "assess"],
  ["assess", "gate"],
  ["gate", "mitigate", "unfair"],
  ["gate", "waiver", "still unfair"],
  ["gate", "ship"],
  ["mitigate", "assess"],
  ["waiver", "ship"],
]);

describe("layoutWorkflow", () => {
  it("goes from left to right and finds the edges that lead back", () => {
    const { edges, nodes } = layoutWorkflow(governed);
    expect(edges.filter((edge) => edge.isLoop).map((edge) => `${edge.from}>${edge.to}`)).toEqual([
      "mitigate>assess",
    ]);
    const x = new Map(nodes.map((node) => [node.id, node.x + node.width / 2]));
    for (const edge of edges) {
      const isOnward = (x.get(edge.to) ?? 0) > (x.get(edge.from) ?? 0);
      expect(isOnward).toBe(!edge.isLoop);
    }
  });

  it("keeps the way without conditions straight, loops above it and detours below", () => {
    const middle = new Map(layoutWorkflow(governed).nodes.map((node) => [node.id, node.y + node.height / 2]));
    const spine = middle.get("prepare") ?? 0;
    expect(middle.get("ship")).toBe(spine);
    expect(middle.get("gate")).toBe(spine);
    expect(middle.get("mitigate")).toBeLessThan(spine);
    expect(middle.get("waiver")).toBeGreaterThan(spine);
  });

  it("lays out any graph without two nodes on one place, inside its own bounds", () => {
    const edges = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), {
      minLength: 1,
      maxLength: 25,
    });
    fc.assert(
      fc.property(edges, (pairs) => {
        const layout = layoutWorkflow(workflow(pairs.map(([from, to]) => [`n${from}`, `n${to}`])));
        for (const [index, one] of layout.nodes.entries()) {
          expect(one.x).toBeGreaterThanOrEqual(0);
          expect(one.y).toBeGreaterThanOrEqual(0);
          expect(one.x + one.width).toBeLessThanOrEqual(layout.width + 1);
          expect(one.y + one.height).toBeLessThanOrEqual(layout.height + 1);
          for (const other of layout.nodes.slice(index + 1)) {
            const apart =
              one.x + one.width <= other.x ||
              other.x + other.width <= one.x ||
              one.y + one.height <= other.y ||
              other.y + other.height <= one.y;
            expect(apart, `${one.id} and ${other.id}`).toBe(true);
          }
        }
      }),
    );
  });
});
