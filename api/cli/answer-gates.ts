import { isCancel, select, text } from "@clack/prompts";
import { GateId, type RunId } from "#core/contract/ids.ts";
import { resolveGate, viewGate } from "#core/run/resolve-gate.ts";
import type { OpenedRuntime } from "../boot/open-runtime.ts";
import { localUser } from "../boot/local-user.ts";
import { type CommandContext, reportFailure } from "./command-context.ts";
import { gateText } from "./gate-text.ts";

/**
 * Shows each open gate of a run to the person at the terminal and takes the answer. False when a gate was left
 * open: then the run waits.
 */
export async function answerGates(
  context: CommandContext,
  opened: OpenedRuntime,
  runId: RunId,
): Promise<boolean> {
  const { rows } = await opened.runtime.stores.projections.list("gates", {
    where: { run_id: runId, state: "open" },
  });
  for (const row of rows) {
    const gateId = GateId.parse(row["gate_id"]);
    const viewed = await viewGate(opened.runtime, runId, gateId);
    if (!viewed.ok) {
      reportFailure(context, viewed.failure);
      return false;
    }
    context.terminal.talk(gateText(viewed.value));
    const answer = await select({
      message: `Gate ${gateId}`,
      options: [
        { value: "approved" as const, label: "Approve exactly this" },
        { value: "rejected" as const, label: "Reject" },
        { value: "later" as const, label: "Leave it open and go" },
      ],
    });
    if (isCancel(answer) || answer === "later") return false;
    const comment = await text({ message: "Why? (for the record, may be empty)", defaultValue: "" });
    if (isCancel(comment)) return false;
    const resolved = await resolveGate(opened.runtime, {
      runId,
      gateId,
      decision: answer,
      inputHash: viewed.value.gate.inputHash,
      by: localUser(),
      comment,
    });
    if (!resolved.ok) {
      reportFailure(context, resolved.failure);
      return false;
    }
  }
  return rows.length > 0;
}
