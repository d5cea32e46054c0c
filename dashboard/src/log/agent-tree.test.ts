import { describe, expect, it } from "vitest";
import { recordRun } from "#dashboard/testing/record-run.ts";
import { activeNodeId, agentTree, pathTo, type TreeNode, visibleRows } from "./agent-tree.ts";
import { emptyReading, extendReading } from "./run-reading.ts";

const recording = await recordRun();

function treeAfter(count: number): TreeNode[] {
  const { state, trace } = extendReading(emptyReading(recording.runId), recording.events.slice(0, count));
  return state === undefined ? [] : agentTree(state, trace);
}
const indexOf = (type: string, from = 0): number =>
  recording.events.findIndex((event, index) => index >= from && event.type === type);
const outline = (nodes: readonly TreeNode[], depth = 0): string[] =>
  nodes.flatMap((node) => [`${"  ".repeat(depth)}${node.label}`, ...outline(node.children, depth + 1)]);

describe("agentTree", () => {
  it("goes from the workflow's nodes over director, coordinator and worker to the tools", () => {
    expect(outline(treeAfter(recording.events.length).slice(0, 1))).toEqual([
      "prepare",
      "  ml_director",
      "    data_team_lead",
      "      data_profiler",
      "        load_dataset",
      "        profile_data",
      "      data_validator",
      "        detect_leakage",
      "        validate_data",
      "      data_cleaner",
      "        clean_data",
      "      data_validator",
      "        detect_leakage",
      "        validate_data",
      "      feature_engineer",
      "        split_train_test",
    ]);
  });

  it("shows a loop as further visits and a router with its choice", () => {
    const roots = treeAfter(recording.events.length);
    expect(roots.map((node) => `${node.label}|${node.note ?? ""}`)).toEqual([
      "prepare|",
      "train|",
      "assess|",
      "fairness_gate|→ mitigate",
      "mitigate|",
      "assess (visit 2)|",
      "fairness_gate (visit 2)|→ drift_gate",
      "drift_gate|→ document",
      "document|",
      "deploy_gate|approved by ada",
      "ship|",
    ]);
    expect(new Set(visibleRows(roots, new Set()).map((row) => row.node.id)).size).toBe(
      visibleRows(roots, new Set()).length,
    );
  });

  it("shows what is at work, and all above it, as running", () => {
    const started = indexOf("tool.started", indexOf("agent.started") + 1);
    const roots = treeAfter(started + 1);
    const active = activeNodeId(roots);
    const above = pathTo(roots, active ?? "");
    expect(above.length).toBeGreaterThan(1);
    expect(above.every((node) => node.state === "running")).toBe(true);
  });

  it("shows what waits for a person, and all above it, as waiting", () => {
    const second = indexOf("gate.opened", indexOf("gate.opened") + 1);
    const roots = treeAfter(second + 2);
    const path = pathTo(roots, activeNodeId(roots) ?? "");
    expect(path.map((node) => node.label)).toEqual([
      "ship",
      "ml_director",
      "deploy_team_lead",
      "model_packager",
      "package_model",
    ]);
    expect(path.every((node) => node.state === "waiting")).toBe(true);
  });

  it("only grows while the run goes on", () => {
    let before: string[] = [];
    for (let count = 1; count <= recording.events.length; count += 7) {
      const ids = visibleRows(treeAfter(count), new Set()).map((row) => row.node.id);
      // A handover is a call until its agent has started; then the agent stands in its place.
      for (const id of before) if (!id.startsWith("call_")) expect(ids).toContain(id);
      before = ids;
    }
  });
});

describe("visibleRows", () => {
  const roots = treeAfter(recording.events.length);

  it("hides what lies below closed lines and tells each line's place", () => {
    const first = roots[0];
    if (first === undefined) throw new Error("no tree");
    const rows = visibleRows(roots, new Set(roots.map((node) => node.id)));
    expect(rows).toHaveLength(roots.length);
    expect(rows[0]).toMatchObject({ level: 1, position: 1, siblings: roots.length, isExpanded: false });
    const open = visibleRows([first], new Set());
    expect(open[1]).toMatchObject({ level: 2, position: 1, siblings: 1, parentId: first.id });
  });
});

describe("activeNodeId", () => {
  it("falls back to the agent of the last stage when nothing is at work", () => {
    expect(activeNodeId([])).toBeUndefined();
    const roots = treeAfter(recording.events.length);
    expect(activeNodeId(roots)).toBe(roots.at(-1)?.children[0]?.id);
  });
});
