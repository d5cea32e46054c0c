import type { GateView } from "#core/run/resolve-gate.ts";
import { gateWord } from "#core/run/run-result.ts";

/** What a person reads before deciding. */
export function gateText({ gate, shown }: GateView): string {
  const subject =
    gate.subject.kind === "checkpoint"
      ? `checkpoint ${gate.subject.nodeId}`
      : `${gate.subject.tool} (${gate.subject.kind})`;
  return [
    `gate       ${gate.gateId} (${gate.kind}), ${gateWord(gate)}`,
    `run        ${gate.runId}`,
    `before     ${subject}`,
    `reason     ${gate.reason}`,
    `role       ${gate.role} or higher`,
    `inputHash  ${gate.inputHash}`,
    ...(gate.state === "resolved"
      ? [`decided    ${gate.decision} by ${gate.resolvedBy.id} at ${gate.resolvedAt}`]
      : []),
    "what is approved:",
    JSON.stringify(shown, null, 2),
  ].join("\n");
}
