import type { Clock } from "#core/contract/clock.ts";
import type { EventLog } from "#core/contract/event-log.ts";
import { GateId, RunId } from "#core/contract/ids.ts";
import type { JsonObject } from "#core/contract/json.ts";
import type { ProjectionReader } from "#core/contract/projection.ts";
import { newRunEvent } from "#core/events/run-event.ts";

export interface GateSweep {
  /** Gates whose time to be escalated had come; people who watch escalations read the event. */
  escalated: { runId: RunId; gateId: GateId }[];
  /** Gates that nobody decided in time: their runs go on without an approval. */
  expired: { runId: RunId; gateId: GateId }[];
}

/**
 * One pass over the open gates: escalates what is due, then expires what is due, in this order even when both are.
 * A gate that is decided at the same moment wins: the commit is refused and the next pass looks again.
 */
export async function sweepGates(parts: {
  log: EventLog;
  projections: ProjectionReader;
  clock: Clock;
}): Promise<GateSweep> {
  const { log, projections, clock } = parts;
  const now = new Date(clock.now()).toISOString();
  const sweep: GateSweep = { escalated: [], expired: [] };
  const { rows } = await projections.list("gates", { where: { state: "open" }, limit: 10_000 });
  for (const row of rows) {
    const escalates = isDue(row, "escalate_at", now) && row["escalated_at"] === null;
    const expires = isDue(row, "expires_at", now);
    if (!escalates && !expires) continue;
    const runId = RunId.parse(row["run_id"]);
    const gateId = GateId.parse(row["gate_id"]);
    const stream = { kind: "run", id: runId } as const;
    const actor = { kind: "system", id: "gate-sweep" } as const;
    const { seq } = await log.streamHead(stream);
    // Between the list and here the gate may have been decided: the projection is asked again under that number.
    const current = await projections.get("gates", gateId);
    if (current?.["state"] !== "open") continue;
    const committed = await log.commit({
      appends: [
        {
          stream,
          expectedSeq: seq,
          events: [
            ...(escalates ? [newRunEvent("gate.escalated", { gateId }, { actor })] : []),
            ...(expires ? [newRunEvent("gate.expired", { gateId }, { actor })] : []),
          ],
        },
      ],
      durability: "full",
    });
    if (!committed.ok) continue;
    if (escalates) sweep.escalated.push({ runId, gateId });
    if (expires) sweep.expired.push({ runId, gateId });
  }
  return sweep;
}

/** Times are ISO 8601 in UTC with the same precision, so that text order is time order. */
const isDue = (row: JsonObject, column: string, now: string): boolean => {
  const time = row[column];
  return typeof time === "string" && time <= now;
};
