import type { RunState } from "#core/events/run-state.ts";

/** A folded state as plain JSON, maps as lists of entries in their order: what two folds are compared by. */
export function stateJson(state: RunState): unknown {
  return JSON.parse(
    JSON.stringify(state, (_key, value: unknown) => (value instanceof Map ? { map: [...value] } : value)),
  ) as unknown;
}
