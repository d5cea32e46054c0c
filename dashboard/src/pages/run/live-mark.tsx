import { classNames } from "../../components/class-names.ts";
import type { SocketStatus } from "../../stream/resuming-socket.ts";
import { useRunView } from "./run-view.tsx";
import { hasEnded } from "../../log/activity-state.ts";

/** Whether the page follows the run, and up to which event it has read. */
export function LiveMark({ connection }: { connection: SocketStatus }) {
  const { state, reading } = useRunView();
  const isOpen = connection.kind === "open";
  const word = isOpen ? (hasEnded(state) ? "Complete" : "Live") : "Reconnecting";
  return (
    <span
      aria-label="Connection of this run"
      role="group"
      className="inline-flex items-center gap-1.5 text-sm"
    >
      <span
        aria-hidden="true"
        className={classNames(
          "size-2 rounded-full",
          isOpen ? "bg-good-mark" : "animate-pulse-soft bg-ask-mark",
        )}
      />
      <span className={isOpen ? "text-muted" : "text-ask"}>{word}</span>
      <span className="text-faint tabular-nums">event {reading.lastSeq}</span>
    </span>
  );
}
