import type { RunEvent } from "#core/events/run-event.ts";
import type { RunState } from "#core/events/run-state.ts";
import { isTransfer, TRANSFER_PREFIX } from "#core/run/resolve-tool.ts";

export type Tone = "plain" | "good" | "bad" | "ask" | "dim" | "strong";

/** One line for a person who watches a run. */
export interface EventLine {
  /** Levels below the workflow's node. */
  depth: number;
  text: string;
  tone: Tone;
}

/**
 * Tells an event in a line, or nothing for those that only matter to the machine. `state` is the fold up to and
 * with the event.
 */
export function describeEvent(state: RunState, event: RunEvent): EventLine | undefined {
  switch (event.type) {
    case "run.created":
      return line(0, `run ${state.runId} created with workflow ${event.data.workflow.id}`, "strong");
    case "run.started":
      if (event.data.drive === 1) return undefined;
      return line(0, `taken up again (${event.data.reason}, drive ${event.data.drive})`, "dim");
    case "run.environment-recorded":
      // The first is in the record for who looks; a change in mid-run is news.
      if (event.data.drive === 1) return undefined;
      return line(
        0,
        `goes on with another environment than before: Swarm ${event.data.environment.code.version}, Node ${event.data.environment.runtime.node}`,
        "ask",
      );
    case "run.paused":
      return line(0, "waiting for a person", "ask");
    case "run.cancel-requested":
      return line(0, `cancel requested by ${event.actor.id}`, "ask");
    case "run.succeeded":
      return line(0, "succeeded", "good");
    case "run.cancelled":
      return line(0, "cancelled", "ask");
    case "run.failed":
      return line(0, `failed: ${event.data.failure.message}`, "bad");
    case "node.started":
      if (event.data.type === "router") return undefined;
      return line(
        0,
        `${event.data.nodeId}${event.data.visit > 1 ? ` (visit ${event.data.visit})` : ""}`,
        "strong",
      );
    case "node.failed":
      return line(0, nodeFailure(event.data.nodeId, event.data.failure.message), "bad");
    case "route.chosen": {
      const values = Object.entries(event.data.values).map(
        ([path, value]) => `${lastPart(path)}=${JSON.stringify(value)}`,
      );
      return line(
        0,
        `${event.data.nodeId} → ${event.data.to}${values.length === 0 ? "" : `  (${values.join(", ")})`}`,
        "plain",
      );
    }
    case "agent.started":
      return line(1 + event.data.depth, event.data.agent, "plain");
    case "agent.failed": {
      const agent = state.invocations.get(event.data.invocationId);
      return line(
        1 + (agent?.depth ?? 0),
        `${agent?.agent ?? "agent"} failed: ${event.data.failure.message}`,
        "bad",
      );
    }
    case "turn.failed":
      return line(
        depthOf(state, event.data.invocationId),
        `model call failed: ${event.data.failure.message}${event.data.willRetry ? " (trying again)" : ""}`,
        "bad",
      );
    case "tool.finished": {
      if (isTransfer(event.data.tool)) return undefined;
      const facts = Object.entries(event.data.facts)
        .map(([name, value]) => factText(name, value))
        .filter((text) => text !== "");
      return line(
        callDepth(state, event),
        `${event.data.tool} ✓ ${seconds(event.data.millis)}${facts.length === 0 ? "" : `  ${facts.join("; ")}`}`,
        "good",
      );
    }
    case "tool.failed":
      return line(
        callDepth(state, event),
        `${toolWord(event.data.tool)} ✗ ${event.data.failure.message}`,
        "bad",
      );
    case "tool.refused":
      return line(
        callDepth(state, event),
        `${toolWord(event.data.tool)} refused by ${event.data.by}: ${event.data.failure.message}`,
        "ask",
      );
    case "tool.abandoned":
      return line(
        callDepth(state, event),
        `${event.data.tool} was interrupted and may have had its effect; a person must look (${event.data.gateId})`,
        "ask",
      );
    case "guardrail.triggered":
      return line(
        1,
        `${event.data.owner} ${event.data.outcome} at ${event.data.point}${event.data.reason === undefined ? "" : `: ${event.data.reason}`}`,
        "ask",
      );
    case "gate.opened":
      return line(1, `gate ${event.data.gateId} (${event.data.kind}) opened: ${event.data.reason}`, "ask");
    case "gate.resolved":
      return line(
        1,
        `gate ${event.data.gateId} ${event.data.decision} by ${event.actor.id}`,
        event.data.decision === "rejected" ? "bad" : "good",
      );
    case "gate.expired":
      return line(1, `gate ${event.data.gateId} expired`, "bad");
    case "limit.reached":
      return line(1, `limit ${event.data.limit} reached: ${event.data.used} of ${event.data.max}`, "bad");
    default:
      return undefined;
  }
}

