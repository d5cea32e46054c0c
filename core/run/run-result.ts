import type { ApprovalGate } from "#core/contract/gate.ts";
import type { Failure } from "#core/contract/failure.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import type { RunStatus } from "#core/contract/run-record.ts";
import type { RunState, RunUsage } from "#core/events/run-state.ts";

/** A run as its caller gets it at the end, or at any moment: the last line of `swarm run --json`. */
export interface RunResult {
  runId: string;
  status: RunStatus;
  failure?: Failure;
  /** Seconds at work, waiting for people not counted. */
  seconds: number;
  workDir: string;
  problemType: string | null;
  /** The one that the model was judged by comes first. */
  metrics: JsonObject;
  /** The newest audit, with the first one under `before` when mitigation changed it. */
  fairness: JsonObject | null;
  drift: JsonObject | null;
  gates: { id: string; kind: string; state: string }[];
  artifacts: { kind: string; path: string; sha256: string }[];
  usage: RunUsage;
  events: number;
  chainHead: string;
}

/** Reads the result off the folded state; `workDir` is where its artifacts can be found by name. */
export function runResult(state: RunState, options: { workDir: string; now: number }): RunResult {
  const running =
    state.activeSince === undefined ? 0 : Math.max(0, options.now - Date.parse(state.activeSince));
  return {
    runId: state.runId,
    status: state.phase.status,
    ...(state.phase.status === "failed" ? { failure: state.phase.failure } : {}),
    seconds: Math.round((state.activeMs + running) / 10) / 100,
    workDir: options.workDir,
    problemType: textMember(state.facts["data"], "problemType"),
    metrics: metricsOf(state.facts["metrics"]),
    fairness: fairnessOf(state),
    drift: asObject(state.facts["drift"]) ?? null,
    gates: [...state.gates.values()].map(({ gate }) => ({
      id: gate.gateId,
      kind: gate.kind,
      state: gateWord(gate),
    })),
    artifacts: [...state.artifacts.values()].map((artifact) => ({
      kind: artifact.kind,
      path: `${options.workDir}/${artifact.name}`,
      sha256: artifact.sha256,
    })),
    usage: state.usage,
    events: state.lastSeq,
    chainHead: state.head,
  };
}

/** `open`, `expired`, `withdrawn`, or what was decided. */
export const gateWord = (gate: ApprovalGate): string =>
  gate.state === "resolved" ? gate.decision : gate.state;

function metricsOf(fact: JsonValue | undefined): JsonObject {
  const values = objectMember(fact, "values") ?? {};
  const primary = textMember(fact, "primary");
  const first = primary === null ? undefined : values[primary];
  return primary === null || first === undefined ? values : { [primary]: first, ...values };
}

function fairnessOf(state: RunState): JsonObject | null {
  const history = state.factHistory.get("fairness") ?? [];
  const newest = asObject(history.at(-1));
  if (newest === undefined) return null;
  const first = asObject(history[0]);
  return first === undefined || history.length < 2 ? newest : { ...newest, before: first };
}

function asObject(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

const objectMember = (value: JsonValue | undefined, name: string): JsonObject | undefined =>
  asObject(asObject(value)?.[name]);

function textMember(value: JsonValue | undefined, name: string): string | null {
  const member = asObject(value)?.[name];
  return typeof member === "string" ? member : null;
}
