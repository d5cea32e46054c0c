import { statusWord } from "../../components/status-badge.tsx";
import { plural } from "../../format/words.ts";
import { useRunView } from "./run-view.tsx";

/** Tells screen readers when the run's status, its stage or the number of waiting gates changes. */
export function StatusAnnouncer() {
  const { state } = useRunView();
  const current = state.visits.findLast((visit) => visit.status === "running");
  const open = [...state.gates.values()].filter((record) => record.gate.state === "open").length;
  const parts = [
    `Run ${statusWord(state.phase.status).toLowerCase()}`,
    current === undefined ? "" : `stage ${current.nodeId}`,
    open === 0 ? "" : `${plural(open, "gate")} waiting for a decision`,
  ];
  return (
    <p role="status" aria-label="Run status" className="sr-only">
      {parts.filter((part) => part !== "").join(", ")}
    </p>
  );
}