const line = (depth: number, text: string, tone: Tone): EventLine => ({
  depth,
  text: text.replaceAll(/\s+/g, " "),
  tone,
});
/** The messages of nodes mostly begin with the node's name already. */
const nodeFailure = (nodeId: string, message: string): string =>
  `${nodeId} failed: ${message.startsWith(`${nodeId}: `) ? message.slice(nodeId.length + 2) : message}`;
const seconds = (millis: number): string => `${(millis / 1000).toFixed(1)} s`;
const lastPart = (path: string): string => path.split(".").slice(-2).join(".");
const toolWord = (tool: string): string =>
  isTransfer(tool) ? `→ ${tool.slice(TRANSFER_PREFIX.length)}` : tool;

function depthOf(state: RunState, invocationId: string): number {
  for (const invocation of state.invocations.values()) {
    if (invocation.invocationId === invocationId) return 2 + invocation.depth;
  }
  return 2;
}

function callDepth(state: RunState, event: { data: { callId: string } }): number {
  for (const call of state.calls.values()) {
    if (call.callId === event.data.callId && call.invocationId !== undefined)
      return depthOf(state, call.invocationId);
  }
  return 2;
}

/** The few words of a fact that a watcher wants; the rest is in the run's folder. */
function factText(name: string, value: unknown): string {
  const fact = value as Record<string, unknown>; // facts are objects; members are read defensively below
  const number = (member: string): string => {
    const found = fact[member];
    return typeof found === "number" ? String(Math.round(found * 10_000) / 10_000) : "?";
  };
  switch (name) {
    case "data":
      return `${number("rows")} rows, ${number("columns")} columns, ${String(fact["problemType"])}`;
    case "validation":
      return fact["ok"] === true ? "valid" : `${number("errors")} errors`;
    case "leakage": {
      const columns = (fact["columns"] ?? []) as string[]; // names by schema
      const split = (fact["split"] ?? {}) as Record<string, string | undefined>; // texts by schema
      const column = split["timeColumn"] ?? split["groupColumn"];
      const how = `${split["method"] ?? "?"}${column === undefined ? "" : ` by ${column}`}`;
      return `${columns.length === 0 ? "no leak" : `leaks: ${columns.join(", ")}`}; split ${how}`;
    }
    case "algorithm":
      return String(fact["name"]);
    case "convergence":
      return `${String(fact["verdict"])} in ${number("rounds")} rounds`;
    case "calibration": {
      const error = (when: string): string => {
        const quality = fact[when] as { calibrationError: number } | undefined; // by schema
        return quality === undefined ? "?" : quality.calibrationError.toFixed(4);
      };
      return fact["method"] === "none"
        ? `left as it is, calibration error ${error("before")}`
        : `calibrated by ${String(fact["method"])}, error ${error("before")} to ${error("after")}`;
    }
    case "errors": {
      const worst = fact["worst"] as { where: string } | undefined; // by schema
      return `${number("found")} of ${number("tested")} slices fail more${worst === undefined ? "" : `, most ${worst.where}`}`;
    }
    case "predictions":
      return `${number("rows")} rows explained`;
    case "reference":
      return `${number("rows")} rows, ${number("columns")} columns`;
    case "export":
      return String(fact["name"]);
    case "model":
      return `${String(fact["algorithm"])}${fact["mitigation"] === "none" ? "" : `, mitigated by ${String(fact["mitigation"])}`}`;
    case "metrics": {
      const values = (fact["values"] ?? {}) as Record<string, number>; // numbers by schema
      const primary = String(fact["primary"]);
      const others = Object.keys(values).filter((metric) => metric !== primary);
      return [primary, ...others]
        .flatMap((metric) => (values[metric] === undefined ? [] : `${metric} ${values[metric].toFixed(4)}`))
        .slice(0, 3)
        .join(", ");
    }
    case "fairness": {
      if (fact["audited"] !== true) return "no protected attribute to audit";
      const worst = fact["worst"] as { attribute: string; value: number } | undefined; // by schema
      const verdict = fact["passed"] === true ? "within" : "OVER";
      return `${worst === undefined ? "" : `${worst.attribute} ${worst.value.toFixed(3)} `}${verdict} the limit ${number("limit")}`;
    }
    case "drift":
      return `${String(fact["verdict"])} (max PSI ${number("maxPsi")} in ${String(fact["column"])})`;
    case "package":
      return String(fact["image"]).slice(0, 19);
    default:
      return "";
  }
}
