import type { EventView } from "#api/contract/pipeline.ts";
import { evolveRun } from "#core/events/fold-run.ts";
import type { RunEvent } from "#core/events/run-event.ts";
import type { RunState } from "#core/events/run-state.ts";
import { foldTrace } from "./fold-trace.ts";
import { readEventView } from "./read-event-view.ts";
import { emptyTrace, type RunTrace } from "./run-trace.ts";

/** An event as it came, beside what it was read as. */
export interface ReadEvent {
  view: EventView;
  event: RunEvent;
}

/**
 * A run as the console reads it from its log: the runtime's own fold for what holds, the trace for how it came to
 * be, and the events themselves. `state` and `trace` are changed in place by later events; a new wrapper object with
 * a higher `version` tells that they did.
 */
export interface RunReading {
  runId: string;
  state: RunState | undefined;
  trace: RunTrace;
  events: ReadEvent[];
  /** Number of the last event folded in; 0 before the first. */
  lastSeq: number;
  version: number;
}

export const emptyReading = (runId: string): RunReading => ({
  runId,
  state: undefined,
  trace: emptyTrace(),
  events: [],
  lastSeq: 0,
  version: 0,
});

/**
 * Folds events in, oldest first. One that was seen before is passed over, so that a stream may overlap; a gap throws,
 * because a reading with a hole would be a wrong one. The given reading must not be used afterwards.
 */
export function extendReading(reading: RunReading, views: readonly EventView[]): RunReading {
  let { state, lastSeq } = reading;
  const { trace, events } = reading;
  for (const view of views) {
    if (view.seq <= lastSeq) continue;
    const event = readEventView(reading.runId, view);
    state = evolveRun(state, event);
    foldTrace(trace, event);
    events.push({ view, event });
    lastSeq = view.seq;
  }
  return { ...reading, state, lastSeq, version: reading.version + 1 };
}
