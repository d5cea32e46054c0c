import { createContext, useContext } from "react";
import type { PipelineDetail } from "#api/contract/pipeline.ts";
import type { RunState } from "#core/events/run-state.ts";
import type { RunReading } from "../../log/run-reading.ts";
import type { LiveReading } from "../../stream/live-reading.ts";

/** What the parts of a run's page show and share. */
export interface RunView {
  runId: string;
  /** A new object after every batch of events. */
  reading: RunReading;
  state: RunState;
  live: LiveReading;
  /** The request and the workflow's graph, once fetched. */
  detail: PipelineDetail | undefined;
  /** Opens the activity tab with something selected: an invocation, a call or `node:ID:VISIT`. */
  select: (id: string | undefined) => void;
  selected: string | undefined;
  openTab: (tab: string) => void;
  /** Shows an artifact over the page. */
  preview: (artifact: { name: string; sha256: string }) => void;
}

const RunViewContext = createContext<RunView | undefined>(undefined);
export const RunViewProvider = RunViewContext.Provider;

export function useRunView(): RunView {
  const view = useContext(RunViewContext);
  if (view === undefined) throw new Error("a part of a run was drawn outside of its page");
  return view;
}
