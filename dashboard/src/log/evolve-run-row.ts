import type { EventView, PipelineRow } from "#api/contract/pipeline.ts";
import { readEventView } from "./read-event-view.ts";

/** What an event makes of a row of the runs list. `unknown`: the row missed something and must be fetched again. */
export type RowChange = { kind: "same" } | { kind: "row"; row: PipelineRow } | { kind: "unknown" };

/**
 * Brings a row of the runs list up to date with one event, in the way the server's own table does it. `events` of a
 * row is the number of the last event counted in, so events may overlap with what was fetched.
 */
export function evolveRunRow(row: PipelineRow, view: EventView): RowChange {
  if (view.seq <= row.events) return { kind: "same" };
  if (view.seq > row.events + 1) return { kind: "unknown" };
  return { kind: "row", row: { ...row, ...changeOf(row, view), events: view.seq } };
}

function changeOf(row: PipelineRow, view: EventView): Partial<PipelineRow> {
  const event = readEventView(row.runId, view);
  switch (event.type) {
    case "run.started":
      return { status: "running", startedAt: row.startedAt ?? event.at };
    case "run.paused":
      return { status: "waiting" };
    case "run.succeeded":
      return { status: "succeeded", endedAt: event.at };
    case "run.cancelled":
      return { status: "cancelled", endedAt: event.at };
    case "run.failed":
      return { status: "failed", endedAt: event.at, failure: event.data.failure.message };
    case "node.started":
      return { node: event.data.nodeId };
    case "gate.opened":
      return { openGates: row.openGates + 1 };
    case "gate.resolved":
    case "gate.expired":
    case "gate.withdrawn":
      return { openGates: Math.max(0, row.openGates - 1) };
    case "turn.started":
      return { modelCalls: row.modelCalls + 1 };
    case "turn.finished":
      return { costUsd: row.costUsd + (event.data.costUsd ?? 0) };
    case "tool.requested":
      return event.data.origin === "call" ? { toolCalls: row.toolCalls + 1 } : {};
    case "artifact.recorded":
      return { artifacts: row.artifacts + 1 };
    default:
      return {};
  }
}
