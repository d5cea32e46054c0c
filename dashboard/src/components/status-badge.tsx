import type { PipelineRow } from "#api/contract/pipeline.ts";
import { Badge, type Tone } from "./badge.tsx";
import type { IconName } from "./icon.tsx";

const looks: Record<PipelineRow["status"], { tone: Tone; icon: IconName; word: string }> = {
  queued: { tone: "plain", icon: "clock", word: "Queued" },
  running: { tone: "busy", icon: "dot", word: "Running" },
  waiting: { tone: "ask", icon: "hand", word: "Waiting" },
  succeeded: { tone: "good", icon: "check", word: "Succeeded" },
  failed: { tone: "bad", icon: "cross", word: "Failed" },
  cancelled: { tone: "plain", icon: "ban", word: "Cancelled" },
};

export const statusWord = (status: PipelineRow["status"]): string => looks[status].word;

/** The state of a run. */
export function StatusBadge({ status }: { status: PipelineRow["status"] }) {
  const { tone, icon, word } = looks[status];
  return (
    <Badge tone={tone} icon={icon} className={status === "running" ? "[&>svg]:animate-pulse-soft" : ""}>
      {word}
    </Badge>
  );
}
