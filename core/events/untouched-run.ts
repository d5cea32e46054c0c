import { noUsage } from "#core/contract/provider.ts";
import type { RunState } from "./run-state.ts";

/** The parts of a run's state that are empty before anything has happened in it; new containers at each call. */
export const untouchedRun = () =>
  ({
    cancelRequested: false,
    visits: [],
    arrivals: [],
    invocations: new Map(),
    calls: new Map(),
    gates: new Map(),
    facts: {},
    factHistory: new Map(),
    artifacts: new Map(),
    usage: { ...noUsage, costUsd: 0, unpricedCalls: 0, modelCalls: 0, toolCalls: 0 },
    decisionCounts: new Map(),
  }) satisfies Partial<RunState>;
