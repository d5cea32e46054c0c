import { assertNever } from "#core/contract/failure.ts";
import type { JsonValue } from "#core/contract/json.ts";
import type { ArtifactComparison, RunComparison } from "#core/run/compare/compare-runs.ts";
import type { FieldDifference } from "#core/run/compare/differing-fields.ts";
import type { DifferenceReason } from "#core/run/compare/explain-difference.ts";

/** More lines than these of one kind are in the JSON. */
const MOST_LINES = 12;
const NO_REASON = "no recorded reason: this is a defect or tampering";

/** What a person reads about two runs: what was asked and used, what came out, and why it differs. */
export function comparisonText(comparison: RunComparison): string {
  const { left, right, artifacts, environment } = comparison;
  const count = (status: ArtifactComparison["status"]): number =>
    artifacts.filter((artifact) => artifact.status === status).length;
  const differing = artifacts.filter(({ status }) => status !== "same");
  const counted = [
    `${count("same")} the same`,
    `${count("explained") + count("own-run") + count("unexplained")} different`,
    ...(count("only-left") + count("only-right") === 0
      ? []
      : [`${count("only-left")} only in the left run`, `${count("only-right")} only in the right run`]),
  ];
  return [
    row("left", `${left.runId}, ${left.status}`),
    row("right", `${right.runId}, ${right.status}`),
    ...fieldRows("request", comparison.request),
    ...fieldRows("frozen", comparison.frozen, "workflow and deployment: the same"),
    ...fieldRows("agents", comparison.agents),
    ...(environment.left === undefined || environment.right === undefined
      ? [row("environment", notRecorded(environment))]
      : fieldRows(
          "environment",
          environment.differences,
          `the same, ${environment.left.slice(0, 12)}, as is the machine`,
        )),
    row("artifacts", counted.join(", ")),
    ...differing.flatMap(artifactLines),
    row("verdict", verdictText(comparison)),
  ].join("\n");
}

function verdictText({ verdict, artifacts }: RunComparison): string {
  const unexplained = artifacts.filter(({ status }) => status === "unexplained").length;
  if (unexplained > 0)
    return `different, ${unexplained === 1 ? "one artifact" : `${unexplained} artifacts`} with ${NO_REASON}`;
  if (verdict === "different") return "different, for the reasons above";
  return artifacts.some(({ status }) => status === "own-run")
    ? "equal, but for documents that state their own run"
    : "equal";
}

const notRecorded = ({ left, right }: RunComparison["environment"]): string =>
  `not recorded in ${left === right ? "either run" : left === undefined ? "the left run" : "the right run"}, which an older Swarm made`;

function artifactLines(artifact: ArtifactComparison): string[] {
  const { name, kind } = artifact;
  switch (artifact.status) {
    case "same":
      return [];
    case "only-left":
      return [`  ${name} (${kind}): only in the left run`];
    case "only-right":
      return [`  ${name} (${kind}): only in the right run`];
    case "explained":
    case "own-run":
      return [`  ${name} (${kind}): ${cutList(artifact.reasons.map(reasonText), "; ")}`];
    case "unexplained":
      return [`  ${name} (${kind}): ${NO_REASON}`];
    default:
      return assertNever(artifact, "artifactLines");
  }
}

function reasonText(reason: DifferenceReason): string {
  switch (reason.kind) {
    case "input":
      return reason.name === null
        ? "made from the run's data, which differs"
        : `made from ${reason.name}, which differs`;
    case "tool":
      return `made by ${reason.left}, on the right by ${reason.right}`;
    case "argument":
      return `${reason.tool} was called with ${change(reason)}`;
    case "erased-arguments":
      return `${reason.tool} was called with other arguments, erased since`;
    case "seed":
      return `seed: ${reason.left} → ${reason.right}`;
    case "request":
      return `request ${change(reason)}`;
    case "deployment":
      return "another deployment configuration";
    case "workflow":
      return "another workflow";
    case "environment":
      return `environment ${change(reason)}`;
    case "environment-not-recorded":
      return "the environment is not on the record, so it may have been another";
    case "own-run":
      return "states its own run (id, times, people)";
    case "earlier": {
      const { facts, artifacts } = reason;
      const parts = [
        ...(facts.length === 0 ? [] : [`facts ${cutList(facts, ", ")}`]),
        ...(artifacts.length === 0 ? [] : [cutList(artifacts, ", ")]),
      ];
      return `made with a view of the run, in which earlier ${parts.join(" and ")} differ`;
    }
    default:
      return assertNever(reason, "reasonText");
  }
}

function fieldRows(name: string, differences: readonly FieldDifference[], same = "the same"): string[] {
  if (differences.length === 0) return [row(name, same)];
  const shown = differences.slice(0, MOST_LINES).map(change);
  const left = differences.length - shown.length;
  return [...shown, ...(left === 0 ? [] : [`and ${left} more, see --json`])].map((text, index) =>
    row(index === 0 ? name : "", text),
  );
}

const change = ({ field, left, right }: FieldDifference): string =>
  `${field}: ${valueText(left)} → ${valueText(right)}`;

function valueText(value: JsonValue | undefined): string {
  if (value === undefined) return "none";
  if (typeof value === "string" && /^[0-9a-f]{40,64}$/.test(value)) return value.slice(0, 12);
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

const cutList = (texts: readonly string[], separator: string): string =>
  texts.length <= MOST_LINES
    ? texts.join(separator)
    : `${texts.slice(0, MOST_LINES).join(separator)}${separator}and ${texts.length - MOST_LINES} more`;

const row = (name: string, content: string): string => `${name.padEnd(12)} ${content}`;
