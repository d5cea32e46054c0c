import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import type { RunRequest } from "#core/contract/run-request.ts";
import type { ReportedGate, ReportedRun } from "./reported-run.ts";

/** More metrics than these are in the JSON and in the report. */
const MOST_METRICS = 8;

/** What a person reads when a run has ended or waits. */
export function summaryText(result: ReportedRun): string {
  const { status, usage } = result;
  const lines = [
    "",
    row("run", `${result.runId}: ${status} after ${result.seconds} s, ${result.events} events`),
  ];
  if (result.failure !== undefined)
    lines.push(row("why", `${result.failure.message} [${result.failure.code}]`));
  const metrics = Object.entries(result.metrics).filter(([, value]) => typeof value === "number");
  if (metrics.length > 0) {
    const shown = metrics.slice(0, MOST_METRICS).map(([name, value]) => `${name} ${rounded(value)}`);
    lines.push(row("metrics", shown.join("  ")));
  }
  lines.push(...fairnessLines(result.fairness));
  if (result.drift !== null) {
    const { verdict, maxPsi, column, limit } = result.drift;
    lines.push(
      row(
        "drift",
        `${text(verdict)}: max PSI ${rounded(maxPsi)} in ${text(column)}, limit ${rounded(limit)}`,
      ),
    );
  }
  for (const gate of result.gates) lines.push(row("gate", gateLine(gate)));
  lines.push(...artifactLines(result));
  if (usage.modelCalls > 0) {
    const unpriced = usage.unpricedCalls > 0 ? ` (${usage.unpricedCalls} calls have no known price)` : "";
    lines.push(
      row(
        "spent",
        `${usage.modelCalls} model calls, ${usage.toolCalls} tool calls, $${usage.costUsd.toFixed(4)}${unpriced}`,
      ),
    );
  }
  const next = nextStep(result);
  if (next !== undefined) lines.push(row("next", next));
  return lines.join("\n");
}

/** What was asked for, above the summary of a run that somebody looks up. */
export function requestText(request: RunRequest, about: { createdAt: string; by: string }): string {
  const { problem, data, target, timeColumn, approve, seed, workflow } = request;
  return [
    row("problem", problem.replaceAll(/\s+/g, " ")),
    row("data", `${data.name} (${data.bytes} bytes, ${data.sha256.slice(0, 12)})`),
    row("target", target),
    ...(request.protected.length === 0 ? [] : [row("protected", request.protected.join(", "))]),
    ...(timeColumn === undefined ? [] : [row("time", timeColumn)]),
    row("how", `workflow ${workflow}, approve ${approve}, seed ${seed}`),
    row("created", `${about.createdAt} by ${about.by}`),
  ].join("\n");
}

const row = (name: string, content: string): string => `${name.padEnd(10)} ${content}`;

function fairnessLines(fairness: JsonObject | null): string[] {
  if (fairness === null) return [];
  if (fairness["audited"] !== true) return [row("fairness", "not audited: no protected attribute was named")];
  const before = asObject(fairness["before"]);
  const after = `${worstText(fairness)}, ${fairness["passed"] === true ? "within" : "OVER"} the limit ${rounded(fairness["limit"])}`;
  return before === undefined
    ? [row("fairness", after)]
    : [row("fairness", `before mitigation: ${worstText(before)}`), row("", `after mitigation:  ${after}`)];
}

function gateLine({ id, kind, state, by, comment }: ReportedGate): string {
  const who = by === undefined ? "" : ` by ${by}`;
  const said = comment === undefined ? "" : `, saying: ${comment.replaceAll(/\s+/g, " ")}`;
  return `${id} ${kind}: ${state}${who}${said}`;
}

/** Artifacts by name below the run's folder. A container image is many files; its folder stands for them. */
function artifactLines({ artifacts, workDir }: ReportedRun): string[] {
  if (artifacts.length === 0) return [];
  const lines = [row("folder", workDir)];
  const image = artifacts.filter((artifact) => artifact.kind === "container-image").length;
  for (const { kind, path, sha256 } of artifacts) {
    if (kind === "container-image") continue;
    const name = path.startsWith(`${workDir}/`) ? path.slice(workDir.length + 1) : path;
    lines.push(`  ${sha256.slice(0, 12)}  ${kind.padEnd(20)} ${name}`);
  }
  if (image > 0) lines.push(`  ${`${image} files`.padEnd(12)}  ${"container-image".padEnd(20)} image/`);
  return lines;
}

/** The commands that a run which has not ended waits for. */
export function nextStep({ runId, status, gates }: ReportedRun): string | undefined {
  if (status === "running" || status === "queued") return `swarm runs resume ${runId}`;
  if (status !== "waiting") return undefined;
  const gate = gates.find(({ state }) => state === "open")?.id ?? "GATE";
  return `swarm gates show ${gate}; swarm gates approve ${gate}; swarm runs resume ${runId}`;
}

function worstText(fairness: JsonObject): string {
  const worst = asObject(fairness["worst"]);
  return worst === undefined
    ? "no difference"
    : `${text(worst["metric"])} ${rounded(worst["value"])} for ${text(worst["attribute"])}`;
}

const asObject = (value: JsonValue | undefined): JsonObject | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
const text = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "?");
const rounded = (value: JsonValue | undefined): string =>
  typeof value === "number" ? String(Math.round(value * 10_000) / 10_000) : "?";
